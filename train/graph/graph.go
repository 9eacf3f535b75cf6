// Package graph trains a stack of layers on gorgonia: each layer is a node whose Op calls the layer's own Forward and
// whose symbolic derivative is an Op that calls its Backward; the loss is a node; gorgonia.Grad derives the gradients; a
// gorgonia.VM runs the graph; a gorgonia.Solver steps. It is the only package that imports gorgonia.
package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/internal/team"
	"threatnet/models/layers"
)

// Names of the virtual machines: Flat walks the sorted graph on the calling goroutine, Tape is gorgonia's TapeMachine.
// Both give the same bits.
const (
	Flat = "flat"
	Tape = "tape"
)

// Options are what a Net needs besides the network and the batch size.
type Options struct {
	VM     string // Flat or Tape
	Seed   uint64 // of the dropout masks
	Shards int    // into which a batch is cut
	Team   *team.Team
}

// Net is a network as a graph for batches of one size. Its parameters are the slices of the Sequential it was made from:
// several Nets, one for each batch size, train the same weights. A Net belongs to one goroutine.
type Net[T layers.Float] struct {
	Rows int

	graph    *G.ExprGraph
	vm       G.VM
	works    []*layers.Work[T]
	steppers []func() // of the layers that keep statistics
	loss     *G.Node
	head     head
	tokens   []int32
	values   []T
	classes  []int32
	weights  []T
	params   []Param[T]
	model    []G.ValueGrad
}

// head is the loss op, which counts right answers on the way.
type head interface{ correct() int }

// New builds the graph of q for batches of rows: loss and gradients, and the machine that runs them. When the last layer
// is a softmax the loss is the categorical cross-entropy, when it is a sigmoid the binary one, both from the logits and as
// the mean over the rows of weight·loss; the layers' penalties are added.
func New[T layers.Float](q *layers.Sequential[T], rows int, opts Options) (*Net[T], error) {
	ls, function := q.Logits()
	if function == "" {
		return nil, fmt.Errorf("graph: the last layer of a network must be a softmax or a sigmoid")
	}
	n := &Net[T]{Rows: rows, graph: G.NewGraph()}
	x, shape := n.input(q, rows), q.Input
	var nodes, penalised G.Nodes
	var params []*layers.Param[T]
	for i, l := range layers.Compile(ls) {
		if s := l.Spec(); s.Kind == "dropout" && s.Rate == 0 {
			continue
		}
		w := &layers.Work[T]{Train: true, Seed: opts.Seed, Layer: uint64(i), Team: opts.Team, Shards: opts.Shards}
		n.works = append(n.works, w)
		if s, ok := l.(layers.Stepper[T]); ok {
			n.steppers = append(n.steppers, func() { s.EndStep(w) })
		}
		var own G.Nodes
		for _, p := range layers.Trained(l) {
			node := n.param(p)
			own, params = append(own, node), append(params, p)
			if p.Penalised() {
				penalised = append(penalised, node)
			}
		}
		nodes = append(nodes, own...)
		var err error
		if shape, err = l.Output(shape); err != nil {
			return nil, err
		}
		if x, err = applyLayer(l, w, x, own, shape.Size()); err != nil {
			return nil, err
		}
	}
	if err := n.addLoss(x, function, opts); err != nil {
		return nil, err
	}
	if err := n.addPenalties(penalised, params, nodes); err != nil {
		return nil, err
	}
	grads, err := G.Grad(n.loss, nodes...)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	for i, p := range params {
		n.params = append(n.params, Param[T]{Param: p, weights: nodes[i], grad: grads[i]})
	}
	for i := range n.params {
		n.model = append(n.model, &n.params[i])
	}
	return n, n.machine(opts.VM, grads)
}

func (n *Net[T]) machine(vm string, grads G.Nodes) (err error) {
	switch vm {
	case Tape:
		n.vm = G.NewTapeMachine(n.graph)
	case Flat:
		n.vm, err = newFlatVM(n.graph, append(append(G.Nodes{}, grads...), n.loss)...)
	default:
		err = fmt.Errorf("graph: no VM is called %q: want %s or %s", vm, Flat, Tape)
	}
	return err
}

// input makes the node of a batch's rows and binds the slice that Tokens or Values returns.
func (n *Net[T]) input(q *layers.Sequential[T], rows int) *G.Node {
	cols := q.Input.Size()
	if q.Layers[0].Spec().Kind == "embedding" {
		n.tokens = make([]int32, rows*cols)
		return bound(n.graph, "tokens", n.tokens, rows, cols)
	}
	n.values = make([]T, rows*cols)
	return bound(n.graph, "values", n.values, rows, cols)
}

func (n *Net[T]) param(p *layers.Param[T]) *G.Node { return bound(n.graph, p.Name, p.Data, p.Shape...) }

// bound makes a node whose value is the slice itself.
func bound[E any](g *G.ExprGraph, name string, data []E, shape ...int) *G.Node {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return G.NewTensor(g, t.Dtype(), len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(t))
}

// Tokens is the batch's token ids, rows×steps, to be filled before Run; nil when the network takes values.
func (n *Net[T]) Tokens() []int32 { return n.tokens }

// Values is the batch's values, rows×width, to be filled before Run; nil when the network takes tokens.
func (n *Net[T]) Values() []T { return n.values }

// Classes is the class of each row, to be filled before Run: an index for a softmax, 0 or 1 for a sigmoid.
func (n *Net[T]) Classes() []int32 { return n.classes }

// Weights is the weight of each row's loss; it is 1 until changed.
func (n *Net[T]) Weights() []T { return n.weights }

// Params returns the trained parameters with their gradients, in the order of the network's Params.
func (n *Net[T]) Params() []Param[T] { return n.params }

// Model is what a gorgonia.Solver steps.
func (n *Net[T]) Model() []G.ValueGrad { return n.model }

// Run computes loss and gradients of the batch, and moves the statistics of the layers that keep some. step is the
// optimizer's step, from which dropout masks follow. It returns the mean loss with penalties, and how many rows the network
// classed right.
func (n *Net[T]) Run(step uint64) (loss float64, correct int, err error) {
	for _, w := range n.works {
		w.Step = step
	}
	if err := n.vm.RunAll(); err != nil {
		return 0, 0, fmt.Errorf("graph: %w", err)
	}
	n.vm.Reset()
	for _, step := range n.steppers {
		step()
	}
	return scalar(n.loss.Value()), n.head.correct(), nil
}

// Close ends the machine.
func (n *Net[T]) Close() error { return n.vm.Close() }
