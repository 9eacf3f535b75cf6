package graph

import (
	"fmt"
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/internal/golden"
	"threatnet/models/layers"
)

// formulas maps the golden files' names of optimizers to ours.
var formulas = map[string]string{
	"rmsprop_keras2": "rmsprop", "rmsprop_tf211_eps_inside": "rmsprop-keras3", "adam_keras": "adam",
	"adam_torch": "adam-torch", "rmsprop_torch_default": "rmsprop-torch", "sgd_lr0.01_momentum0.9_torch": "sgd",
}

func flat(v any) []float64 {
	if x, ok := v.(float64); ok {
		return []float64{x}
	}
	var out []float64
	for _, e := range v.([]any) {
		out = append(out, flat(e)...)
	}
	return out
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= tol*max(1, math.Abs(w))) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], w)
			return
		}
	}
}

var tinyParams = []string{"embeddings", "kernel", "recurrent_kernel", "bias", "dense_kernel", "dense_bias"}

type tinyCase struct {
	Recurrent string                    `json:"recurrent_activation"`
	Optimizer string                    `json:"optimizer"`
	Weights   map[string]any            `json:"weights_initial"`
	Loss      float64                   `json:"loss"`
	Gradients map[string]any            `json:"gradients"`
	Before    []float64                 `json:"loss_before_each_step"`
	After     map[string]map[string]any `json:"weights_after_steps"`
}

// TestGoldenTraining trains the tiny networks for ten steps with each optimizer and compares losses, gradients and weights
// with an independent reference in float64.
func TestGoldenTraining(t *testing.T) {
	for name, function := range map[string]string{"endgame_tiny": "softmax", "netflow_tiny": "sigmoid"} {
		var f struct {
			IDs   [][]int32  `json:"ids"`
			Y     []float64  `json:"y"`
			Cases []tinyCase `json:"cases"`
		}
		golden.JSON(t, "numerics/"+name+".json", &f)
		var start tinyCase // later cases of a recurrent activation leave out what the first has
		for _, c := range f.Cases {
			if c.Weights != nil {
				start = c
			}
			for _, vm := range []string{Flat, Tape} {
				t.Run(fmt.Sprintf("%s/%s/%s/%s", name, c.Recurrent, c.Optimizer, vm), func(t *testing.T) {
					q := tinyNet(t, start, len(f.IDs[0]), function)
					n, err := New(q, len(f.IDs), Options{VM: vm, Shards: 2})
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = n.Close() }()
					for r, row := range f.IDs {
						copy(n.Tokens()[r*len(row):], row)
						n.Classes()[r] = int32(f.Y[r])
					}
					s, err := NewSolver[float64](formulas[c.Optimizer], 0.001, 2, nil)
					if err != nil {
						t.Fatal(err)
					}
					for step, want := range c.Before {
						loss, _, err := n.Run(uint64(step))
						if err != nil {
							t.Fatal(err)
						}
						near(t, fmt.Sprintf("loss before step %d", step+1), []float64{loss}, []float64{want}, 1e-12)
						if step == 0 {
							near(t, "loss", []float64{loss}, []float64{start.Loss}, 1e-12)
							for i, p := range n.Params() {
								g, err := p.Grad()
								if err != nil {
									t.Fatal(err)
								}
								near(t, "gradient of "+p.Name, backing[float64](g), flat(start.Gradients[tinyParams[i]]), 1e-12)
							}
						}
						if err := s.Step(n.Model()); err != nil {
							t.Fatal(err)
						}
						for i, p := range q.Params() {
							if w, ok := c.After[fmt.Sprint(step+1)]; ok {
								near(t, fmt.Sprintf("%s after step %d", p.Name, step+1), p.Data, flat(w[tinyParams[i]]), 1e-12)
							}
						}
					}
				})
			}
		}
	}
}

func tinyNet(t *testing.T, c tinyCase, steps int, function string) *layers.Sequential[float64] {
	t.Helper()
	e, b := c.Weights["embeddings"].([]any), flat(c.Weights["dense_bias"])
	q, err := layers.New[float64](layers.Stack{Input: []int{steps}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: len(e), Units: len(e[0].([]any))},
		{Kind: "lstm", Units: len(flat(c.Weights["bias"])) / 4, Recurrent: c.Recurrent},
		{Kind: "dropout"},
		{Kind: "dense", Units: len(b), Init: "glorot_uniform"},
		{Kind: "activation", Function: function},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range q.Params() {
		copy(p.Data, flat(c.Weights[tinyParams[i]]))
	}
	return q
}

// fixedGrad is a gorgonia.ValueGrad with a given gradient.
type fixedGrad struct{ value, grad *tensor.Dense }

func (f fixedGrad) Value() G.Value         { return f.value }
func (f fixedGrad) Grad() (G.Value, error) { return f.grad, nil }

func TestGoldenOptimizers(t *testing.T) {
	var f struct {
		P0        []float64   `json:"p0"`
		Gradients [][]float64 `json:"gradients"`
		Cases     []struct {
			Optimizer string
			After     [][]float64 `json:"after_each_step"`
		}
	}
	golden.JSON(t, "numerics/optimizers.json", &f)
	for _, c := range f.Cases {
		formula, ok := formulas[c.Optimizer]
		if !ok {
			t.Fatalf("no formula for %s", c.Optimizer)
		}
		rate := 0.001
		if formula == "rmsprop-torch" || formula == "sgd" {
			rate = 0.01
		}
		s, err := NewSolver[float64](formula, rate, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := append([]float64(nil), f.P0...)
		p := fixedGrad{value: tensor.New(tensor.WithBacking(w))}
		for i, g := range f.Gradients {
			p.grad = tensor.New(tensor.WithBacking(append([]float64(nil), g...)))
			if err := s.Step([]G.ValueGrad{p}); err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("%s, step %d", c.Optimizer, i+1), w, c.After[i], 1e-12)
		}
	}
}
