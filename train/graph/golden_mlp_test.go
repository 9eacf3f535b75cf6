package graph

import (
	"fmt"
	"testing"

	"threatnet/internal/golden"
	"threatnet/models/layers"
)

// goldenMLP is a network of a golden file: its weights by name, in the order of the trained parameters.
type goldenMLP struct {
	stack layers.Stack
	names []string
	torch bool // kernels are transposed
}

// TestGoldenPerceptrons trains exfil-mlp's and dga-mlp's networks through the graph for ten steps, and compares losses,
// gradients and weights with independent references in float64.
func TestGoldenPerceptrons(t *testing.T) {
	dense := func(units int, l1, l2 float64) layers.Spec {
		return layers.Spec{Kind: "dense", Units: units, Init: "he_normal", L1: l1, L2: l2}
	}
	relu := layers.Spec{Kind: "activation", Function: "relu"}
	for file, g := range map[string]goldenMLP{
		"exfil_tiny": {layers.Stack{Input: []int{6}, Layers: []layers.Spec{
			dense(4, 0, 0), relu, dense(4, 0, 0), relu, dense(1, 0, 0), {Kind: "activation", Function: "sigmoid"},
		}}, []string{"layer_1.weight", "layer_1.bias", "layer_2.weight", "layer_2.bias", "layer_out.weight", "layer_out.bias"}, true},
		"dga_tiny": {layers.Stack{Input: []int{3}, Layers: []layers.Spec{
			dense(10, 0, 0.01), relu,
			{Kind: "batch_norm"},
			dense(7, 0.001, 0.001), relu,
			{Kind: "batch_norm"},
			dense(5, 0.001, 0.001), relu, dense(2, 0, 0),
			{Kind: "activation", Function: "softmax"},
		}}, []string{"w.0", "b.0", "gamma.0", "beta.0", "w.1", "b.1", "gamma.1", "beta.1", "w.2", "b.2", "w.3", "b.3"}, false},
	} {
		var f struct {
			X     [][]float64
			Y     any
			Cases []struct {
				Optimizer string                    `json:"optimizer"`
				Dropout   bool                      `json:"dropout"`
				Weights   map[string]any            `json:"weights_initial"`
				Gradients map[string]any            `json:"gradients"`
				Before    []float64                 `json:"loss_before_each_step"`
				After     map[string]map[string]any `json:"weights_after_steps"`
			}
		}
		golden.JSON(t, "numerics/"+file+".json", &f)
		for _, c := range f.Cases {
			if c.Weights == nil || c.Dropout { // with masks: package layers
				continue
			}
			for _, vm := range []string{Flat, Tape} {
				t.Run(fmt.Sprintf("%s/%s/%s", file, c.Optimizer, vm), func(t *testing.T) {
					trainPerceptron(t, g, vm, formulas[c.Optimizer], f.X, flat(f.Y), c.Weights, c.Gradients, c.Before, c.After)
				})
			}
		}
	}
}

func trainPerceptron(t *testing.T, g goldenMLP, vm, formula string, x [][]float64, y []float64, weights, gradients map[string]any, before []float64, after map[string]map[string]any) {
	t.Helper()
	q, err := layers.New[float64](g.stack)
	if err != nil {
		t.Fatal(err)
	}
	var trained []*layers.Param[float64]
	for _, l := range q.Layers {
		trained = append(trained, layers.Trained(l)...)
	}
	for i, p := range trained {
		copy(p.Data, g.numbers(p, weights[g.names[i]]))
	}
	rows := min(len(x), 7)
	n, err := New(q, rows, Options{VM: vm, Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close() }()
	s, err := NewSolver[float64](formula, 0.001, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for step, want := range before {
		for r := range rows {
			row := (step*rows + r) % len(x)
			copy(n.Values()[r*len(x[0]):], x[row])
			n.Classes()[r] = int32(y[row])
		}
		loss, _, err := n.Run(uint64(step))
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("loss before step %d", step+1), []float64{loss}, []float64{want}, 1e-12)
		if step == 0 {
			for i, p := range n.Params() {
				near(t, "gradient of "+p.Name, p.Gradient(), g.numbers(p.Param, gradients[g.names[i]]), 1e-12)
			}
		}
		if err := s.Step(n.Model()); err != nil {
			t.Fatal(err)
		}
		if w, ok := after[fmt.Sprint(step+1)]; ok {
			for i, p := range trained {
				// A bias without a gradient but rounding moves all the same: Adam divides by its size.
				near(t, fmt.Sprintf("%s after step %d", p.Name, step+1), p.Data, g.numbers(p, w[g.names[i]]), 1e-11)
			}
		}
	}
}

// numbers are a parameter's in our layout.
func (g goldenMLP) numbers(p *layers.Param[float64], v any) []float64 {
	x := flat(v)
	if !g.torch || len(p.Shape) < 2 {
		return x
	}
	in, out := p.Shape[0], p.Shape[1]
	y := make([]float64, len(x))
	for i := range in {
		for j := range out {
			y[i*out+j] = x[j*in+i]
		}
	}
	return y
}
