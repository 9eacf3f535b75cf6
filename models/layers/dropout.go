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

	// The operands of the running call and its tasks, kept so that a call allocates nothing.
	in                *Batch[T]
	key               uint64
	rate              float64
	shards            int
	forward, backward func(int)
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
	s := l.bind(w, x)
	s.mask = grow(s.mask, x.Rows*x.Cols)
	s.key = Mix(Mix(w.Seed^0x64726f70)+w.Layer) + w.Step
	s.y.resize(x.Rows, x.Cols)
	w.Team.Do(s.shards, s.forward)
	return &s.y
}

func (l *Dropout[T]) bind(w *Work[T], in *Batch[T]) *dropoutScratch[T] {
	s := scratchOf[dropoutScratch[T]](w)
	if s.forward == nil {
		s.forward, s.backward = s.forwardShard, s.backwardShard
	}
	s.in, s.rate, s.shards = in, l.spec.Rate, w.shards(in.Rows)
	return s
}

// part is the shard's part of the elements.
func (s *dropoutScratch[T]) part(i int) (lo, hi int) {
	return s.in.Rows * i / s.shards * s.in.Cols, s.in.Rows * (i + 1) / s.shards * s.in.Cols
}

func (s *dropoutScratch[T]) forwardShard(i int) {
	lo, hi := s.part(i)
	if !s.fixed {
		for at := lo; at < hi; at += s.in.Cols {
			maskRow(s.mask[at:][:s.in.Cols], Mix(Mix(s.key)+uint64(at/s.in.Cols)), s.rate)
		}
	}
	kernel.Mul(s.y.X[lo:hi], s.in.X[lo:hi], s.mask[lo:hi])
}

func (s *dropoutScratch[T]) backwardShard(i int) {
	lo, hi := s.part(i)
	kernel.Mul(s.dx.X[lo:hi], s.in.X[lo:hi], s.mask[lo:hi])
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
	s := l.bind(w, dy)
	s.dx.resize(dy.Rows, dy.Cols)
	w.Team.Do(s.shards, s.backward)
	return &s.dx
}
