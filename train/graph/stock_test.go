package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/models/layers"
)

// stock is a network built of gorgonia's own ops alone, an LSTM unrolled over its steps: what users of gorgonia would write,
// to compare with.
type stock[T layers.Float] struct {
	g            *G.ExprGraph
	ids          *G.Node // of all rows step after step, or
	x            *G.Node // the values
	y            *G.Node // the classes, one-hot
	params       G.Nodes
	grads        G.Nodes
	loss         *G.Node
	rows, cols   int
	idData       []int
	xData, yData []T
}

// newStock builds the stack for batches of rows. It knows embedding, lstm (sigmoid), dense, relu, softmax; dropout is left
// out.
func newStock[T layers.Float](tb testing.TB, q *layers.Sequential[T], rows int) *stock[T] {
	tb.Helper()
	s := &stock[T]{g: G.NewGraph(), rows: rows, cols: q.Input.Size()}
	outputs := q.Output()
	s.yData = make([]T, rows*outputs)
	s.y = bound(s.g, "y", s.yData, rows, outputs)
	var at *G.Node
	for i, l := range q.Layers {
		var own G.Nodes
		for _, p := range l.Params() {
			shape := p.Shape
			if len(shape) == 1 {
				shape = []int{1, shape[0]} // what broadcasting wants
			}
			own = append(own, bound(s.g, p.Name, append([]T(nil), p.Data...), shape...))
		}
		s.params = append(s.params, own...)
		switch spec := l.Spec(); spec.Kind {
		case "embedding":
			s.idData = make([]int, rows*s.cols)
			t := tensor.New(tensor.WithShape(rows*s.cols), tensor.WithBacking(s.idData))
			s.ids = G.NewTensor(s.g, tensor.Int, 1, G.WithShape(rows*s.cols), G.WithName("ids"), G.WithValue(t))
			at = G.Must(G.ByIndices(own[0], s.ids, 0))
		case "lstm":
			at = s.lstm(at, own, spec.Units)
		case "dense":
			if at == nil {
				s.xData = make([]T, rows*s.cols)
				s.x = bound(s.g, "x", s.xData, rows, s.cols)
				at = s.x
			}
			at = G.Must(G.BroadcastAdd(G.Must(G.Mul(at, own[0])), own[1], nil, []byte{0}))
		case "activation":
			if i == len(q.Layers)-1 {
				at = G.Must(G.SoftMax(at))
			} else {
				at = G.Must(G.Rectify(at))
			}
		}
	}
	sum := G.Must(G.Neg(G.Must(G.Sum(G.Must(G.HadamardProd(s.y, G.Must(G.Log(at))))))))
	s.loss = G.Must(G.Div(sum, G.NewConstant(T(rows))))
	var err error
	if s.grads, err = G.Grad(s.loss, s.params...); err != nil {
		tb.Fatal(err)
	}
	return s
}

// lstm is Keras' layer: gates i, f, c, o.
func (s *stock[T]) lstm(x *G.Node, p G.Nodes, units int) *G.Node {
	h := bound(s.g, "h0", make([]T, s.rows*units), s.rows, units)
	c := bound(s.g, "c0", make([]T, s.rows*units), s.rows, units)
	for t := range s.cols {
		xt := G.Must(G.Slice(x, G.S(t*s.rows, (t+1)*s.rows)))
		z := G.Must(G.Add(G.Must(G.Mul(xt, p[0])), G.Must(G.Mul(h, p[1]))))
		z = G.Must(G.BroadcastAdd(z, p[2], nil, []byte{0}))
		gate := func(k int) *G.Node { return G.Must(G.Slice(z, nil, G.S(k*units, (k+1)*units))) }
		i, f, o := G.Must(G.Sigmoid(gate(0))), G.Must(G.Sigmoid(gate(1))), G.Must(G.Sigmoid(gate(3)))
		c = G.Must(G.Add(G.Must(G.HadamardProd(f, c)), G.Must(G.HadamardProd(i, G.Must(G.Tanh(gate(2)))))))
		h = G.Must(G.HadamardProd(o, G.Must(G.Tanh(c))))
	}
	return h
}

// fill copies a batch of a Net.
func (s *stock[T]) fill(n *Net[T]) {
	for r := range s.rows {
		for t := range s.cols {
			if s.ids != nil {
				s.idData[t*s.rows+r] = int(n.Tokens()[r*s.cols+t])
			} else {
				s.xData[r*s.cols+t] = n.Values()[r*s.cols+t]
			}
		}
	}
	clear(s.yData)
	for r, c := range n.Classes() {
		s.yData[r*(len(s.yData)/s.rows)+int(c)] = 1
	}
}

