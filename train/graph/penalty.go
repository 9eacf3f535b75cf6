package graph

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/internal/kernel"
	"threatnet/models/layers"
)

// addPenalties adds the penalty of each parameter that has one to the loss.
func (n *Net[T]) addPenalties(penalised G.Nodes, params []*layers.Param[T], nodes G.Nodes) error {
	for _, node := range penalised {
		for i, p := range params {
			if nodes[i] != node {
				continue
			}
			in := G.Nodes{n.loss, node}
			o := &penalty[T]{base: newBase("penalty", 2), typ: signature(in, dtypeOf[T]()), param: p, sum: newScalar[T](), grad: make([]T, len(p.Data))}
			sum, err := G.ApplyOp(o, in...)
			if err != nil {
				return err
			}
			n.loss = sum
		}
	}
	return nil
}

// penalty is loss + L1·Σ|w| + L2·Σw²: inputs the loss so far and w.
type penalty[T layers.Float] struct {
	base
	typ   hm.Type
	param *layers.Param[T]

	weights view[T]
	sum     scalarValue[T]
	grad    []T // of the penalty alone, computed with it
}

func (o *penalty[T]) Type() hm.Type { return o.typ }
func (o *penalty[T]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (o *penalty[T]) Do(v ...G.Value) (G.Value, error) {
	clear(o.grad)
	return o.sum.set(scalar(v[0]) + layers.Penalty(o.weights.of(v[1]), o.param.L1, o.param.L2, o.grad)), nil
}

// DiffWRT implements gorgonia.SDOp.
func (o *penalty[T]) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff passes the gradient on to the loss and applies the penalty's own to w.
func (o *penalty[T]) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	args := G.Nodes{in[1], out, grad}
	b := &penaltyBackward[T]{base: newBase("penaltyBackward", 3), typ: signature(args, typeOf(in[1])), forward: o}
	b.out = tensor.New(tensor.WithShape(o.param.Shape...), tensor.WithBacking(o.grad))
	n, err := G.ApplyOp(b, args...)
	return G.Nodes{grad, n}, err
}

// penaltyBackward answers with the gradient that the penalty has computed, times that of the loss.
type penaltyBackward[T layers.Float] struct {
	base
	typ     hm.Type
	forward *penalty[T]
	out     *tensor.Dense
}

func (b *penaltyBackward[T]) Type() hm.Type { return b.typ }
func (b *penaltyBackward[T]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return b.forward.param.Shape, nil
}

func (b *penaltyBackward[T]) Do(v ...G.Value) (G.Value, error) {
	if k := T(scalar(v[2])); k != 1 {
		kernel.Scale(b.forward.grad, k)
	}
	return b.out, nil
}
