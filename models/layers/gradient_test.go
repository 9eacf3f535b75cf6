package layers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestGradients compares Backward of each layer with central differences of Forward, for the loss Σ k·y with random k.
func TestGradients(t *testing.T) {
	const rows = 5
	for _, c := range []struct {
		input  Shape
		tokens int
		specs  []Spec
	}{
		{Shape{4}, 6, []Spec{{Kind: "embedding", Vocabulary: 6, Units: 3}}},
		{Shape{5, 3}, 0, []Spec{{Kind: "lstm", Units: 4, Recurrent: RecurrentSigmoid}}},
		{Shape{5, 3}, 0, []Spec{{Kind: "lstm", Units: 4, Recurrent: RecurrentHardSigmoid}}},
		{Shape{6}, 7, []Spec{{Kind: "embedding", Vocabulary: 7, Units: 3}, {Kind: "lstm", Units: 4, Recurrent: RecurrentSigmoid}}},
		{Shape{4}, 0, []Spec{{Kind: "dense", Units: 3, Init: "he_normal"}}},
		{Shape{6}, 0, []Spec{{Kind: "batch_norm"}}},
		{Shape{4}, 0, []Spec{{Kind: "dense", Units: 5, Init: "he_normal"}, {Kind: "activation", Function: "tanh"}, {Kind: "batch_norm"}, {Kind: "dropout", Rate: 0.3}}},
		{Shape{4}, 0, []Spec{{Kind: "dense", Units: 5, Init: "he_normal"}, {Kind: "batch_norm"}, {Kind: "activation", Function: "sigmoid"}}},
		{Shape{6}, 0, []Spec{{Kind: "dropout", Rate: 0.4}}},
		{Shape{6}, 0, []Spec{{Kind: "activation", Function: "relu"}}},
		{Shape{6}, 0, []Spec{{Kind: "activation", Function: "sigmoid"}}},
		{Shape{6}, 0, []Spec{{Kind: "activation", Function: "tanh"}}},
		{Shape{6}, 0, []Spec{{Kind: "activation", Function: "softmax"}}},
	} {
		t.Run(fmt.Sprintf("%+v", c.specs), func(t *testing.T) {
			q, err := New[float64](Stack{Input: c.input, Layers: c.specs})
			if err != nil {
				t.Fatal(err)
			}
			q.Init(1)
			r := rand.New(rand.NewPCG(11, 12))
			x := &Batch[float64]{Rows: rows, Cols: c.input.Size()}
			if c.tokens > 0 {
				x = paddedBatch[float64](rows, c.input[0], c.tokens, r)
			} else {
				for range rows * x.Cols {
					x.X = append(x.X, r.NormFloat64())
				}
			}
			l := Compile(q.Layers)[0]
			w := &Work[float64]{Train: true, Seed: 3, Shards: 2}
			k := make([]float64, rows*q.Output())
			for i := range k {
				k[i] = r.NormFloat64()
			}
			loss := func() (sum float64) {
				for i, v := range l.Forward(w, x).X[:len(k)] {
					sum += k[i] * v
				}
				return sum
			}
			loss()
			var grads [][]float64
			for _, p := range Trained(l) {
				grads = append(grads, make([]float64, len(p.Data)))
			}
			dy := &Batch[float64]{Rows: rows, Cols: q.Output(), X: append([]float64(nil), k...)}
			dx := l.Backward(w, x, dy, grads)
			for i, p := range Trained(l) {
				numeric(t, p.Name, p.Data, grads[i], loss)
			}
			if dx != nil {
				numeric(t, "input", x.X, append([]float64(nil), dx.X...), loss)
			}
		})
	}
}

func numeric(t *testing.T, what string, x, grad []float64, loss func() float64) {
	t.Helper()
	const h = 1e-6
	for i := range x {
		old := x[i]
		x[i] = old + h
		up := loss()
		x[i] = old - h
		down := loss()
		x[i] = old
		want := (up - down) / (2 * h)
		if math.Abs(grad[i]-want) > 1e-7*max(1, math.Abs(want)) {
			t.Errorf("%s[%d]: gradient %v, by differences %v", what, i, grad[i], want)
		}
	}
}

func TestLossGradients(t *testing.T) {
	x := []float64{0.3, -1.2, 2.5, 0}
	g := make([]float64, 4)
	SoftmaxCrossEntropy(x, 1, 0.7, g)
	numeric(t, "softmax cross-entropy", x, g, func() float64 { return SoftmaxCrossEntropy(x, 1, 0.7, nil) })
	for _, target := range []float64{0, 1} {
		for _, v := range []float64{-40, -1.5, 0, 0.2, 30} {
			z := []float64{v}
			_, d := SigmoidCrossEntropy(v, target, 1.3)
			numeric(t, "binary cross-entropy", z, []float64{d}, func() float64 { l, _ := SigmoidCrossEntropy(z[0], target, 1.3); return l })
		}
	}
	clear(g)
	Penalty(x[:3], 0.1, 0.2, g)
	numeric(t, "penalty", x[:3], g[:3], func() float64 { return Penalty(x[:3], 0.1, 0.2, nil) })
}
