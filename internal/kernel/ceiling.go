package kernel

import (
	"sync"
	"time"
)

// Ceiling measures how many billions of floating-point operations a second so many threads make together at the level in
// use when they do nothing else: multiplications and additions of float32 in registers, fused where the level has that, of
// which each counts two. It takes about a tenth of a second and returns the best of several rounds.
func Ceiling(threads int) float64 {
	const rounds, enough = 16, 5 * time.Millisecond
	calls, best := 1, 0.0
	for round := 0; round < rounds; {
		var group sync.WaitGroup
		start := time.Now()
		for range threads {
			group.Go(func() {
				for range calls {
					multiplyAdd(multiplyAdds)
				}
			})
		}
		group.Wait()
		took := time.Since(start)
		if took < enough {
			calls *= 2
			continue
		}
		best = max(best, float64(threads*calls)*multiplyAdds*float64(2*multiplyAddLanes())/took.Seconds()/1e9)
		round++
	}
	return best
}

// multiplyAdds is how many multiply-adds one call makes: some tens of microseconds. A multiple of 12, the number of
// independent chains, which covers latency times throughput of all processors.
const multiplyAdds = 12 * 10000

// multiplyAddGo makes n multiply-adds in plain Go. It returns what they give, lest they be left out.
func multiplyAddGo(n int) float32 {
	const x, y = 0.999, 0.001
	s := [12]float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	a, b, c, d, e, f, g, h, i, j, k, l := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11]
	for range n / 12 {
		a = a*x + y
		b = b*x + y
		c = c*x + y
		d = d*x + y
		e = e*x + y
		f = f*x + y
		g = g*x + y
		h = h*x + y
		i = i*x + y
		j = j*x + y
		k = k*x + y
		l = l*x + y
	}
	return a + b + c + d + e + f + g + h + i + j + k + l
}
