package oip_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"threatnet/serve/engine"
	"threatnet/serve/oip"
)

func ExampleRegister() {
	mux := http.NewServeMux()
	oip.Register(mux, engine.New(engine.Options{}), oip.Options{Version: "1.0.0"})
	for _, path := range []string{"/v2", "/v2/health/ready", "/v2/models/dga"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 {"name":"threatnet","version":"1.0.0","extensions":[]}
	// 503 {"live":false,"ready":false}
	// 404 {"error":"model: unknown model \"dga\""}
}