// stockStacks are networks that both can build.
var stockStacks = map[string]layers.Stack{
	"lstm": {Input: []int{9}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: 12, Units: 6},
		{Kind: "lstm", Units: 5, Recurrent: "sigmoid"},
		{Kind: "dense", Units: 4, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}},
	"perceptron": {Input: []int{7}, Layers: []layers.Spec{
		{Kind: "dense", Units: 6, Init: "he_normal"},
		{Kind: "activation", Function: "relu"},
		{Kind: "dense", Units: 3, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}},
}

// TestStockReference compares loss and gradients of our ops with those of gorgonia's own ops, in float64.
func TestStockReference(t *testing.T) {
	for name, stack := range stockStacks {
		q, err := layers.New[float64](stack)
		if err != nil {
			t.Fatal(err)
		}
		q.Init(3)
		const rows = 7
		n, err := New(q, rows, Options{VM: Flat, Shards: 2})
		if err != nil {
			t.Fatal(err)
		}
		fillBatch(n, q.Output(), rand.New(rand.NewPCG(5, 6)))
		for i := range n.Weights() {
			n.Weights()[i] = 1
		}
		loss, _, err := n.Run(0)
		if err != nil {
			t.Fatal(err)
		}
		s := newStock(t, q, rows)
		s.fill(n)
		vm := G.NewTapeMachine(s.g, G.BindDualValues(s.params...))
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		near(t, name+": loss", []float64{loss}, []float64{scalar(s.loss.Value())}, 1e-12)
		for i, p := range n.Params() {
			near(t, name+": gradient of "+p.Name, p.Gradient(), backing[float64](s.grads[i].Value()), 1e-11)
		}
		_ = vm.Close()
		_ = n.Close()
	}
}

// BenchmarkStock trains the published dga-lstm and an exfil-mlp of gorgonia's own ops, solver and products (gonum's), on
// random rows: the first of the three columns of docs/performance.md.
func BenchmarkStock(b *testing.B) {
	G.Use(gonum.Implementation{})
	tensor.Use(gonum.Implementation{})
	defer func() {
		G.Use(products{})
		tensor.Use(products{})
	}()
	for _, c := range []struct {
		name  string
		rows  int
		stack layers.Stack
	}{
		{"dga-lstm", 128, layers.Stack{Input: []int{75}, Layers: []layers.Spec{
			{Kind: "embedding", Vocabulary: 1000, Units: 128},
			{Kind: "lstm", Units: 128, Recurrent: "sigmoid"},
			{Kind: "dense", Units: 44, Init: "glorot_uniform"},
			{Kind: "activation", Function: "softmax"},
		}}},
		{"exfil-mlp", 256, layers.Stack{Input: []int{98}, Layers: []layers.Spec{
			{Kind: "dense", Units: 128, Init: "glorot_uniform"},
			{Kind: "activation", Function: "relu"},
			{Kind: "dense", Units: 128, Init: "glorot_uniform"},
			{Kind: "activation", Function: "relu"},
			{Kind: "dense", Units: 2, Init: "glorot_uniform"},
			{Kind: "activation", Function: "softmax"},
		}}},
	} {
		b.Run(fmt.Sprintf("%s/%d", c.name, c.rows), func(b *testing.B) {
			q, err := layers.New[float32](c.stack)
			if err != nil {
				b.Fatal(err)
			}
			q.Init(1)
			s := newStock(b, q, c.rows)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range s.idData {
				s.idData[i] = r.IntN(39)
			}
			for i := range s.xData {
				s.xData[i] = float32(r.NormFloat64())
			}
			for i := range c.rows {
				s.yData[i*q.Output()+r.IntN(q.Output())] = 1
			}
			vm := G.NewTapeMachine(s.g, G.BindDualValues(s.params...))
			defer func() { _ = vm.Close() }()
			solver := G.NewRMSPropSolver(G.WithRho(0.9))
			model := G.NodesToValueGrads(s.params)
			b.ReportAllocs()
			for b.Loop() {
				if err := vm.RunAll(); err != nil {
					b.Fatal(err)
				}
				if err := solver.Step(model); err != nil {
					b.Fatal(err)
				}
				vm.Reset()
			}
			b.ReportMetric(float64(c.rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
