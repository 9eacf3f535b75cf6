package layers

import "threatnet/internal/kernel"

// Dense is y = x·W + b. Input {width}, output {units}.
type Dense[T Float] struct {
	spec         Spec
	kernel, bias *Param[T]
}

type denseScratch[T Float] struct {
	y, dx  Batch[T]
	dw, db [][]T // of each shard but the first, whose sums go straight to the gradients

	// The operands of the running call and its tasks, kept so that a call allocates nothing.
	l                 *Dense[T]
	x, dy             *Batch[T]
	grads             [][]T
	shards            int
	forward, backward func(int)
}

// Spec implements Layer.
func (l *Dense[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *Dense[T]) Output(in Shape) (Shape, error) {
	if err := wantDims("dense", in, 1); err != nil {
		return nil, err
	}
	return Shape{l.spec.Units}, nil
}

// Build implements Layer.
func (l *Dense[T]) Build(in Shape, r *Rand) {
	l.kernel = newParam[T](l.spec.Name, "kernel", in[0], l.spec.Units)
	l.kernel.L1, l.kernel.L2 = T(l.spec.L1), T(l.spec.L2)
	l.bias = newParam[T](l.spec.Name, "bias", l.spec.Units)
	fill(l.kernel, l.spec.Init, in[0], l.spec.Units, r)
}

// Params implements Layer.
func (l *Dense[T]) Params() []*Param[T] { return []*Param[T]{l.kernel, l.bias} }

func (l *Dense[T]) bind(w *Work[T], x *Batch[T]) *denseScratch[T] {
	s := scratchOf[denseScratch[T]](w)
	if s.forward == nil {
		s.forward, s.backward = s.forwardShard, s.backwardShard
	}
	s.l, s.x, s.shards = l, x, w.shards(x.Rows)
	return s
}

// Forward implements Layer.
func (l *Dense[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := l.bind(w, x)
	s.y.resize(x.Rows, l.spec.Units)
	w.Team.Do(s.shards, s.forward)
	return &s.y
}

func (s *denseScratch[T]) forwardShard(i int) {
	in, out := s.l.kernel.Shape[0], s.l.spec.Units
	lo, hi := s.x.Rows*i/s.shards, s.x.Rows*(i+1)/s.shards
	kernel.Gemm(false, false, hi-lo, out, in, 1, s.x.X[lo*in:], in, s.l.kernel.Data, out, 0, s.y.X[lo*out:], out)
	kernel.AddBias(hi-lo, out, s.y.X[lo*out:], out, s.l.bias.Data)
}

// Backward implements Layer: dW = xᵀ·dy, db = Σ dy, dx = dy·Wᵀ.
func (l *Dense[T]) Backward(w *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T] {
	s := l.bind(w, x)
	s.dx.resize(x.Rows, x.Cols)
	s.dy, s.grads = dy, grads
	for len(s.dw) < s.shards-1 {
		s.dw = append(s.dw, make([]T, len(l.kernel.Data)))
		s.db = append(s.db, make([]T, len(l.bias.Data)))
	}
	w.Team.Do(s.shards, s.backward)
	for i := range s.shards - 1 {
		kernel.Add(grads[0], s.dw[i])
		kernel.Add(grads[1], s.db[i])
	}
	return &s.dx
}

func (s *denseScratch[T]) backwardShard(i int) {
	in, out := s.l.kernel.Shape[0], s.l.spec.Units
	lo, hi := s.x.Rows*i/s.shards, s.x.Rows*(i+1)/s.shards
	dw, db := s.grads[0], s.grads[1]
	if i > 0 {
		dw, db = s.dw[i-1], s.db[i-1]
	}
	x, dy := s.x.X[lo*in:], s.dy.X[lo*out:]
	clear(db)
	kernel.SumRows(hi-lo, out, dy, out, db)
	kernel.Gemm(true, false, in, out, hi-lo, 1, x, in, dy, out, 0, dw, out)
	kernel.Gemm(false, true, hi-lo, in, out, 1, dy, out, s.l.kernel.Data, out, 0, s.dx.X[lo*in:], in)
}
