// Package mlflow serves the first model by the protocol of MLflow's scoring server, version 2
// (mlflow/pyfunc/scoring_server), which "mlflow models serve" and its containers speak:
//
//	POST /invocations       scores
//	GET  /ping, /health     200, 404 without a model, 503 where the server takes no requests
//	GET  /version           of this server
//
// A body of type application/json has exactly one of "dataframe_split" {columns, index, data}, "dataframe_records" [object,
// …], "instances" [instance, …] and "inputs", a list of instances or an object of columns; what an instance is package
// instances says. "params" must be an object, and has no effect, as with models that declare none; other fields are passed
// over. The tokens NaN and Infinity are numbers. A body of type text/csv is a table with a header as pandas writes it; empty
// cells are missing. Columns of tables that are no field of a record are passed over; a single column named 0, pandas' own
// name for it, is the name.
//
// The answer is {"predictions": [object, …]}, with the objects of "threatnet score --json". Errors are {"error_code",
// "message"}; a body of another type, in another character set, or whose type has other parameters than the set is refused
// in plain text with 415.
package mlflow

import (
	"net/http"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// Options say how the protocol answers.
type Options struct {
	Version string      // of the server
	Ready   func() bool // tells whether the server takes requests; nil: it does
}

type server struct {
	engine *engine.Engine
	opt    Options
}

// Register adds the protocol's paths.
func Register(mux *http.ServeMux, e *engine.Engine, o Options) {
	s := &server{e, o}
	mux.HandleFunc("/invocations", instances.Allow(http.MethodPost, s.invocations, WriteError))
	mux.HandleFunc("/ping", instances.Allow(http.MethodGet, s.ping, WriteError))
	mux.HandleFunc("/health", instances.Allow(http.MethodGet, s.ping, WriteError))
	mux.HandleFunc("/version", instances.Allow(http.MethodGet, s.version, WriteError))
}

func (s *server) ping(w http.ResponseWriter, _ *http.Request) error {
	status := http.StatusOK
	switch {
	case len(s.engine.Models()) == 0:
		status = http.StatusNotFound
	case s.opt.Ready != nil && !s.opt.Ready():
		status = http.StatusServiceUnavailable
	}
	httpx.WriteBytes(w, status, "application/json", []byte("\n"))
	return nil
}

func (s *server) version(w http.ResponseWriter, _ *http.Request) error {
	httpx.WriteBytes(w, http.StatusOK, "application/json", []byte(s.opt.Version))
	return nil
}

// errorCodes are MLflow's words for the statuses that are no mere bad requests.
var errorCodes = map[int]string{
	http.StatusUnauthorized:        "UNAUTHENTICATED",
	http.StatusNotFound:            "RESOURCE_DOES_NOT_EXIST",
	http.StatusTooManyRequests:     "REQUEST_LIMIT_EXCEEDED",
	http.StatusServiceUnavailable:  "TEMPORARILY_UNAVAILABLE",
	http.StatusGatewayTimeout:      "DEADLINE_EXCEEDED",
	http.StatusInternalServerError: "INTERNAL_ERROR",
}

// WriteError answers with an error in MLflow's form.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	p := httpx.AsProblem(err)
	httpx.LogInternal(r, p, err)
	if p.Status == http.StatusUnsupportedMediaType {
		httpx.WriteBytes(w, p.Status, "text/plain; charset=utf-8", []byte(p.Error()+"\n"))
		return
	}
	code := errorCodes[p.Status]
	if code == "" {
		code = "BAD_REQUEST"
	}
	httpx.WriteJSON(w, p.Status, struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}{code, p.Error()})
}
