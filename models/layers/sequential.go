package layers

import (
	"fmt"
	"math"
)

// Sequential is a stack of layers.
type Sequential[T Float] struct {
	Input  Shape
	Layers []Layer[T]
}

// Stack is the JSON form of a Sequential without its weights.
type Stack struct {
	Input  []int  `json:"input"`
	Layers []Spec `json:"layers"`
}

// New makes a stack for examples of the given shape. Its kernels are zero until Init or a copy fills them. Layers
// without a name are called by their kind, dense, dense_1 and so on.
func New[T Float](s Stack) (*Sequential[T], error) { return NewWithin[T](s, math.MaxInt) }

// NewWithin is New for a stack that is not trusted: it refuses one of more weights before it makes any.
func NewWithin[T Float](s Stack, most int) (*Sequential[T], error) {
	q := &Sequential[T]{Input: s.Input}
	used := map[string]int{}
	in, weights := q.Input, 0.0
	for i, spec := range s.Layers {
		if i > 0 && spec.Kind == "embedding" {
			return nil, fmt.Errorf("layers: embedding %q after another layer", spec.Name)
		}
		if spec.Name == "" {
			spec.Name = spec.Kind
			if n := used[spec.Kind]; n > 0 {
				spec.Name = fmt.Sprintf("%s_%d", spec.Kind, n)
			}
			used[spec.Kind]++
		}
		l, err := FromSpec[T](spec)
		if err != nil {
			return nil, err
		}
		out, err := l.Output(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec.Name, err)
		}
		if weights += spec.weights(in); weights > float64(most) {
			return nil, fmt.Errorf("layers: %q has too many weights", spec.Name)
		}
		q.Layers, in = append(q.Layers, l), out
	}
	q.build(func(int) *Rand { return nil })
	return q, nil
}

// Init draws the initial weights. Each layer has a source of its own, so that its weights do not depend on the others.
func (q *Sequential[T]) Init(seed uint64) {
	q.build(func(i int) *Rand { return NewRand(Mix(seed) + uint64(i)) })
}

func (q *Sequential[T]) build(source func(layer int) *Rand) {
	in := q.Input
	for i, l := range q.Layers {
		l.Build(in, source(i))
		in, _ = l.Output(in) // seen to be good by New
	}
}

// Stack returns the description without the weights.
func (q *Sequential[T]) Stack() Stack {
	s := Stack{Input: q.Input}
	for _, l := range q.Layers {
		s.Layers = append(s.Layers, l.Spec())
	}
	return s
}

// Params returns all parameters, layer after layer.
func (q *Sequential[T]) Params() []*Param[T] {
	var ps []*Param[T]
	for _, l := range q.Layers {
		ps = append(ps, l.Params()...)
	}
	return ps
}

// Output is the number of outputs.
func (q *Sequential[T]) Output() int {
	s := q.Input
	for _, l := range q.Layers {
		s, _ = l.Output(s)
	}
	return s.Size()
}

// Logits returns the layers before the last one when that is a softmax or a sigmoid, and its function: losses are taken
// from the logits.
func (q *Sequential[T]) Logits() (ls []Layer[T], function string) {
	n := len(q.Layers)
	if n > 0 {
		if s := q.Layers[n-1].Spec(); s.Kind == "activation" && (s.Function == "softmax" || s.Function == "sigmoid") {
			return q.Layers[:n-1], s.Function
		}
	}
	return q.Layers, ""
}

// Finite returns an error that names the first parameter with a NaN or an infinity.
func (q *Sequential[T]) Finite() error {
	for _, p := range q.Params() {
		for i, v := range p.Data {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("layers: %s[%d] is %v", p.Name, i, v)
			}
		}
	}
	return nil
}

// CopyParams copies the weights of src, which may have another precision; the stacks must have the same parameters.
func CopyParams[T, S Float](dst *Sequential[T], src *Sequential[S]) {
	from := src.Params()
	for i, p := range dst.Params() {
		for j, v := range from[i].Data {
			p.Data[j] = T(v)
		}
	}
}
