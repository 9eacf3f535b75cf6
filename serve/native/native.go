// Package native is the server's own protocol: verdicts for names, queries and flows as JSON documents or as streams, and
// what there is to know of the models. Its OpenAPI description is made of the same types that the handlers use.
//
// POST /v1/score and /v1/score/{model} take {"names": [...]}, {"queries": [...]} or {"flows": [...]} and answer with
// [ScoreResponse]. A record that is none, of whatever type, has an object with "error" in its place; where no record is one,
// the answer is 400.
//
// Bodies of the types application/x-ndjson, text/csv and text/plain are streams: a record a line, of any number, answered with
// an object a line in the same order while the body is still being read. The client must read while it sends. What the whole
// stream has in common is in the headers Threatnet-Model, Threatnet-Version and Threatnet-Threshold. An error that ends the
// stream is its last line, {"error": ...}.
//
// The windows of queries are of one request alone.
package native

import (
	"net/http"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// Options of the protocol. Zero values of numbers mean the defaults.
type Options struct {
	Threads int           // batches of a stream that are judged at a time, by default 2
	Idle    time.Duration // how long a stream may stand still, by default 5 minutes
	Windows int           // of queries that a stream remembers, by default 20,000
}

// Defaults of options.
const (
	defaultThreads = 2
	defaultIdle    = 5 * time.Minute
	defaultWindows = 20_000
)

type server struct {
	engine *engine.Engine
	opt    Options
}

// Register adds the protocol's routes.
func Register(mux *http.ServeMux, e *engine.Engine, o Options) {
	if o.Threads == 0 {
		o.Threads = defaultThreads
	}
	if o.Idle == 0 {
		o.Idle = defaultIdle
	}
	if o.Windows == 0 {
		o.Windows = defaultWindows
	}
	s := &server{e, o}
	for _, r := range routes {
		mux.HandleFunc(r.method+" "+r.path, func(w http.ResponseWriter, req *http.Request) {
			if err := r.serve(s, w, req); err != nil {
				httpx.WriteError(w, req, err)
			}
		})
	}
}

// route is a route with what its description says. An error of its handler is the answer, nothing having been written.
type route struct {
	method, path string
	serve        func(*server, http.ResponseWriter, *http.Request) error
	about        operation
}

var routes []route

func init() { // the description is one of the routes it describes
	routes = []route{
		{http.MethodPost, "/v1/score", (*server).score, scoreOperation("score", "Verdicts of the first model")},
		{http.MethodPost, "/v1/score/{model}", (*server).score, scoreOperation("scoreModel", "Verdicts of a model")},
		{http.MethodGet, "/v1/models", (*server).models, modelsOperation},
		{http.MethodGet, "/v1/models/{model}", (*server).model, modelOperation},
		{http.MethodGet, "/openapi.json", (*server).description, descriptionOperation},
	}
}

// IsStream tells whether a request's body is a stream, which limits of time and size are not for.
func IsStream(r *http.Request) bool {
	const prefix = "/v1/score"
	if len(r.URL.Path) < len(prefix) || r.URL.Path[:len(prefix)] != prefix {
		return false
	}
	switch httpx.MediaType(r) {
	case typeNDJSON, typeCSV, typeText:
		return true
	}
	return false
}

// Types of bodies.
const (
	typeJSON   = "application/json"
	typeNDJSON = "application/x-ndjson"
	typeCSV    = "text/csv"
	typeText   = "text/plain"
	typeForm   = "application/x-www-form-urlencoded" // what curl says of all it sends; taken for JSON
)
