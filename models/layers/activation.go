package layers

import "threatnet/internal/kernel"

// Activation applies a function to each element, or softmax to each row. Any input, output of the same shape.
//
//	relu max(0, x), its slope at 0 is 0    sigmoid 1/(1+e⁻ˣ)    tanh    softmax eˣⁱ/Σeˣʲ
type Activation[T Float] struct {
	spec Spec
}

// activations names the functions, to see that a spec is good.
var activations = map[string]struct{}{"relu": {}, "sigmoid": {}, "tanh": {}, "softmax": {}}

type activationScratch[T Float] struct{ y, dx Batch[T] }

// Spec implements Layer.
func (l *Activation[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *Activation[T]) Output(in Shape) (Shape, error) { return in, nil }

// Build implements Layer.
func (l *Activation[T]) Build(Shape, *Rand) {}

// Params implements Layer.
func (l *Activation[T]) Params() []*Param[T] { return nil }

// Forward implements Layer.
func (l *Activation[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	y := scratchOf[activationScratch[T]](w).y.resize(x.Rows, x.Cols)
	in := x.X[:len(y.X)]
	switch l.spec.Function {
	case "relu":
		kernel.ReLU(y.X, in)
	case "sigmoid":
		kernel.SigmoidAll(y.X, in)
	case "tanh":
		kernel.TanhAll(y.X, in)
	case "softmax":
		copy(y.X, in)
		for r := range y.Rows {
			kernel.Softmax(y.X[r*y.Cols:][:y.Cols])
		}
	}
	return y
}

// Backward implements Layer. All slopes are functions of the output.
func (l *Activation[T]) Backward(w *Work[T], _, dy *Batch[T], _ [][]T) *Batch[T] {
	s := scratchOf[activationScratch[T]](w)
	dx, y := s.dx.resize(dy.Rows, dy.Cols), s.y.X
	d := dy.X[:len(dx.X)]
	switch l.spec.Function {
	case "relu":
		kernel.ReLUBackward(dx.X, d, y)
	case "sigmoid":
		kernel.SigmoidBackward(dx.X, d, y)
	case "tanh":
		kernel.TanhBackward(dx.X, d, y)
	case "softmax":
		for r := range dy.Rows {
			p, d := y[r*dy.Cols:][:dy.Cols], dy.X[r*dy.Cols:][:dy.Cols]
			var sum T
			for j := range p {
				sum += p[j] * d[j]
			}
			for j := range p {
				dx.X[r*dy.Cols+j] = p[j] * (d[j] - sum)
			}
		}
	}
	return dx
}
