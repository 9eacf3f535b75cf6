package engine

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"threatnet/models/layers"
)

// batcher gathers small calls and has a network judge them together.
//
// There is a worker for each core at most, and none where there is nothing to do. A worker lets the goroutines that are ready
// to run go first, and looks whether calls have come of it; it goes on doing so while they do, until a batch is full or the
// first of the calls has waited for its time. So nobody waits for calls that may never come.
type batcher struct {
	net     *network
	rows    int // of a batch, at most
	wait    time.Duration
	threads int
	total   *atomic.Int64 // rows that wait, of all batchers
	ran     func(batchTimes)

	mu        sync.Mutex
	calls     []*call // that wait
	queued    int     // rows of these
	workers   int
	gathering bool // a worker is waiting for calls
}

// batchTimes says how long a batch waited and took.
type batchTimes struct {
	rows          int
	wait, predict time.Duration
}

// call is a caller's rows on their way through the network.
type call struct {
	x    *layers.Batch[float32]
	out  []float32
	at   time.Time
	err  error
	done chan struct{}
}

// run encodes n rows and writes their outputs. It ends early, with the error of the context, between batches alone.
func (b *batcher) run(ctx context.Context, n int, encode encoder, out []float32) error {
	if err := context.Cause(ctx); err != nil || n == 0 {
		return err
	}
	if n >= b.rows {
		return b.bulk(ctx, n, encode, out)
	}
	x := b.net.input(n)
	defer b.net.give(x)
	b.net.encode(x, 0, encode)
	c := &call{x: x, out: out, at: time.Now(), done: make(chan struct{})}
	b.submit(c)
	<-c.done
	return c.err
}

// bulk judges many rows on all cores, a batch at a time.
func (b *batcher) bulk(ctx context.Context, n int, encode encoder, out []float32) error {
	batches := (n + b.rows - 1) / b.rows
	var next atomic.Int64
	errs := make([]error, min(b.threads, batches))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for ctx.Err() == nil && errs[w] == nil {
				lo := int(next.Add(1)-1) * b.rows
				if lo >= n {
					return
				}
				errs[w] = b.part(lo, min(lo+b.rows, n), encode, out)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func (b *batcher) part(lo, hi int, encode encoder, out []float32) (err error) {
	defer recovered(&err)
	x := b.net.input(hi - lo)
	b.net.encode(x, lo, encode)
	start := time.Now()
	b.net.predictor.Predict(x, out[lo*b.net.outputs:hi*b.net.outputs])
	b.ran(batchTimes{rows: hi - lo, predict: time.Since(start)})
	b.net.give(x)
	return nil
}

// submit has a worker take the call.
func (b *batcher) submit(c *call) {
	b.total.Add(int64(c.x.Rows))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, c)
	b.queued += c.x.Rows
	b.hire()
}

// hire starts a worker where calls wait that none is about to take. The lock is held.
func (b *batcher) hire() {
	if len(b.calls) > 0 && !b.gathering && b.workers < b.threads {
		b.workers++
		b.gathering = true
		go b.work()
	}
}

func (b *batcher) work() {
	for {
		calls := b.gather()
		if calls == nil {
			return
		}
		err := b.predict(calls)
		for _, c := range calls {
			c.err = err
			close(c.done)
		}
	}
}

// gather waits for calls and takes those of a batch; none when the worker is no longer needed.
func (b *batcher) gather() []*call {
	for seen := 0; ; {
		if b.wait > 0 {
			runtime.Gosched()
		}
		b.mu.Lock()
		switch {
		case len(b.calls) == 0:
			b.workers--
			b.gathering = false
			b.mu.Unlock()
			return nil
		case b.queued == seen || b.queued >= b.rows || time.Since(b.calls[0].at) >= b.wait:
			calls := b.take()
			b.gathering = false
			b.hire()
			b.mu.Unlock()
			return calls
		}
		seen = b.queued
		b.mu.Unlock()
	}
}

// take takes the first calls, as many as a batch holds. The lock is held.
func (b *batcher) take() []*call {
	rows, n := 0, 0
	for n < len(b.calls) && (n == 0 || rows+b.calls[n].x.Rows <= b.rows) {
		rows += b.calls[n].x.Rows
		n++
	}
	taken := b.calls[:n:n]
	if b.calls = b.calls[n:]; len(b.calls) == 0 {
		b.calls = nil
	}
	b.queued -= rows
	b.total.Add(int64(-rows))
	return taken
}

// predict runs the network on the rows of the calls.
func (b *batcher) predict(calls []*call) (err error) {
	defer recovered(&err)
	start, k := time.Now(), b.net.outputs
	if len(calls) == 1 {
		c := calls[0]
		b.net.predictor.Predict(c.x, c.out)
		b.ran(batchTimes{c.x.Rows, start.Sub(c.at), time.Since(start)})
		return nil
	}
	rows := 0
	for _, c := range calls {
		rows += c.x.Rows
	}
	x := b.net.input(rows)
	at := 0
	for _, c := range calls {
		if b.net.tokens {
			at += copy(x.Tokens[at:], c.x.Tokens)
		} else {
			at += copy(x.X[at:], c.x.X)
		}
	}
	out := make([]float32, rows*k)
	b.net.predictor.Predict(x, out)
	for _, c := range calls {
		out = out[copy(c.out, out):]
	}
	b.net.give(x)
	b.ran(batchTimes{rows, start.Sub(calls[0].at), time.Since(start)})
	return nil
}

// PanicError is a panic of a goroutine that works for others.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// recovered makes an error of a panic: one call must not end the others.
func recovered(err *error) {
	if v := recover(); v != nil {
		stack := make([]byte, 16<<10)
		*err = &PanicError{v, stack[:runtime.Stack(stack, false)]}
	}
}
