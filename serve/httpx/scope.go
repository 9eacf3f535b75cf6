package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Scope is what belongs to one request.
type Scope struct {
	ID       string // of the request, in its log lines and in the header X-Request-Id of its answer
	MaxBody  int64  // of a body that is read whole; 0 for no limit
	MaxRows  int    // of such a body; 0 for no limit
	log      *slog.Logger
	observer Observer
}

type scopeKey struct{}

var noScope = &Scope{log: slog.New(slog.DiscardHandler), observer: silent{}}

// From gives the scope of a request that has come through [Wrap]; of any other an empty one.
func From(ctx context.Context) *Scope {
	if s, ok := ctx.Value(scopeKey{}).(*Scope); ok {
		return s
	}
	return noScope
}

// Log is the logger of the request.
func (s *Scope) Log() *slog.Logger {
	if s.ID == "" {
		return s.log
	}
	return s.log.With("request", s.ID)
}

// CheckRows refuses more rows than a request may have.
func (s *Scope) CheckRows(n int, field string) error {
	if s.MaxRows > 0 && n > s.MaxRows {
		return Problemf(http.StatusRequestEntityTooLarge, CodeTooLarge, field, "%d rows, a request may have %d", n, s.MaxRows)
	}
	return nil
}

// Phases of a request. Waiting and judging are told apart by the engine.
const (
	PhaseDecode = "decode"
	PhaseWrite  = "write"
)

// Phase records how long a phase of a request has taken that began at start.
func Phase(r *http.Request, phase string, start time.Time) {
	From(r.Context()).observer.Phase(phase, time.Since(start))
}

// Observer is told of requests. Its methods are called by many goroutines.
type Observer interface {
	// Request is called at the end of a request, with the pattern of its route ("" for none).
	Request(method, route string, status int, took time.Duration, in, out int64)
	// Phase is called for the phases of a request.
	Phase(phase string, took time.Duration)
}

type silent struct{}

func (silent) Request(string, string, int, time.Duration, int64, int64) {}
func (silent) Phase(string, time.Duration)                              {}
