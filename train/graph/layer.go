package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/models/layers"
)

// layerOp is a layer: inputs x and the parameters, output y.
type layerOp[T layers.Float] struct {
	base
	typ   hm.Type
	shape tensor.Shape
	layer layers.Layer[T]
	work  *layers.Work[T]
	x, y  *layers.Batch[T]
	out   wrapped[T]

	tokens bool // x is token ids, which have no gradient
	ids    view[int32]
	values view[T]
}

// applyLayer adds a layer whose output has the given width to the graph.
func applyLayer[T layers.Float](l layers.Layer[T], w *layers.Work[T], x *G.Node, params G.Nodes, width int) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	in := append(G.Nodes{x}, params...)
	o := &layerOp[T]{
		base: newBase(l.Spec().Kind, len(in)), layer: l, work: w, shape: tensor.Shape{rows, width}, tokens: x.Dtype() == tensor.Int32,
		x: &layers.Batch[T]{Rows: rows, Cols: cols},
	}
	o.typ = signature(in, G.TensorType{Dims: 2, Of: dtypeOf[T]()})
	n, err := G.ApplyOp(o, in...)
	if err != nil {
		return nil, fmt.Errorf("graph: %s: %w", l.Spec().Name, err)
	}
	return n, nil
}

func (o *layerOp[T]) Type() hm.Type                                  { return o.typ }
func (o *layerOp[T]) InferShape(...G.DimSizer) (tensor.Shape, error) { return o.shape, nil }

// Do runs the layer. The parameters' values are the layer's own slices, so they need not be read here.
func (o *layerOp[T]) Do(v ...G.Value) (G.Value, error) {
	o.bind(v[0])
	o.y = o.layer.Forward(o.work, o.x)
	return o.out.tensor(o.y), nil
}

// bind makes the batch of the input.
func (o *layerOp[T]) bind(v G.Value) {
	if o.tokens {
		o.x.Tokens = o.ids.of(v)
	} else {
		o.x.X = o.values.of(v)
	}
}

// DiffWRT: tokens have no gradient.
func (o *layerOp[T]) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	for i := range wrt {
		wrt[i] = true
	}
	wrt[0] = !o.tokens
	return wrt
}

// SymDiff applies the backward op. Its output is the first gradient; the others are picked.
func (o *layerOp[T]) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	b := &layerBackward[T]{layerOp: o, dy: &layers.Batch[T]{Rows: o.shape[0], Cols: o.shape[1]}}
	var wrapped []*tensor.Dense
	for _, p := range layers.Trained(o.layer) {
		g := make([]T, len(p.Data))
		b.grads = append(b.grads, g)
		wrapped = append(wrapped, tensor.New(tensor.WithShape(p.Shape...), tensor.WithBacking(g)))
	}
	args := append(append(G.Nodes{}, in...), out, grad)
	first := in[0]
	if o.tokens {
		first = in[1]
		b.first = wrapped[0]
	}
	b.base = newBase(o.name+"Backward", len(args))
	b.shape = first.Shape().Clone()
	b.typ = signature(args, typeOf(first))
	primary, err := G.ApplyOp(b, args...)
	if err != nil {
		return nil, err
	}
	res := G.Nodes{primary}
	if o.tokens {
		res = G.Nodes{nil, primary}
	}
	for i := len(res) - 1; i < len(wrapped); i++ {
		p, err := newPick(primary, in[i+1], wrapped[i])
		if err != nil {
			return nil, err
		}
		res = append(res, p)
	}
	return res, nil
}

// layerBackward is the derivative of a layerOp: inputs x, the parameters, y and dy.
type layerBackward[T layers.Float] struct {
	base
	layerOp *layerOp[T]
	typ     hm.Type
	shape   tensor.Shape
	dy      *layers.Batch[T]
	grads   [][]T
	first   *tensor.Dense // the gradient of the first parameter, when the input is tokens
	slopes  view[T]
	dx      wrapped[T]
}

func (b *layerBackward[T]) Type() hm.Type                                  { return b.typ }
func (b *layerBackward[T]) InferShape(...G.DimSizer) (tensor.Shape, error) { return b.shape, nil }
func (b *layerBackward[T]) Do(v ...G.Value) (G.Value, error) {
	o := b.layerOp
	o.bind(v[0])
	b.dy.X = b.slopes.of(v[len(v)-1])
	dx := o.layer.Backward(o.work, o.x, b.dy, b.grads)
	if b.first != nil {
		return b.first, nil
	}
	return b.dx.tensor(dx), nil
}

// wrapped is the tensor of a layer's output, made anew only when the layer answers with another slice.
type wrapped[T layers.Float] struct {
	dense *tensor.Dense
	data  []T
}

func (w *wrapped[T]) tensor(b *layers.Batch[T]) *tensor.Dense {
	if w.dense == nil || &w.data[0] != &b.X[0] {
		w.data = b.X[:b.Rows*b.Cols]
		w.dense = tensor.New(tensor.WithShape(b.Rows, b.Cols), tensor.WithBacking(w.data))
	}
	return w.dense
}
