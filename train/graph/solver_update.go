package graph

import (
	"math"

	G "gorgonia.org/gorgonia"

	"threatnet/internal/kernel"
)

func (s *Solver[T]) normShard(i int) {
	s.sums[i] = 0
	for _, g := range s.grads {
		s.sums[i] += kernel.SumSquares(part(g, i, s.shards))
	}
}

// correct puts Adam's corrections of the bias into rate and k, see kernel.Adam.
func (s *Solver[T]) correct() {
	t := float64(s.steps)
	switch s.formula {
	case "adam":
		s.rate, s.k = T(s.Rate*math.Sqrt(1-power(0.999, t))/(1-power(0.9, t))), 1
	case "adam-torch":
		s.rate, s.k = T(s.Rate/(1-power(0.9, t))), T(1/math.Sqrt(1-power(0.999, t)))
	}
}

// power is β^t, or 0 where 1 − β^t is 1 in double precision.
func power(beta, t float64) float64 {
	if t*(1-beta) > 64 { // β^t < e^−64
		return 0
	}
	return math.Pow(beta, t)
}

// usedRows are the rows to step of parameter k; nil is all. Rows that had moments before, in a run that goes on, are among them.
func (s *Solver[T]) usedRows(k int, p G.ValueGrad) []bool {
	own, ok := p.(*Param[T])
	if !ok || own.Used == nil || own.Penalised() {
		return nil
	}
	if s.fresh {
		for _, slot := range s.slots[k] {
			width := len(slot) / len(own.Used)
			for i, v := range slot {
				if v != 0 {
					own.Used[i/width] = true
				}
			}
		}
	}
	return own.Used
}

func (s *Solver[T]) updateShard(i int) {
	for k, w := range s.weights {
		used := s.used[k]
		if used == nil {
			s.span(k, len(w)*i/s.shards, len(w)*(i+1)/s.shards)
			continue
		}
		width := len(w) / len(used)
		for r, end := len(used)*i/s.shards, len(used)*(i+1)/s.shards; r < end; r++ {
			from := r
			for r < end && used[r] {
				r++
			}
			if r > from {
				s.span(k, from*width, r*width)
			}
		}
	}
}

// span steps elements lo … hi−1 of parameter k.
func (s *Solver[T]) span(k, lo, hi int) {
	w, g, v := s.weights[k][lo:hi], s.grads[k][lo:hi], s.slots[k][0][lo:hi]
	if s.scale != 1 {
		kernel.Scale(g, s.scale)
	}
	switch s.formula {
	case "adam":
		kernel.Adam(w, v, s.slots[k][1][lo:hi], g, s.rate, 0.9, 0.999, s.k, 1e-7)
	case "adam-torch":
		kernel.Adam(w, v, s.slots[k][1][lo:hi], g, s.rate, 0.9, 0.999, s.k, 1e-8)
	case "rmsprop":
		kernel.RMSprop(w, v, g, T(s.Rate), 0.9, 1e-7, false)
	case "rmsprop-keras3":
		kernel.RMSprop(w, v, g, T(s.Rate), 0.9, 1e-7, true)
	case "rmsprop-torch":
		kernel.RMSprop(w, v, g, T(s.Rate), 0.99, 1e-8, false)
	case "sgd":
		kernel.Scale(v, 0.9)
		kernel.Add(v, g)
		kernel.AddScaled(w, -T(s.Rate), v)
	}
}

func part[T any](x []T, i, shards int) []T { return x[len(x)*i/shards : len(x)*(i+1)/shards] }
