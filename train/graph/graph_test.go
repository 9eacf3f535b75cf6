package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"

	"threatnet/internal/team"
	"threatnet/models/layers"
)

// nets are small networks of every kind of layer and loss.
var nets = map[string]layers.Stack{
	"tokens to classes": {Input: []int{9}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: 12, Units: 6},
		{Kind: "lstm", Units: 5, Recurrent: "sigmoid"},
		{Kind: "dropout", Rate: 0.3},
		{Kind: "dense", Units: 4, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}},
	"tokens to one output": {Input: []int{9}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: 12, Units: 6},
		{Kind: "lstm", Units: 5, Recurrent: "hard_sigmoid"},
		{Kind: "dense", Units: 1, Init: "glorot_uniform"},
		{Kind: "activation", Function: "sigmoid"},
	}},
	"values with normalisation": {Input: []int{7}, Layers: []layers.Spec{
		{Kind: "dense", Units: 6, Init: "he_normal", L2: 0.01},
		{Kind: "activation", Function: "tanh"},
		{Kind: "batch_norm"},
		{Kind: "dropout", Rate: 0.3},
		{Kind: "batch_norm"},
		{Kind: "dense", Units: 1, Init: "glorot_uniform"},
		{Kind: "activation", Function: "sigmoid"},
	}},
	"values with penalties": {Input: []int{7}, Layers: []layers.Spec{
		{Kind: "dense", Units: 6, Init: "he_normal", L2: 0.01},
		{Kind: "activation", Function: "relu"},
		{Kind: "dropout", Rate: 0.2},
		{Kind: "dense", Units: 5, Init: "he_normal", L1: 0.002, L2: 0.003},
		{Kind: "activation", Function: "tanh"},
		{Kind: "dense", Units: 2, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}},
}

func fillBatch[T layers.Float](n *Net[T], classes int, r *rand.Rand) {
	cols := len(n.Tokens()) / n.Rows
	for i := range n.Rows {
		for t := r.IntN(cols + 1); t < cols; t++ {
			n.Tokens()[i*cols+t] = 1 + int32(r.IntN(11))
		}
		n.Classes()[i] = int32(r.IntN(max(2, classes)))
		n.Weights()[i] = T(0.5 + r.Float64())
	}
	for i := range n.Values() {
		n.Values()[i] = T(r.NormFloat64())
	}
}

// TestGradients compares the graph's gradients with central differences of its loss.
func TestGradients(t *testing.T) {
	for name, stack := range nets {
		q, err := layers.New[float64](stack)
		if err != nil {
			t.Fatal(err)
		}
		q.Init(4)
		n, err := New(q, 6, Options{VM: Flat, Seed: 9, Shards: 2})
		if err != nil {
			t.Fatal(name, err)
		}
		fillBatch(n, q.Output(), rand.New(rand.NewPCG(1, 1)))
		if _, _, err := n.Run(3); err != nil {
			t.Fatal(err)
		}
		var grads [][]float64
		for _, p := range n.Params() {
			g, err := p.Grad()
			if err != nil {
				t.Fatal(err)
			}
			grads = append(grads, append([]float64(nil), backing[float64](g)...))
		}
		for k, p := range n.Params() {
			grad := grads[k]
			for i := range p.Data {
				const h = 1e-6
				at := func(x float64) float64 {
					old := p.Data[i]
					defer func() { p.Data[i] = old }()
					p.Data[i] = x
					loss, _, err := n.Run(3)
					if err != nil {
						t.Fatal(err)
					}
					return loss
				}
				want := (at(p.Data[i]+h) - at(p.Data[i]-h)) / (2 * h)
				if math.Abs(grad[i]-want) > 1e-7*max(1, math.Abs(want)) {
					t.Fatalf("%s: %s[%d]: gradient %v, by differences %v", name, p.Name, i, grad[i], want)
				}
			}
		}
	}
}

