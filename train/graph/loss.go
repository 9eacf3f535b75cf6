package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/internal/kernel"
	"threatnet/internal/team"
	"threatnet/models/layers"
)

// crossEntropy is the loss from the logits: inputs logits (rows, outputs), classes (rows), weights (rows); the mean over
// the rows of weight·loss. One output means a sigmoid and the binary form.
type crossEntropy[T layers.Float] struct {
	base
	typ           hm.Type
	rows, outputs int
	shards        int
	team          *team.Team
	grad          []T // weight·slope of each row, computed with the loss
	sums          []float64
	hits          []int
	loss          scalarValue[T]

	in, inWeights   view[T]
	inClasses       view[int32]
	logits, weights []T
	classes         []int32
	task            func(int)
}

func (n *Net[T]) addLoss(logits *G.Node, function string, opts Options) (err error) {
	rows, outputs := logits.Shape()[0], logits.Shape()[1]
	if function == "sigmoid" && outputs != 1 || function == "softmax" && outputs < 2 {
		return fmt.Errorf("graph: a %s of %d outputs", function, outputs)
	}
	n.classes, n.weights = make([]int32, rows), make([]T, rows)
	for i := range n.weights {
		n.weights[i] = 1
	}
	in := G.Nodes{logits, bound(n.graph, "classes", n.classes, rows), bound(n.graph, "weights", n.weights, rows)}
	shards := max(1, min(opts.Shards, rows))
	o := &crossEntropy[T]{
		base: newBase("crossEntropy", 3), typ: signature(in, dtypeOf[T]()), rows: rows, outputs: outputs, shards: shards, team: opts.Team,
		grad: make([]T, rows*outputs), sums: make([]float64, shards), hits: make([]int, shards), loss: newScalar[T](),
	}
	o.task = o.shard
	n.head = o
	n.loss, err = G.ApplyOp(o, in...)
	return err
}

func (o *crossEntropy[T]) Type() hm.Type { return o.typ }
func (o *crossEntropy[T]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (o *crossEntropy[T]) Do(v ...G.Value) (G.Value, error) {
	o.logits, o.classes, o.weights = o.in.of(v[0]), o.inClasses.of(v[1]), o.inWeights.of(v[2])
	o.team.Do(o.shards, o.task)
	var sum float64
	for _, s := range o.sums {
		sum += s
	}
	return o.loss.set(sum / float64(o.rows)), nil
}

func (o *crossEntropy[T]) shard(i int) {
	var sum float64
	hits := 0
	for r := o.rows * i / o.shards; r < o.rows*(i+1)/o.shards; r++ {
		x, g := o.logits[r*o.outputs:][:o.outputs], o.grad[r*o.outputs:][:o.outputs]
		if o.outputs == 1 {
			var l float64
			l, g[0] = layers.SigmoidCrossEntropy(x[0], T(o.classes[r]), o.weights[r])
			sum += l
			if (x[0] >= 0) == (o.classes[r] == 1) {
				hits++
			}
			continue
		}
		sum += layers.SoftmaxCrossEntropy(x, o.classes[r], o.weights[r], g)
		if argMax(x) == int(o.classes[r]) {
			hits++
		}
	}
	o.sums[i], o.hits[i] = sum, hits
}

func argMax[T layers.Float](x []T) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

func (o *crossEntropy[T]) correct() (n int) {
	for _, h := range o.hits {
		n += h
	}
	return n
}

// DiffWRT implements gorgonia.SDOp.
func (o *crossEntropy[T]) DiffWRT(int) []bool { return []bool{true, false, false} }

// SymDiff implements gorgonia.SDOp.
func (o *crossEntropy[T]) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	args := append(append(G.Nodes{}, in...), out, grad)
	b := &crossEntropyBackward[T]{base: newBase("crossEntropyBackward", len(args)), typ: signature(args, typeOf(in[0])), forward: o, grad: make([]T, len(o.grad))}
	b.out = tensor.New(tensor.WithShape(o.rows, o.outputs), tensor.WithBacking(b.grad))
	n, err := G.ApplyOp(b, args...)
	return G.Nodes{n, nil, nil}, err
}

type crossEntropyBackward[T layers.Float] struct {
	base
	typ     hm.Type
	forward *crossEntropy[T]
	grad    []T
	out     *tensor.Dense
}

func (b *crossEntropyBackward[T]) Type() hm.Type { return b.typ }
func (b *crossEntropyBackward[T]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.Shape{b.forward.rows, b.forward.outputs}, nil
}

func (b *crossEntropyBackward[T]) Do(v ...G.Value) (G.Value, error) {
	k := T(scalar(v[4]) / float64(b.forward.rows))
	copy(b.grad, b.forward.grad)
	kernel.Scale(b.grad, k)
	return b.out, nil
}
