// Package team runs the same task for several shards at once on a fixed set of workers. Helpers spin for a bounded time
// after each task, because the next one usually comes within microseconds, and then park. What a helper has not begun by the
// time the caller is done, because its core is busy with other programs, the caller does itself.
package team

import (
	"sync/atomic"

	"threatnet/internal/kernel"
)

// Patience is how often a helper or the caller looks for the other before it parks, which costs both of them tens of
// microseconds.
type Patience int

// Short is for tasks that come now and then, Long for a loop that does something else between its tasks.
const (
	Short Patience = 4000  // some tens of microseconds
	Long  Patience = 20000 // a few hundred
)

// Team is a caller and its helpers. It serves one caller at a time.
type Team struct {
	task    func(shard int)
	shards  int
	each    func(worker, i int)
	items   int
	next    atomic.Int64
	spins   int
	takeAll func(worker int) // take
	helpers []*helper
	closed  atomic.Bool
}

type helper struct {
	started, claimed, done atomic.Uint64 // how many tasks were given, begun by whoever it was, and finished
	parked                 atomic.Bool
	wake                   chan struct{}
	awaited                atomic.Bool // the caller is parked
	finished               chan struct{}
	_                      [64]byte // keeps the counters of two helpers off one cache line
}

// New makes a team of the given number of workers, the caller included; at least one.
func New(workers int, p Patience) *Team {
	t := &Team{spins: int(p)}
	t.takeAll = t.take
	for i := 1; i < workers; i++ {
		h := &helper{wake: make(chan struct{}, 1), finished: make(chan struct{}, 1)}
		t.helpers = append(t.helpers, h)
		go t.help(h, i)
	}
	return t
}

// Workers returns the number of workers, the caller included.
func (t *Team) Workers() int {
	if t == nil {
		return 1
	}
	return len(t.helpers) + 1
}

// Do runs task(0) … task(shards−1) and returns when all are done. Worker w takes the shards w, w+workers, …, so that a
// shard's data stay in the cache of one core. A nil team runs them in order on the caller.
func (t *Team) Do(shards int, task func(shard int)) {
	if t == nil || len(t.helpers) == 0 || shards <= 1 {
		for i := range shards {
			task(i)
		}
		return
	}
	t.task, t.shards = task, shards
	busy := t.helpers[:min(len(t.helpers), shards-1)]
	for _, h := range busy {
		h.started.Add(1)
		if h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	t.run(0)
	for i, h := range busy {
		if h.claim(h.started.Load()) {
			t.run(i + 1)
			h.done.Store(h.started.Load())
			continue
		}
		h.wait(t.spins)
	}
	t.task = nil
}

// Each runs task(worker, 0) … task(worker, items−1) and returns when all are done; a worker that is free takes the next one.
// A nil team runs them in order as worker 0.
func (t *Team) Each(items int, task func(worker, i int)) {
	if t == nil || len(t.helpers) == 0 || items <= 1 {
		for i := range items {
			task(0, i)
		}
		return
	}
	t.each, t.items = task, items
	t.next.Store(0)
	t.Do(min(items, t.Workers()), t.takeAll)
	t.each = nil
}

// take runs what no worker has taken until nothing is left.
func (t *Team) take(worker int) {
	for i := t.next.Add(1) - 1; i < int64(t.items); i = t.next.Add(1) - 1 {
		t.each(worker, int(i))
	}
}

// claim takes the helper's part of task n, unless it has been taken.
func (h *helper) claim(n uint64) bool { return h.claimed.CompareAndSwap(n-1, n) }

// wait returns when the helper has finished; it parks after so many looks.
func (h *helper) wait(spins int) {
	for n := 0; h.done.Load() != h.started.Load(); n++ {
		if n < spins {
			kernel.Pause()
			continue
		}
		h.awaited.Store(true)
		if h.done.Load() == h.started.Load() && h.awaited.CompareAndSwap(true, false) {
			return
		}
		<-h.finished
	}
}

func (t *Team) run(worker int) {
	for i := worker; i < t.shards; i += len(t.helpers) + 1 {
		t.task(i)
	}
}

func (t *Team) help(h *helper, worker int) {
	for idle := 0; !t.closed.Load(); idle++ {
		if n := h.started.Load(); n != h.claimed.Load() && h.claim(n) {
			t.run(worker)
			h.done.Store(n)
			if h.awaited.CompareAndSwap(true, false) {
				h.finished <- struct{}{}
			}
			idle = 0
			continue
		}
		if idle < t.spins {
			kernel.Pause()
			continue
		}
		h.parked.Store(true)
		if (h.started.Load() != h.claimed.Load() || t.closed.Load()) && h.parked.CompareAndSwap(true, false) {
			continue
		}
		<-h.wake
		idle = 0
	}
}

// Close ends the helpers; the team must be idle.
func (t *Team) Close() {
	if t == nil {
		return
	}
	t.closed.Store(true)
	for _, h := range t.helpers {
		if h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
}
