// Package serve is the HTTP server, which answers for trained checkpoints. It takes checkpoints and addresses, and knows
// neither train nor gorgonia: models are known by the contract of package models, and where a protocol must train, it takes a
// trainer from its caller.
//
// Each protocol is a package below this one; what they share is in engine (models in memory), records (from JSON to records
// and back) and httpx (limits, tokens, errors).
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"threatnet/serve/dsdl"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/telemetry"
)

// Server answers for checkpoints.
type Server struct {
	opt     Options
	log     *slog.Logger
	engine  *engine.Engine
	metrics *telemetry.Metrics
	gate    *httpx.Gate
	access  *access      // to the main listener
	splunk  *access      // to that of DSDL; nil where there is none
	handler http.Handler // of the main listener
}

// Errors of options.
var (
	ErrNoCheckpoints = errors.New("no checkpoints to serve")
	ErrDSDLToken     = errors.New("the DSDL listener needs a token")
	ErrKeyPair       = errors.New("a certificate and its key go together")
)

// New loads the checkpoints, the lists, the tokens and the certificates.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opt: o, log: o.Log, metrics: telemetry.New(), gate: httpx.NewGate(o.MaxConcurrent)}
	if len(o.Checkpoints) == 0 && o.DSDL == nil {
		return nil, ErrNoCheckpoints
	}
	rules, err := readRules(o.Allow, o.Block)
	if err != nil {
		return nil, err
	}
	if err := s.secure(); err != nil {
		return nil, err
	}
	eo := o.Engine
	eo.Rules, eo.Log, eo.Observer = rules, s.log, s.metrics
	s.engine = engine.New(eo)
	if err := s.engine.Load(o.Checkpoints...); err != nil {
		return nil, err
	}
	s.metrics.Gauge("queue_rows", "Rows that wait for a network.", func() float64 { return float64(s.engine.Queued()) })
	s.metrics.Gauge("requests_running", "Requests that are under way.", func() float64 { return float64(s.gate.Running()) })
	s.handler = s.main()
	return s, nil
}

// secure reads the tokens and the certificates of the listeners.
func (s *Server) secure() (err error) {
	o, d := &s.opt, s.opt.DSDL
	if s.access, err = openAccess(o.Tokens, o.TokenFile, o.TLSCert, o.TLSKey, o.ClientCA); err != nil || d == nil {
		return err
	}
	if s.splunk, err = openAccess(d.Tokens, d.TokenFile, d.TLSCert, d.TLSKey, ""); err == nil && s.splunk.tokens == nil {
		err = ErrDSDLToken
	}
	return err
}

// Engine gives the models.
func (s *Server) Engine() *engine.Engine { return s.engine }

// dsdl answers the requests of the DSDL listener, which checks tokens and sizes in a way of its own. A training takes as long
// as it takes.
func (s *Server) dsdl() http.Handler {
	d := s.opt.DSDL
	h := dsdl.New(s.engine, d.Trainer, dsdl.Options{Dir: d.Dir, Tokens: s.splunk.tokens, Version: s.opt.Version, Log: s.log})
	return httpx.Wrap(h, httpx.Options{Gate: s.gate, Log: s.log, Observer: s.metrics})
}

// Reload looks at the checkpoints, the lists, the tokens and the certificates again. What cannot be read stays as it was, and
// is named in the error.
func (s *Server) Reload(ctx context.Context) error {
	errs := []error{s.engine.Reload(ctx)}
	if rules, err := readRules(s.opt.Allow, s.opt.Block); err != nil {
		errs = append(errs, err)
	} else {
		s.engine.SetRules(rules)
	}
	errs = append(errs, s.access.reload())
	if s.splunk != nil {
		errs = append(errs, s.splunk.reload())
	}
	return errors.Join(errs...)
}
