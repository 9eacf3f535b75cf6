package serve

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"threatnet/serve/httpx"
	"threatnet/serve/mlflow"
	"threatnet/serve/native"
	"threatnet/serve/oip"
	"threatnet/serve/page"
	"threatnet/serve/tfserving"
)

// main puts the protocols of the main listener together.
func (s *Server) main() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		httpx.WriteJSON(w, http.StatusOK, health{"ok"})
	})
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.Handle("GET "+metricsPath, s.metrics.Handler())
	native.Register(mux, s.engine, native.Options{Threads: s.opt.Engine.Threads, Idle: s.opt.StreamIdle})
	oip.Register(mux, s.engine, oip.Options{Version: s.opt.Version, Ready: s.ready})
	tfserving.Register(mux, s.engine)
	mlflow.Register(mux, s.engine, mlflow.Options{Version: s.opt.Version, Ready: s.ready})
	page.Register(mux, s.engine, page.Options{Version: s.opt.Version})
	mux.HandleFunc("/", notFound(mux))
	return httpx.Wrap(mux, httpx.Options{
		Tokens: s.access.tokens, Gate: s.gate, MaxBody: s.opt.MaxBody, MaxRows: s.opt.MaxRows, Timeout: s.opt.Timeout,
		Stream: native.IsStream, Public: isPublic, Ungated: isMetrics, Fail: failing, Log: s.log, Observer: s.metrics,
	})
}

// ready tells whether the server takes requests: its models have run before it listens.
func (s *Server) ready() bool { return !s.gate.Draining() }

// health is the answer of /healthz and /readyz.
type health struct {
	Status string `json:"status"`
}

func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) {
	if !s.ready() {
		httpx.WriteJSON(w, http.StatusServiceUnavailable, health{"draining"})
		return
	}
	httpx.WriteJSON(w, http.StatusOK, health{"ready"})
}

// publicPaths need no token, and are answered while the server goes down: they tell no more than whether it is there.
var publicPaths = []string{"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready", "/ping", "/health"}

func isPublic(r *http.Request) bool { return slices.Contains(publicPaths, r.URL.Path) }

// metricsPath needs no place at the gate: a server that is full or goes down is one to look at.
const metricsPath = "/metrics"

func isMetrics(r *http.Request) bool { return r.URL.Path == metricsPath }

// failing gives the way in which the protocol of a path writes errors; nil for the server's own.
func failing(r *http.Request) httpx.ErrorWriter {
	path := r.URL.Path
	switch model, ok := strings.CutPrefix(path, "/v1/models/"); {
	case path == "/v2", strings.HasPrefix(path, "/v2/"):
		return oip.WriteError
	case path == "/invocations", path == "/version":
		return mlflow.WriteError
	case ok && (strings.Contains(model, "/") || r.Method == http.MethodPost):
		return tfserving.WriteError
	}
	return nil
}

// notFound answers where no route does: 405 where another method has one.
func notFound(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			probe := r.WithContext(context.Background())
			probe.Method = method
			if _, pattern := mux.Handler(probe); pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			httpx.Error(w, http.StatusNotFound, httpx.CodeNotFound, "", "there is nothing at %.100q", r.URL.Path)
			return
		}
		w.Header()["Allow"] = allowed
		httpx.Error(w, http.StatusMethodNotAllowed, httpx.CodeMethod, "", "want %v, not %.20q", allowed, r.Method)
	}
}
