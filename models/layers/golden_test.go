package layers

import (
	"math"
	"testing"

	"threatnet/internal/golden"
	"threatnet/internal/kernel"
)

type tinyCase struct {
	Recurrent string         `json:"recurrent_activation"`
	Weights   map[string]any `json:"weights_initial"`
	Output    any            `json:"output"`
	Loss      float64        `json:"loss"`
	Gradients map[string]any `json:"gradients"`
	H         [][][]float64  `json:"h_per_step_TBH"`
	C         [][][]float64  `json:"c_per_step_TBH"`
	Dropout   map[string]any `json:"with_dropout_mask"`
}

type tinyFile struct {
	IDs   [][]int32  `json:"ids"`
	Y     []float64  `json:"y"`
	Cases []tinyCase `json:"cases"`
}

// flat lists the numbers of nested JSON arrays.
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

var tinyParams = []string{"embeddings", "kernel", "recurrent_kernel", "bias", "dense_kernel", "dense_bias"}

func tinyNet(t *testing.T, c tinyCase, steps int, function string) *Sequential[float64] {
	t.Helper()
	e, b := c.Weights["embeddings"].([]any), flat(c.Weights["dense_bias"])
	q, err := New[float64](Stack{Input: []int{steps}, Layers: []Spec{
		{Kind: "embedding", Vocabulary: len(e), Units: len(e[0].([]any))},
		{Kind: "lstm", Units: len(flat(c.Weights["bias"])) / 4, Recurrent: c.Recurrent},
		{Kind: "dropout", Rate: 0.5},
		{Kind: "dense", Units: len(b), Init: "glorot_uniform"},
		{Kind: "activation", Function: function},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range q.Params() {
		if n := copy(p.Data, flat(c.Weights[tinyParams[i]])); n != len(p.Data) {
			t.Fatalf("%s has %d numbers, want %d", p.Name, n, len(p.Data))
		}
	}
	return q
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

// TestGoldenNetworks compares outputs, states, loss and gradients with those of an independent reference in float64.
func TestGoldenNetworks(t *testing.T) {
	for _, name := range []string{"endgame_tiny", "netflow_tiny"} {
		var f tinyFile
		golden.JSON(t, "numerics/"+name+".json", &f)
		function := map[string]string{"endgame_tiny": "softmax", "netflow_tiny": "sigmoid"}[name]
		steps := len(f.IDs[0])
		x := &Batch[float64]{Rows: len(f.IDs), Cols: steps}
		for _, row := range f.IDs {
			x.Tokens = append(x.Tokens, row...)
		}
		for _, c := range f.Cases {
			if c.Output == nil {
				continue
			}
			q := tinyNet(t, c, steps, function)
			for _, fused := range []bool{false, true} {
				ls := q.Layers
				if fused {
					ls = append(Compile(ls[:len(ls)-1]), ls[len(ls)-1])
				}
				checkGolden(t, name+"/"+c.Recurrent, ls, x, f.Y, c.Output, c.Loss, c.Gradients, nil)
				if m := c.Dropout; m != nil {
					checkGolden(t, name+"/"+c.Recurrent+"/dropout", ls, x, f.Y, m["output"], m["loss"].(float64), m["gradients"].(map[string]any), flat(m["keep_mask"]))
				}
			}
			if c.H != nil {
				checkStates(t, q, x, c)
			}
		}
	}
}

// checkGolden runs a stack forward and back; mask is a dropout mask of zeros and ones, or nil for none.
func checkGolden(t *testing.T, what string, ls []Layer[float64], x *Batch[float64], y []float64, output any, loss float64, grads map[string]any, mask []float64) {
	t.Helper()
	n := len(ls) - 1 // the last one is softmax or sigmoid
	ws, xs, at := make([]*Work[float64], n+1), make([]*Batch[float64], n+1), x
	var logits *Batch[float64]
	for i, l := range ls {
		ws[i], xs[i] = &Work[float64]{Shards: 2}, at
		if d, ok := l.(*Dropout[float64]); ok && mask != nil {
			ws[i].Train = true
			s := scratchOf[dropoutScratch[float64]](ws[i])
			s.fixed = true
			for _, k := range mask {
				s.mask = append(s.mask, k/(1-d.spec.Rate))
			}
		}
		if i == n {
			logits = at
		}
		at = l.Forward(ws[i], at)
	}
	near(t, what+": output", at.X[:at.Rows*at.Cols], flat(output), 1e-12)

	dy := &Batch[float64]{Rows: x.Rows, Cols: logits.Cols, X: make([]float64, len(logits.X))}
	var sum float64
	for r := range x.Rows {
		row := logits.X[r*logits.Cols:][:logits.Cols]
		if logits.Cols > 1 {
			sum += SoftmaxCrossEntropy(row, int32(y[r]), 1, dy.X[r*logits.Cols:])
		} else {
			l, g := SigmoidCrossEntropy(row[0], y[r], 1)
			sum, dy.X[r] = sum+l, g
		}
	}
	near(t, what+": loss", []float64{sum / float64(x.Rows)}, []float64{loss}, 1e-12)
	for i := range dy.X {
		dy.X[i] /= float64(x.Rows)
	}
	got := map[string][]float64{}
	for i := n - 1; i >= 0; i-- {
		var gs [][]float64
		for _, p := range ls[i].Params() {
			gs = append(gs, make([]float64, len(p.Data)))
		}
		dy = ls[i].Backward(ws[i], xs[i], dy, gs)
		for j, p := range ls[i].Params() {
			got[p.Name] = gs[j]
		}
	}
	names := []string{"embedding/embeddings", "lstm/kernel", "lstm/recurrent_kernel", "lstm/bias", "dense/kernel", "dense/bias"}
	for i, name := range names {
		near(t, what+": gradient of "+name, got[name], flat(grads[tinyParams[i]]), 1e-12)
	}
}

func checkStates(t *testing.T, q *Sequential[float64], x *Batch[float64], c tinyCase) {
	t.Helper()
	e := q.Layers[0].Forward(&Work[float64]{Shards: 1}, x)
	w := &Work[float64]{Shards: 1}
	q.Layers[1].Forward(w, e)
	s := scratchOf[lstmScratch[float64]](w)
	n := len(c.H[0]) * len(c.H[0][0])
	for t1 := range c.H {
		var h, cell []float64
		for r := range c.H[t1] {
			h, cell = append(h, c.H[t1][r]...), append(cell, c.C[t1][r]...)
		}
		near(t, "h", s.h[(t1+1)*n:][:n], h, 1e-12)
		near(t, "c", s.c[(t1+1)*n:][:n], cell, 1e-12)
	}
}

func TestGoldenFunctions(t *testing.T) {
	var f struct {
		HardSigmoid  struct{ X, Y, DYDX []golden.Float } `json:"hard_sigmoid"`
		Sigmoid      struct{ X, Y []golden.Float }
		Tanh         struct{ X, Y []golden.Float }
		ReLU         struct{ X, Y []golden.Float } `json:"relu"`
		Softmax      struct{ Logits, Y [][]golden.Float }
		LogSoftmax   struct{ Logits, Y [][]golden.Float } `json:"log_softmax"`
		Initialisers map[string]any
	}
	golden.JSON(t, "numerics/ops.json", &f)
	floats := func(x []golden.Float) (y []float64) {
		for _, v := range x {
			y = append(y, float64(v))
		}
		return y
	}
	for function, c := range map[string]struct{ x, y []golden.Float }{"sigmoid": {f.Sigmoid.X, f.Sigmoid.Y}, "tanh": {f.Tanh.X, f.Tanh.Y}, "relu": {f.ReLU.X, f.ReLU.Y}} {
		l := &Activation[float64]{spec: Spec{Function: function}}
		x := &Batch[float64]{Rows: 1, Cols: len(c.x), X: floats(c.x)}
		near(t, function, l.Forward(&Work[float64]{}, x).X, floats(c.y), 1e-15)
	}
	for i, row := range f.Softmax.Logits {
		l := &Activation[float64]{spec: Spec{Function: "softmax"}}
		x := &Batch[float64]{Rows: 1, Cols: len(row), X: floats(row)}
		near(t, "softmax", l.Forward(&Work[float64]{}, x).X, floats(f.Softmax.Y[i]), 1e-14)
	}
	for i, row := range f.LogSoftmax.Logits {
		for j := range row {
			near(t, "log softmax", []float64{-SoftmaxCrossEntropy(floats(row), int32(j), 1, nil)}, floats(f.LogSoftmax.Y[i][j:j+1]), 1e-13)
		}
	}
	for i, x := range f.HardSigmoid.X {
		y := (&LSTM[float64]{hard: 0.2}).gate(float64(x))
		near(t, "hard sigmoid", []float64{y}, floats(f.HardSigmoid.Y[i:i+1]), 1e-15)
	}
}

// TestGoldenLosses compares the losses from logits with Keras' on probabilities, where these are not clipped: ln p are
// logits of the same probabilities, and ln(p/(1−p)) is the logit of p.
func TestGoldenLosses(t *testing.T) {
	var f struct {
		Categorical struct {
			P         [][]golden.Float
			Y         []int32
			PerSample []golden.Float `json:"per_sample"`
		} `json:"categorical_crossentropy_keras_on_probabilities"`
		Binary struct {
			P, Y   []golden.Float
			Values []golden.Float `json:"keras_clip_1e7"`
		} `json:"binary_crossentropy"`
		HardSigmoid struct{ X, Y, DYDX []golden.Float } `json:"hard_sigmoid"`
	}
	golden.JSON(t, "numerics/ops.json", &f)
	inside := func(p golden.Float) bool { return p > 1e-7 && p < 1-1e-7 }
	compared := 0
	for i, row := range f.Categorical.P {
		var logits []float64
		ok := true
		for _, p := range row {
			ok = ok && p > 1e-7 // a row need not add up to 1
			logits = append(logits, math.Log(float64(p)))
		}
		if ok {
			compared++
			near(t, "categorical", []float64{SoftmaxCrossEntropy(logits, f.Categorical.Y[i], 1, nil)}, []float64{float64(f.Categorical.PerSample[i])}, 1e-12)
		}
	}
	for i, p := range f.Binary.P {
		if inside(p) {
			compared++
			loss, _ := SigmoidCrossEntropy(math.Log(float64(p/(1-p))), float64(f.Binary.Y[i]), 1)
			near(t, "binary", []float64{loss}, []float64{float64(f.Binary.Values[i])}, 1e-12)
		}
	}
	if compared < 5 {
		t.Errorf("only %d losses were compared", compared)
	}
	for i, y := range f.HardSigmoid.Y {
		if x := f.HardSigmoid.X[i]; x == 2.5 || x == -2.5 { // the corners have no one slope
			continue
		}
		near(t, "slope of the hard sigmoid", []float64{kernel.SigmoidSlope(float64(y), 0.2)}, []float64{float64(f.HardSigmoid.DYDX[i])}, 1e-15)
	}
}
