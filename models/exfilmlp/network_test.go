package exfilmlp

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/internal/golden"
	"threatnet/models"
	"threatnet/models/layers"
	"threatnet/models/pytorch"
	"threatnet/models/queryfeatures"
)

// tiny is a 6-4-4-1 network with its figures in float64, by PyTorch's autograd.
type tiny struct {
	X, Y  [][]float64
	Cases []struct {
		Weights   tinyTensors `json:"weights_initial"`
		Output    [][]float64
		Loss      float64
		Gradients tinyTensors
	}
}

type tinyTensors struct {
	W1 [][]float64 `json:"layer_1.weight"`
	B1 []float64   `json:"layer_1.bias"`
	W2 [][]float64 `json:"layer_2.weight"`
	B2 []float64   `json:"layer_2.bias"`
	W3 [][]float64 `json:"layer_out.weight"`
	B3 []float64   `json:"layer_out.bias"`
}

// params are the tensors as the layers have them: kernels transposed.
func (t *tinyTensors) params() (ps [][]float64) {
	for _, l := range []struct {
		w [][]float64
		b []float64
	}{{t.W1, t.B1}, {t.W2, t.B2}, {t.W3, t.B3}} {
		var kernel []float64
		for in := range l.w[0] {
			for out := range l.w {
				kernel = append(kernel, l.w[out][in])
			}
		}
		ps = append(ps, kernel, l.b)
	}
	return ps
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s[%d] is %v, want %v", what, i, got[i], w)
		}
	}
}

// TestGoldenNetwork compares outputs, loss and gradients.
func TestGoldenNetwork(t *testing.T) {
	var f tiny
	golden.JSON(t, "numerics/exfil_tiny.json", &f)
	for _, c := range f.Cases {
		q, err := layers.New[float64](Stack(6, []int{4, 4}, dropout))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range q.Params() {
			copy(p.Data, c.Weights.params()[i])
		}
		x := &layers.Batch[float64]{Rows: len(f.X), Cols: 6}
		for _, row := range f.X {
			x.X = append(x.X, row...)
		}
		n := len(q.Layers) - 1 // the last is the sigmoid
		inputs, works := []*layers.Batch[float64]{x}, make([]*layers.Work[float64], n+1)
		for i, l := range q.Layers {
			works[i] = &layers.Work[float64]{Shards: 1}
			inputs = append(inputs, l.Forward(works[i], inputs[i]))
		}
		logits, dy := inputs[n], &layers.Batch[float64]{Rows: len(f.X), Cols: 1}
		var loss float64
		for i := range f.X {
			near(t, "output", inputs[n+1].X[i:i+1], c.Output[i], 1e-12)
			l, g := layers.SigmoidCrossEntropy(logits.X[i], f.Y[i][0], 1)
			loss += l / float64(len(f.X))
			dy.X = append(dy.X, g/float64(len(f.X)))
		}
		near(t, "loss", []float64{loss}, []float64{c.Loss}, 1e-12)
		var grads [][]float64
		for i := n - 1; i >= 0; i-- {
			var own [][]float64
			for _, p := range q.Layers[i].Params() {
				own = append(own, make([]float64, len(p.Data)))
			}
			dy = q.Layers[i].Backward(works[i], inputs[i], dy, own)
			grads = append(own, grads...)
		}
		for i, want := range c.Gradients.params() {
			near(t, "gradient of "+q.Params()[i].Name, grads[i], want, 1e-12)
		}
	}
}

