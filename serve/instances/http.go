package instances

import (
	"net/http"

	"threatnet/serve/httpx"
)

// Allow wraps a handler that may fail: requests of another method are refused with 405, HEAD is as good as GET, and errors
// are written by fail.
func Allow(method string, handle func(http.ResponseWriter, *http.Request) error, fail func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && (r.Method != http.MethodHead || method != http.MethodGet) {
			w.Header().Set("Allow", method)
			fail(w, r, httpx.Problemf(http.StatusMethodNotAllowed, httpx.CodeMethod, "", "%.20s is not allowed here: use %s", r.Method, method))
			return
		}
		if err := handle(w, r); err != nil {
			fail(w, r, err)
		}
	}
}

// NotFound refuses a path.
func NotFound(_ http.ResponseWriter, r *http.Request) error {
	return httpx.Problemf(http.StatusNotFound, httpx.CodeNotFound, "", "there is nothing at %.200q", r.URL.Path)
}
