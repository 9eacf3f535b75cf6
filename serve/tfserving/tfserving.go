// Package tfserving serves models by TensorFlow Serving's REST API
// (https://www.tensorflow.org/tfx/serving/api_rest), which is KServe's protocol version 1 as well:
//
//	POST /v1/models/{model}[/versions/{version}]:predict
//	GET  /v1/models/{model}/versions/{version}
//	GET  /v1/models/{model}[/versions/{version}]/metadata
//
// A request of rows is {"instances": [instance, …]}, answered by {"predictions": [{"label", "probability",
// "probabilities"}, …]}. One of columns is {"inputs": …}, a list of instances, {"input": [row, …]} or {"name": [text, …]} and
// the like, answered by {"outputs": {"label": […], "probability": […], "probabilities": [[…], …]}}. What an instance is
// package instances says. The probability is that of being malicious. The tokens NaN and Infinity are numbers, as the API
// has it; no network takes them, but a flow's features may be such.
//
// The one signature is "serving_default". There are no labels of versions, and no classify and regress. Errors have the
// API's form {"error": text}. GET /v1/models/{model} belongs to package
// native.
package tfserving

import (
	"net/http"
	"strings"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

type server struct{ engine *engine.Engine }

// Register adds the protocol's paths.
func Register(mux *http.ServeMux, e *engine.Engine) {
	s := &server{e}
	const versioned = "/v1/models/{model}/versions/{version}"
	mux.HandleFunc("POST /v1/models/{model}", instances.Allow(http.MethodPost, s.run, WriteError))
	mux.HandleFunc("POST "+versioned, instances.Allow(http.MethodPost, s.run, WriteError))
	mux.HandleFunc(versioned, instances.Allow(http.MethodGet, s.status, WriteError))
	for _, model := range []string{"/v1/models/{model}", versioned} {
		mux.HandleFunc(model+"/metadata", instances.Allow(http.MethodGet, s.metadata, WriteError))
	}
	mux.HandleFunc("/v1/models/{model}/labels/{label...}", func(w http.ResponseWriter, r *http.Request) {
		WriteError(w, r, httpx.Problemf(http.StatusNotFound, httpx.CodeNotFound, "", "versions have no labels here: name a version, or none"))
	})
}

// run does what the word after the last colon of the path says.
func (s *server) run(w http.ResponseWriter, r *http.Request) error {
	name, version := r.PathValue("model"), r.PathValue("version")
	last := &name
	if version != "" {
		last = &version
	}
	colon := strings.LastIndexByte(*last, ':')
	if colon < 0 {
		return httpx.Problemf(http.StatusMethodNotAllowed, httpx.CodeMethod, "", "POST needs a path that ends with :predict")
	}
	verb := (*last)[colon+1:]
	*last = (*last)[:colon]
	switch verb {
	case "predict":
	case "classify", "regress", "explain":
		return httpx.Problemf(http.StatusNotImplemented, httpx.CodeNotFound, "", "%s is not supported: use predict", verb)
	default:
		return httpx.Problemf(http.StatusBadRequest, httpx.CodeNotFound, "", "there is no %.40q: use predict", verb)
	}
	if *last == "" {
		return instances.NotFound(w, r)
	}
	m, err := s.engine.Model(name, version)
	if err != nil {
		return err
	}
	return predict(w, r, m)
}

// WriteError answers with an error in the API's form.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	p := httpx.AsProblem(err)
	httpx.LogInternal(r, p, err)
	httpx.WriteJSON(w, p.Status, map[string]string{"error": p.Error()})
}