// train runs some steps on two batch sizes, as a last smaller batch has it, and returns losses and weights.
func train(t *testing.T, stack layers.Stack, vm string, workers int) []float64 {
	t.Helper()
	q, err := layers.New[float32](stack)
	if err != nil {
		t.Fatal(err)
	}
	q.Init(4)
	crew := team.New(workers, team.Short)
	defer crew.Close()
	s, err := NewSolver[float32]("adam", 0.01, 3, crew)
	if err != nil {
		t.Fatal(err)
	}
	s.ClipNorm = 0.5
	var trace []float64
	var ns []*Net[float32]
	for _, rows := range []int{64, 37} {
		n, err := New(q, rows, Options{VM: vm, Seed: 9, Shards: 3, Team: crew})
		if err != nil {
			t.Fatal(err)
		}
		fillBatch(n, q.Output(), rand.New(rand.NewPCG(1, uint64(rows))))
		ns = append(ns, n)
	}
	for step := range 6 {
		n := ns[step%2]
		loss, hits, err := n.Run(uint64(step))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Step(n.Model()); err != nil {
			t.Fatal(err)
		}
		trace = append(trace, loss, float64(hits))
	}
	for _, p := range q.Params() {
		for _, v := range p.Data {
			trace = append(trace, float64(v))
		}
	}
	for _, n := range ns {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return trace
}

func TestSameBits(t *testing.T) {
	for name, stack := range nets {
		want := train(t, stack, Flat, 1)
		for what, got := range map[string][]float64{"tape": train(t, stack, Tape, 1), "three workers": train(t, stack, Flat, 3), "tape, two workers": train(t, stack, Tape, 2)} {
			for i, v := range want {
				if got[i] != v {
					t.Fatalf("%s: %s gives other bits at %d: %v, want %v", name, what, i, got[i], v)
				}
			}
		}
	}
}

// TestGorgoniaDerives sees that the gradients are those of gorgonia's own differentiation: the loss node reaches every
// parameter through ops with symbolic derivatives, and a stock gorgonia solver can take the step.
func TestGorgoniaDerives(t *testing.T) {
	q, err := layers.New[float64](nets["values with penalties"])
	if err != nil {
		t.Fatal(err)
	}
	q.Init(4)
	n, err := New(q, 8, Options{VM: Tape, Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	fillBatch(n, 2, rand.New(rand.NewPCG(1, 1)))
	first, _, err := n.Run(0)
	if err != nil {
		t.Fatal(err)
	}
	stock := G.NewVanillaSolver(G.WithLearnRate(0.1))
	for range 20 {
		if err := stock.Step(n.Model()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.Run(0); err != nil {
			t.Fatal(err)
		}
	}
	if last, _, _ := n.Run(0); last >= first {
		t.Errorf("loss went from %v to %v", first, last)
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, allocates")
	}
	for name, stack := range nets {
		q, err := layers.New[float32](stack)
		if err != nil {
			t.Fatal(err)
		}
		q.Init(4)
		crew := team.New(2, team.Short)
		n, err := New(q, 64, Options{VM: Flat, Shards: 2, Team: crew})
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSolver[float32]("adam", 0.01, 2, crew)
		if err != nil {
			t.Fatal(err)
		}
		s.ClipNorm = 1
		fillBatch(n, q.Output(), rand.New(rand.NewPCG(1, 1)))
		step := func() {
			if _, _, err := n.Run(1); err != nil {
				t.Fatal(err)
			}
			if err := s.Step(n.Model()); err != nil {
				t.Fatal(err)
			}
		}
		step()
		if a := testing.AllocsPerRun(20, step); a != 0 {
			t.Errorf("%s: a step allocates %v times", name, a)
		}
		crew.Close()
	}
}

func TestRefusesUnknownNames(t *testing.T) {
	q, err := layers.New[float32](nets["tokens to classes"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(q, 4, Options{VM: "lisp", Shards: 1}); err == nil {
		t.Error("a VM that does not exist is taken")
	}
	if _, err := NewSolver[float32]("adagrad", 0.1, 1, nil); err == nil {
		t.Error("an optimizer that does not exist is taken")
	}
}
