package graph

import (
	"fmt"
	"hash"
	"hash/fnv"
	"sync/atomic"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/models/layers"
)

var sequence atomic.Uint64

// base is what all ops share. Gorgonia merges nodes whose ops have the same hash; ours keep state, so each writes a number
// of its own.
type base struct {
	name  string
	arity int
	id    uint64
}

func newBase(name string, arity int) base { return base{name, arity, sequence.Add(1)} }

func (b *base) Arity() int            { return b.arity }
func (b *base) ReturnsPtr() bool      { return false }
func (b *base) CallsExtern() bool     { return false }
func (b *base) OverwritesInput() int  { return -1 }
func (b *base) WriteHash(h hash.Hash) { _, _ = fmt.Fprintf(h, "%s#%d", b.name, b.id) }
func (b *base) String() string        { return fmt.Sprintf("%s#%d", b.name, b.id) }
func (b *base) Hashcode() uint32 {
	h := fnv.New32a()
	b.WriteHash(h)
	return h.Sum32()
}

func dtypeOf[T layers.Float]() tensor.Dtype {
	var zero T
	if _, ok := any(zero).(float32); ok {
		return tensor.Float32
	}
	return tensor.Float64
}

// typeOf is the type of a node: a tensor of its dimensions, or the element itself for a scalar.
func typeOf(n *G.Node) hm.Type {
	if n.Dims() == 0 {
		return n.Dtype()
	}
	return G.TensorType{Dims: n.Dims(), Of: n.Dtype()}
}

// signature is the type of an op that takes these nodes.
func signature(in G.Nodes, out hm.Type) hm.Type {
	ts := make([]hm.Type, 0, len(in)+1)
	for _, n := range in {
		ts = append(ts, typeOf(n))
	}
	return hm.NewFnType(append(ts, out)...)
}

// backing is the slice of a dense tensor's data; Value.Data would allocate.
func backing[E any](v G.Value) (s []E) {
	d := v.(*tensor.Dense)
	switch p := any(&s).(type) {
	case *[]float32:
		*p = d.Float32s()
	case *[]float64:
		*p = d.Float64s()
	case *[]int32:
		*p = d.Int32s()
	}
	return s
}

// view keeps the slice of the tensor that it saw last: to ask for it anew takes as long as a small layer.
type view[E any] struct {
	dense *tensor.Dense
	at    uintptr
	data  []E
}

func (w *view[E]) of(v G.Value) []E {
	d := v.(*tensor.Dense)
	if at := d.Uintptr(); d != w.dense || at != w.at {
		w.dense, w.at, w.data = d, at, backing[E](d)
	}
	return w.data
}

// scalar is the number in a scalar value.
func scalar(v G.Value) float64 {
	switch s := v.(type) {
	case *G.F32:
		return float64(*s)
	case *G.F64:
		return float64(*s)
	}
	panic("graph: the value is not a scalar")
}

// scalarValue is a scalar that an op can change in place.
type scalarValue[T layers.Float] struct {
	f32 *G.F32
	f64 *G.F64
}

func newScalar[T layers.Float]() scalarValue[T] {
	if dtypeOf[T]() == tensor.Float32 {
		return scalarValue[T]{f32: G.NewF32(0)}
	}
	return scalarValue[T]{f64: G.NewF64(0)}
}

func (s scalarValue[T]) set(x float64) G.Value {
	if s.f32 != nil {
		*s.f32 = G.F32(x)
		return s.f32
	}
	*s.f64 = G.F64(x)
	return s.f64
}

// pick hands on a tensor that another op, its primary, has filled: so one backward op gives the gradients of all its
// inputs.
type pick struct {
	base
	typ   hm.Type
	value *tensor.Dense
}

// newPick picks a tensor of the shape of like, which is an input only to keep the order of the graph's edges honest.
func newPick(primary, like *G.Node, value *tensor.Dense) (*G.Node, error) {
	in := G.Nodes{primary, like}
	return G.ApplyOp(&pick{newBase("pick", 2), signature(in, typeOf(like)), value}, in...)
}

func (p *pick) Type() hm.Type { return p.typ }
func (p *pick) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return p.value.Shape().Clone(), nil
}
func (p *pick) Do(...G.Value) (G.Value, error) { return p.value, nil }
