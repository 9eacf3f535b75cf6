// Package layers describes networks: a layer is its hyperparameters, its named parameters and its mathematics, forward
// and backward, written once for float32 and float64. A Sequential is a stack of layers; Compile gives the stack that
// training runs, with Embedding and LSTM fused; a Predictor is the stack that scoring runs.
//
// The formulas and defaults are Keras' (Chollet and others, keras.io/api/layers): kernels are (in, out), the LSTM's gates
// are ordered i, f, c, o.
package layers

import (
	"fmt"

	"threatnet/internal/kernel"
	"threatnet/internal/team"
)

// Float is the number type of a network.
type Float = kernel.Float

// Shape is the shape of one example: {steps} for token ids, {steps, width} for a sequence of vectors, {width} for values.
type Shape []int

// Size is the number of elements of one example.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Batch is Rows examples of Cols elements, row after row: token ids or values.
type Batch[T Float] struct {
	Rows, Cols int
	Tokens     []int32
	X          []T
}

// resize makes b hold rows×cols values, reusing what it has.
func (b *Batch[T]) resize(rows, cols int) *Batch[T] {
	b.Rows, b.Cols = rows, cols
	b.X = grow(b.X, rows*cols)
	return b
}

// Param is a named tensor of weights. L1 and L2 are the factors of its penalty L1·Σ|w| + L2·Σw².
type Param[T Float] struct {
	Name   string
	Shape  []int
	Data   []T
	L1, L2 T
	Moving bool   // a statistic that the layer moves by itself: it has no gradient
	Used   []bool // of a table: the rows that have been in use, without which there is no gradient; nil where that is not known
}

// Penalised reports whether there is a penalty on the weights, which then all have a gradient.
func (p *Param[T]) Penalised() bool { return p.L1 != 0 || p.L2 != 0 }

func newParam[T Float](layer, name string, shape ...int) *Param[T] {
	return &Param[T]{Name: layer + "/" + name, Shape: shape, Data: make([]T, Shape(shape).Size())}
}

// Work is what one use of one layer needs besides its parameters: the mode, the coordinates of its randomness, the team
// and the scratch that the layer keeps between calls. It belongs to one goroutine.
type Work[T Float] struct {
	Train  bool
	Seed   uint64 // of the run
	Layer  uint64 // position of the layer in the stack
	Step   uint64 // of the optimizer
	Team   *team.Team
	Shards int // into which a batch is cut; results depend on it, never on the team's size

	scratch any
}

// scratchOf returns the layer's scratch, made on first use.
func scratchOf[S any, T Float](w *Work[T]) *S {
	s, ok := w.scratch.(*S)
	if !ok {
		s = new(S)
		w.scratch = s
	}
	return s
}

// shards is the number of shards of a batch of rows: small ones are not worth cutting.
func (w *Work[T]) shards(rows int) int {
	const smallest = 8
	return max(1, min(w.Shards, rows/smallest))
}

// Forwarder computes a layer's output. The result belongs to w and is valid until the next call with it.
type Forwarder[T Float] interface {
	Forward(w *Work[T], x *Batch[T]) *Batch[T]
}

// Layer is one layer of a network.
type Layer[T Float] interface {
	Forwarder[T]
	// Spec returns the kind, name and hyperparameters.
	Spec() Spec
	// Output returns the shape of one example's output, or an error when the layer does not take the input's.
	Output(in Shape) (Shape, error)
	// Build makes the parameters for an input of the given shape and fills them by the layer's initialisers; without a source
	// its kernels stay 0.
	Build(in Shape, r *Rand)
	// Params returns the parameters in the order in which Keras lists them.
	Params() []*Param[T]
	// Backward takes the input of the last Forward with w and the gradient of its output; it overwrites grads, one slice
	// for each trained parameter, and returns the gradient of the input, nil for tokens. Slices that come again hold what
	// it wrote the last time, or multiples of that, unless the parameter is penalised.
	Backward(w *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T]
}

// Stepper is a layer that keeps statistics of the batches. EndStep moves them by the last Forward with w, once for each
// step of training.
type Stepper[T Float] interface {
	EndStep(w *Work[T])
}

// Trained are the parameters of a layer that have a gradient.
func Trained[T Float](l Layer[T]) []*Param[T] {
	var ps []*Param[T]
	for _, p := range l.Params() {
		if !p.Moving {
			ps = append(ps, p)
		}
	}
	return ps
}

func grow[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

func wantDims(kind string, in Shape, dims int) error {
	if len(in) != dims {
		return fmt.Errorf("layers: %s takes an input of %d dimensions, not %v", kind, dims, []int(in))
	}
	return nil
}
