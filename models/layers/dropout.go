package layers

import "threatnet/internal/kernel"

// Dropout sets inputs to zero with probability Rate while training and divides the others by 1 − Rate (Srivastava and
// others, JMLR 2014). The mask is a hash of seed, layer, step, row and column: whatever cuts the batch or resumes the run
// sees the same one. Any input, output of the same shape.
type Dropout[T Float] struct {
	spec Spec
}

type dropoutScratch[T Float] struct {
	y, dx Batch[T]
	mask  []T // 0 or 1/(1−rate)
	fixed bool
}

// Spec implements Layer.
func (l *Dropout[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *Dropout[T]) Output(in Shape) (Shape, error) { return in, nil }

// Build implements Layer.
func (l *Dropout[T]) Build(Shape, *Rand) {}

// Params implements Layer.
func (l *Dropout[T]) Params() []*Param[T] { return nil }

// Forward implements Layer.
func (l *Dropout[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	if !w.Train || l.spec.Rate == 0 {
		return x
	}
	s := scratchOf[dropoutScratch[T]](w)
	n := x.Rows * x.Cols
	if !s.fixed {
		s.mask = grow(s.mask, n)
		key := Mix(Mix(w.Seed^0x64726f70)+w.Layer) + w.Step
		for r := range x.Rows {
			maskRow(s.mask[r*x.Cols:][:x.Cols], Mix(Mix(key)+uint64(r)), l.spec.Rate)
		}
	}
	y := s.y.resize(x.Rows, x.Cols)
	kernel.Mul(y.X, x.X[:n], s.mask[:n])
	return y
}

// maskRow takes 16 bits of hash for an element. The factor comes from a table: a branch would be mispredicted.
func maskRow[T Float](m []T, key uint64, rate float64) {
	limit := uint64((1-rate)*65536 + 0.5)
	factor := [2]T{0, T(1 / (1 - rate))}
	var x uint64
	for j := range m {
		if j%4 == 0 {
			x = Mix(key + uint64(j))
		}
		m[j] = factor[(x&0xffff-limit)>>63]
		x >>= 16
	}
}

// Backward implements Layer.
func (l *Dropout[T]) Backward(w *Work[T], _, dy *Batch[T], _ [][]T) *Batch[T] {
	if !w.Train || l.spec.Rate == 0 {
		return dy
	}
	s := scratchOf[dropoutScratch[T]](w)
	dx := s.dx.resize(dy.Rows, dy.Cols)
	n := dy.Rows * dy.Cols
	kernel.Mul(dx.X, dy.X[:n], s.mask[:n])
	return dx
}
