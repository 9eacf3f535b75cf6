package oip

import (
	"net/http"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// Register adds the protocol's paths.
func Register(mux *http.ServeMux, e *engine.Engine, o Options) {
	s := &server{e, o}
	get := func(path string, handle func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(path, instances.Allow(http.MethodGet, handle, WriteError))
	}
	get("/v2", s.metadata)
	get("/v2/health/live", s.live)
	get("/v2/health/ready", s.ready)
	for _, model := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		get(model, s.model)
		get(model+"/ready", s.modelReady)
		mux.HandleFunc(model+"/infer", instances.Allow(http.MethodPost, s.infer, WriteError))
	}
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, r *http.Request) { WriteError(w, r, instances.NotFound(w, r)) })
}

func (s *server) metadata(w http.ResponseWriter, _ *http.Request) error {
	httpx.WriteJSON(w, http.StatusOK, struct {
		Name       string   `json:"name"`
		Version    string   `json:"version"`
		Extensions []string `json:"extensions"`
	}{"threatnet", s.opt.Version, []string{}})
	return nil
}

func (s *server) live(w http.ResponseWriter, _ *http.Request) error {
	httpx.WriteJSON(w, http.StatusOK, map[string]bool{"live": true})
	return nil
}

// ready answers with the key of the specification, "live", and that of its implementations, "ready".
func (s *server) ready(w http.ResponseWriter, _ *http.Request) error {
	ready, status := s.takesRequests(), http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	httpx.WriteJSON(w, status, map[string]bool{"live": ready, "ready": ready})
	return nil
}

// takesRequests tells whether the server is ready: it is not without a model.
func (s *server) takesRequests() bool {
	return len(s.engine.Models()) > 0 && (s.opt.Ready == nil || s.opt.Ready())
}

func (s *server) model(w http.ResponseWriter, r *http.Request) error {
	m, err := s.named(r)
	if err != nil {
		return err
	}
	httpx.WriteJSON(w, http.StatusOK, describeModel(s.engine, m))
	return nil
}

func (s *server) named(r *http.Request) (*engine.Model, error) {
	return s.engine.Model(r.PathValue("model"), r.PathValue("version"))
}

func (s *server) modelReady(w http.ResponseWriter, r *http.Request) error {
	m, err := s.named(r)
	if err != nil {
		return err
	}
	ready, status := s.takesRequests(), http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	httpx.WriteJSON(w, status, struct {
		Name  string `json:"name"`
		Ready bool   `json:"ready"`
	}{m.Name, ready})
	return nil
}

func (s *server) infer(w http.ResponseWriter, r *http.Request) error {
	m, err := s.named(r)
	if err != nil {
		return err
	}
	if err := refuseBinary(r); err != nil {
		return err
	}
	start := time.Now()
	doc, err := instances.ReadDocument(r, false)
	if err != nil {
		return err
	}
	req, err := decode(doc)
	if err != nil {
		return err
	}
	batch, err := req.batch(m, httpx.From(r.Context()))
	if err != nil {
		return err
	}
	httpx.Phase(r, httpx.PhaseDecode, start)
	answers, err := batch.Judge(r.Context())
	if err != nil {
		return err
	}
	start = time.Now()
	httpx.WriteBytes(w, http.StatusOK, "application/json", req.encode(m, answers))
	httpx.Phase(r, httpx.PhaseWrite, start)
	return nil
}
