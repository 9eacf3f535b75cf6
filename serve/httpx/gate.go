package httpx

import (
	"net/http"
	"sync"
)

// Gate lets so many requests run at a time, and none once it is closed.
type Gate struct {
	mu      sync.Mutex
	max     int // 0 for no limit
	running int
	closed  bool
	empty   chan struct{} // closed when the gate is, and nothing runs
}

// NewGate makes an open gate for so many requests; 0 is no limit.
func NewGate(requests int) *Gate { return &Gate{max: requests, empty: make(chan struct{})} }

// Drain closes the gate: from now on requests are answered with 503. The channel is closed when those that run have ended.
func (g *Gate) Drain() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		g.check()
	}
	return g.empty
}

// Draining tells whether the gate is closed.
func (g *Gate) Draining() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// Running is the number of requests that run.
func (g *Gate) Running() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

func (g *Gate) enter() *Problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return Problemf(http.StatusServiceUnavailable, CodeDraining, "", "the server is going down")
	case g.max > 0 && g.running >= g.max:
		return Problemf(http.StatusTooManyRequests, CodeTooMany, "", "%d requests are running, which is as many as may", g.running)
	}
	g.running++
	return nil
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.check()
}

func (g *Gate) check() {
	if g.closed && g.running == 0 {
		close(g.empty)
	}
}
