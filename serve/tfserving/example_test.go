package tfserving_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"threatnet/serve/engine"
	"threatnet/serve/tfserving"
)

func ExampleRegister() {
	mux := http.NewServeMux()
	tfserving.Register(mux, engine.New(engine.Options{}))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/models/dga:predict", strings.NewReader(`{"instances": ["example.com"]}`)))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 404 {"error":"model: unknown model \"dga\""}
}
