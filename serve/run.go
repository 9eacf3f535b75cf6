package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"threatnet/serve/dsdl"
)

// Run listens until ctx ends. Then it lets go of the load balancer (readiness and new requests are answered with 503), waits
// for what is under way, and returns nil. What takes longer than the grace is cut off, which is an error.
func (s *Server) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	servers, err := s.listen(ctx)
	if err != nil {
		return err
	}
	if s.opt.Watch > 0 {
		go s.engine.Watch(ctx, s.opt.Watch)
	}
	var wg sync.WaitGroup
	for _, l := range servers {
		wg.Go(func() {
			if err := l.server.Serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
				stop(fmt.Errorf("%s: %w", l.address, err))
			}
		})
	}
	<-ctx.Done()
	err = s.drain(servers)
	wg.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// listening is a listener with its server.
type listening struct {
	address  string
	listener net.Listener
	server   *http.Server
}

// listen opens the listeners: none, if one cannot be.
func (s *Server) listen(ctx context.Context) (all []listening, err error) {
	defer func() {
		if err != nil {
			for _, l := range all {
				_ = l.listener.Close()
			}
		}
	}()
	var secure *tls.Config
	if s.access.tls != nil {
		secure = s.access.tls.config()
	}
	main := s.server(s.handler)
	main.ReadTimeout = s.opt.Timeout
	main.WriteTimeout = 3 * s.opt.Timeout // for reading, judging, and a slow reader of the answer
	l, err := open(ctx, s.opt.Listen, secure, main)
	if err != nil {
		return nil, err
	}
	all = append(all, l)
	s.log.Info("listening", "address", l.address, "models", len(s.engine.Models()))
	if d := s.opt.DSDL; d != nil {
		if secure, err = s.splunkTLS(); err != nil {
			return all, err
		}
		if l, err = open(ctx, d.Listen, secure, s.server(s.dsdl())); err != nil {
			return all, err
		}
		all = append(all, l)
		s.log.Info("listening for DSDL", "address", l.address)
	}
	return all, nil
}

// splunkTLS gives the TLS settings of the DSDL listener, nil for plain HTTP.
func (s *Server) splunkTLS() (*tls.Config, error) {
	switch d := s.opt.DSDL; {
	case d.HTTP:
		return nil, nil
	case s.splunk.tls != nil:
		return s.splunk.tls.config(), nil
	default:
		return dsdl.SelfSignedTLS(d.Listen)
	}
}

func (s *Server) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHead,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func open(ctx context.Context, address string, secure *tls.Config, server *http.Server) (listening, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return listening{}, err
	}
	scheme := "http://"
	if secure != nil {
		scheme, l = "https://", tls.NewListener(l, secure)
	}
	return listening{scheme + l.Addr().String(), l, server}, nil
}

// drain ends the servers when what is under way has ended.
func (s *Server) drain(servers []listening) error {
	s.log.Info("draining", "running", s.gate.Running())
	patience := cmp.Or(s.opt.Grace, grace)
	wait, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-s.gate.Drain():
	case <-wait.Done():
	}
	running := s.gate.Running()
	for _, l := range servers {
		if err := l.server.Shutdown(wait); err != nil {
			_ = l.server.Close()
		}
	}
	if running > 0 {
		return fmt.Errorf("%d requests were cut off: they took longer than %v", running, patience)
	}
	s.log.Info("stopped")
	return nil
}

// Limits of all connections. A client has so long for the head of a request, and so long between requests.
const (
	headTimeout = 10 * time.Second
	idleTimeout = 2 * time.Minute
	maxHead     = 64 << 10
	grace       = 30 * time.Second
)