func single(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// TestImportGolden gives the tiny network 92 more features, whose weights are 0.
func TestImportGolden(t *testing.T) {
	var f tiny
	golden.JSON(t, "numerics/exfil_tiny.json", &f)
	c := f.Cases[0]
	ps := c.Weights.params()
	m, err := Import([]Linear{
		{98, 4, append(single(ps[0]), make([]float32, 92*4)...), single(ps[1])},
		{4, 4, single(ps[2]), single(ps[3])},
		{4, 1, single(ps[4]), single(ps[5])},
	})
	if err != nil {
		t.Fatal(err)
	}
	checkOutputs(t, m, f.X, func(i int) float64 { return c.Output[i][0] })
}

func checkOutputs(t *testing.T, m *Model, x [][]float64, want func(i int) float64) {
	t.Helper()
	got := models.NewScorer(m, 0.5).Outputs(len(x), func(i int, _ []int32, values []float32) { copy(values, single(x[i])) }, 1)
	for i, p := range got {
		near(t, "output", []float64{float64(p)}, []float64{want(i)}, 1e-5)
	}
}

func importFile(t *testing.T, path string) *Model {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	d, err := pytorch.Read(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.StateDict(); err != nil {
		t.Fatal(err)
	}
	found, err := pytorch.MLP(d)
	if err != nil {
		t.Fatal(err)
	}
	var linears []Linear
	for _, l := range found {
		linears = append(linears, Linear{l.In, l.Out, single(l.Kernel), single(l.Bias)})
	}
	m, err := Import(linears)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestImportFiles: files that PyTorch wrote, of the notebook's two widths.
func TestImportFiles(t *testing.T) {
	var f struct {
		Cases []struct {
			File        string
			X           [][]float64
			Probability []float64 `json:"probability_float64"`
		}
	}
	golden.JSON(t, "models/exfil_mlp_expected.json", &f)
	for name, set := range map[string]queryfeatures.Set{"exfil_mlp.pt": queryfeatures.Notebook98, "exfil_mlp_99_256.pt": queryfeatures.Notebook99} {
		m := importFile(t, golden.Path("models/"+name))
		if m.Set() != set {
			t.Errorf("%s takes %s", name, m.Set())
		}
		for _, c := range f.Cases {
			if c.File == name {
				checkOutputs(t, m, c.X, func(i int) float64 { return c.Probability[i] })
			}
		}
	}
}

// TestPublishedWeights: what Splunk's published network says of single queries, in which case matters.
func TestPublishedWeights(t *testing.T) {
	m := importFile(t, golden.Data(t, "models/splunk_escu/detect_dns_data_exfiltration_using_pretrained_model_in_dsdl.pt"))
	for _, c := range []struct {
		name            string
		want, tolerance float64
	}{
		{"www.google.com", 0, 1e-3},
		{"WWW.GOOGLE.COM", 1, 1e-3},
		{"4f2a9c1be07d55aa31f09e8c7b6d5e4f3a2b1c0d.evil.com", 0.000953, 1e-6},
		{"aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q.evil.com", 1, 1e-3},
		{strings.ToLower("aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q.evil.com"), 0.961, 1e-3},
	} {
		for _, p := range m.Apply([]datasets.Query{{Name: c.name, Rank: 1}}, 1) {
			if math.Abs(p.Probability-c.want) > c.tolerance || p.Exfiltration != (c.want > 0.5) {
				t.Errorf("%s: %+v, want %v", c.name, p, c.want)
			}
		}
	}
}

func TestImportRefuses(t *testing.T) {
	nan := float32(math.NaN())
	k := func(n int) []float32 { return make([]float32, n) }
	for what, ls := range map[string][]Linear{
		"no layers":            nil,
		"100 features":         {{100, 1, k(100), k(1)}},
		"two outputs":          {{98, 2, k(196), k(2)}},
		"widths that differ":   {{98, 3, k(98 * 3), k(3)}, {2, 1, k(2), k(1)}},
		"a short kernel":       {{98, 1, k(97), k(1)}},
		"a kernel of part":     {{98, 3, k(98*3 - 1), k(3)}, {3, 1, k(3), k(1)}},
		"a long bias":          {{98, 1, k(98), k(2)}},
		"no outputs":           {{98, 0, nil, nil}},
		"a weight that is NaN": {{98, 1, k(98), []float32{nan}}},
	} {
		if _, err := Import(ls); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
