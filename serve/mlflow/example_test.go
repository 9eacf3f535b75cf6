package mlflow_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"threatnet/serve/engine"
	"threatnet/serve/mlflow"
)

func ExampleRegister() {
	mux := http.NewServeMux()
	mlflow.Register(mux, engine.New(engine.Options{}), mlflow.Options{})
	r := httptest.NewRequest(http.MethodPost, "/invocations", strings.NewReader("name\nexample.com\n"))
	r.Header.Set("Content-Type", "text/csv")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 404 {"error_code":"RESOURCE_DOES_NOT_EXIST","message":"model: unknown model: there are no models"}
}
