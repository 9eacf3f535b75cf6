package team

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Exchange measures how long a cache line takes from one core to another: two goroutines hand a number to and fro, and half
// of a round trip counts. Cores that share a cache need tens of nanoseconds, others some hundreds, and a virtual machine may
// go from one to the other while a program runs: figures of several threads move with it. It takes a few milliseconds, and is
// 0 on one core.
func Exchange() time.Duration {
	if runtime.GOMAXPROCS(0) < 2 {
		return 0
	}
	const rounds, trips = 5, 2000
	var ball struct {
		_ [64]byte // no other variable on its line
		n atomic.Int64
		_ [64]byte
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := int64(1); n < 2*rounds*trips; n += 2 {
			await(&ball.n, n)
			ball.n.Store(n + 1)
		}
	}()
	var best time.Duration
	for round := range int64(rounds) {
		start := time.Now()
		for n := 2 * round * trips; n < 2*(round+1)*trips; n += 2 {
			ball.n.Store(n + 1)
			await(&ball.n, n+2)
		}
		if took := time.Since(start); round == 0 || took < best {
			best = took
		}
	}
	<-ended
	return best / (2 * trips)
}

// await returns when x is n; it lets others run after many looks, for the other side may wait for this core.
func await(x *atomic.Int64, n int64) {
	for looks := 1; x.Load() != n; looks++ {
		if looks%10000 == 0 {
			runtime.Gosched()
		}
	}
}
