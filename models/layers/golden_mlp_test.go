package layers

import (
	"fmt"
	"math"
	"testing"

	"threatnet/internal/golden"
	"threatnet/internal/kernel"
)

type dgaCase struct {
	Rule        string                    `json:"moving_variance_rule"`
	Dropout     bool                      `json:"dropout"`
	Weights     map[string]any            `json:"weights_initial"`
	Output      any                       `json:"output"`
	Loss        float64                   `json:"loss"`
	Gradients   map[string]any            `json:"gradients"`
	Before      []float64                 `json:"loss_before_each_step"`
	After       map[string]map[string]any `json:"weights_after_steps"`
	State       map[string]map[string]any `json:"state_after_steps"`
	InferenceAt any                       `json:"inference_output_after_10"`
}

// dgaParams names the golden file's weights in the order of the network's trained parameters.
var dgaParams = []string{"w.0", "b.0", "gamma.0", "beta.0", "w.1", "b.1", "gamma.1", "beta.1", "w.2", "b.2", "w.3", "b.3"}

func dgaNet(t *testing.T, rule string, weights map[string]any) *Sequential[float64] {
	t.Helper()
	dense := func(units int, l1, l2 float64) Spec {
		return Spec{Kind: "dense", Units: units, Init: "he_normal", L1: l1, L2: l2}
	}
	relu, norm, drop := Spec{Kind: "activation", Function: "relu"}, Spec{Kind: "batch_norm", Variance: rule}, Spec{Kind: "dropout", Rate: 0.3}
	q, err := New[float64](Stack{Input: []int{3}, Layers: []Spec{
		dense(10, 0, 0.01), relu, norm, drop, dense(7, 0.001, 0.001), relu, norm, drop, dense(5, 0.001, 0.001), relu, dense(2, 0, 0), {Kind: "activation", Function: "softmax"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, p := range q.Params() {
		if p.Moving {
			continue
		}
		if n := copy(p.Data, flat(weights[dgaParams[i]])); n != len(p.Data) {
			t.Fatalf("%s has %d numbers, want %d", p.Name, n, len(p.Data))
		}
		i++
	}
	return q
}

// setMasks fixes the masks of the dropout layers, 1 to keep, and all other randomness off.
func setMasks(ls []Layer[float64], ws []*Work[float64], masks [][]float64) {
	for i, l := range ls {
		switch l := l.(type) {
		case *Dropout[float64]:
			s := scratchOf[dropoutScratch[float64]](ws[i])
			s.fixed, s.mask = true, nil
			for _, k := range masks[0] {
				s.mask = append(s.mask, k/(1-l.spec.Rate))
			}
			masks = masks[1:]
		case *DenseBlock[float64]:
			s := l.scratch(ws[i])
			n := 0
			for _, r := range l.rest {
				if _, ok := r.(*Dropout[float64]); ok {
					n++
				}
			}
			setMasks(l.rest, s.works[1:], masks[:n])
			masks = masks[n:]
		}
	}
}

// TestGoldenDGA trains the notebook's network for ten steps as it is and fused, with and without dropout and by each rule
// for the moving variance, and compares outputs, losses, gradients, weights and statistics with an independent reference.
func TestGoldenDGA(t *testing.T) {
	var f struct {
		X     [][]float64   `json:"X"`
		Y     []int32       `json:"y"`
		Keep  [][][]float64 `json:"keep_masks"`
		Cases []dgaCase     `json:"cases"`
	}
	golden.JSON(t, "numerics/dga_tiny.json", &f)
	var masks [][]float64
	for _, m := range f.Keep {
		var one []float64
		for _, row := range m {
			one = append(one, row...)
		}
		masks = append(masks, one)
	}
	rules := map[string]string{"tf": VarianceBiased, "keras2.2": VarianceKeras2, "torch": VarianceUnbiased}
	start := map[bool]dgaCase{}
	for _, c := range f.Cases {
		if c.Weights != nil {
			start[c.Dropout] = c
		}
		c.Weights, c.Output, c.Gradients, c.After = start[c.Dropout].Weights, start[c.Dropout].Output, start[c.Dropout].Gradients, start[c.Dropout].After
		for _, fused := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/dropout %v/fused %v", c.Rule, c.Dropout, fused), func(t *testing.T) {
				q := dgaNet(t, rules[c.Rule], c.Weights)
				trainGolden(t, q, fused, c, f.X, f.Y, masks)
			})
		}
	}
}

func trainGolden(t *testing.T, q *Sequential[float64], fused bool, c dgaCase, rows [][]float64, y []int32, masks [][]float64) {
	t.Helper()
	ls, _ := q.Logits()
	if fused {
		ls = Compile(ls)
	}
	ws := make([]*Work[float64], len(ls))
	for i := range ws {
		ws[i] = &Work[float64]{Train: true, Shards: 2}
	}
	if !c.Dropout {
		masks = [][]float64{ones(len(masks[0])), ones(len(masks[1]))}
		for _, m := range masks {
			for i := range m {
				m[i] = 0.7 // so that the factor is 1
			}
		}
	}
	setMasks(ls, ws, masks)
	const batch = 7
	moments := map[*Param[float64]][2][]float64{}
	for step := range c.Before {
		x := &Batch[float64]{Rows: batch, Cols: 3}
		for _, r := range rows[step*batch:][:batch] {
			x.X = append(x.X, r...)
		}
		in := []*Batch[float64]{x}
		for i, l := range ls {
			in = append(in, l.Forward(ws[i], in[i]))
		}
		logits := in[len(ls)]
		dy := &Batch[float64]{Rows: batch, Cols: 2, X: make([]float64, batch*2)}
		var loss float64
		var out []float64
		for r := range batch {
			row := logits.X[r*2:][:2]
			loss += SoftmaxCrossEntropy(row, y[step*batch+r], 1.0/batch, dy.X[r*2:][:2])
			p := append([]float64(nil), row...)
			kernel.Softmax(p)
			out = append(out, p...)
		}
		grads := map[*Param[float64]][]float64{}
		for i := len(ls) - 1; i >= 0; i-- {
			var gs [][]float64
			for _, p := range Trained(ls[i]) {
				grads[p] = make([]float64, len(p.Data))
				gs = append(gs, grads[p])
			}
			dy = ls[i].Backward(ws[i], in[i], dy, gs)
		}
		for i, l := range ls {
			if s, ok := l.(Stepper[float64]); ok {
				s.EndStep(ws[i])
			}
		}
		var moving [2][]float64
		i := 0
		for _, p := range q.Params() {
			if p.Moving {
				continue
			}
			loss += Penalty(p.Data, p.L1, p.L2, grads[p])
			if step == 0 {
				near(t, "gradient of "+p.Name, grads[p], flat(c.Gradients[dgaParams[i]]), 1e-12)
				moments[p] = [2][]float64{make([]float64, len(p.Data)), make([]float64, len(p.Data))}
			}
			n := float64(step + 1)
			kernel.Adam(p.Data, moments[p][0], moments[p][1], grads[p], 0.001*math.Sqrt(1-math.Pow(0.999, n))/(1-math.Pow(0.9, n)), 0.9, 0.999, 1, 1e-7)
			if after, ok := c.After[fmt.Sprint(step+1)]; ok {
				// The bias of a unit that is always on has no gradient but rounding, which Adam's division makes larger.
				near(t, fmt.Sprintf("%s after %d steps", p.Name, step+1), p.Data, flat(after[dgaParams[i]]), 1e-11)
			}
			i++
		}
		if step == 0 {
			near(t, "output", out, flat(c.Output), 1e-12)
			near(t, "loss", []float64{loss}, []float64{c.Loss}, 1e-12)
		}
		near(t, fmt.Sprintf("loss before step %d", step+1), []float64{loss}, []float64{c.Before[step]}, 1e-12)
		for _, p := range q.Params() {
			if p.Moving {
				k := 0
				if p.Name[len(p.Name)-1] == 'e' { // moving_variance
					k = 1
				}
				moving[k] = append(moving[k], p.Data...)
			}
		}
		if s, ok := c.State[fmt.Sprint(step+1)]; ok {
			near(t, "moving mean", moving[0], flat(s["moving_mean"]), 1e-12)
			near(t, "moving variance", moving[1], flat(s["moving_variance"]), 1e-12)
		}
	}
	all := &Batch[float64]{Rows: len(rows), Cols: 3}
	for _, r := range rows {
		all.X = append(all.X, r...)
	}
	out := make([]float64, len(rows)*2)
	NewPredictor(q).Predict(all, out)
	near(t, "inference", out, flat(c.InferenceAt), 1e-12)
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// TestGoldenBatchNorm compares one batch and the statistics after it.
func TestGoldenBatchNorm(t *testing.T) {
	var f struct {
		BatchNorm struct {
			X              [][]float64
			Gamma, Beta    []float64
			MovingMean     []float64 `json:"moving_mean"`
			MovingVariance []float64 `json:"moving_variance"`
			Momentum, Eps  float64
			Infer          [][]float64
			Train          map[string]struct {
				Y              [][]float64
				MovingMean     []float64 `json:"moving_mean"`
				MovingVariance []float64 `json:"moving_variance"`
			}
		} `json:"batch_norm"`
	}
	golden.JSON(t, "numerics/ops.json", &f)
	b := f.BatchNorm
	x := &Batch[float64]{Rows: len(b.X), Cols: len(b.Gamma)}
	for _, r := range b.X {
		x.X = append(x.X, r...)
	}
	for rule, want := range b.Train {
		name := map[string]string{"tf": VarianceBiased, "keras2.2": VarianceKeras2, "torch": VarianceUnbiased}[rule]
		q, err := New[float64](Stack{Input: []int{x.Cols}, Layers: []Spec{{Kind: "batch_norm", Momentum: b.Momentum, Epsilon: b.Eps, Variance: name}}})
		if err != nil {
			t.Fatal(err)
		}
		ps := q.Params()
		for i, v := range [][]float64{b.Gamma, b.Beta, b.MovingMean, b.MovingVariance} {
			copy(ps[i].Data, v)
		}
		l := q.Layers[0].(*BatchNorm[float64])
		near(t, "infer", l.Forward(&Work[float64]{}, x).X, flatRows(b.Infer), 1e-12)
		w := &Work[float64]{Train: true}
		near(t, "train", l.Forward(w, x).X, flatRows(want.Y), 1e-12)
		l.EndStep(w)
		near(t, rule+": moving mean", ps[2].Data, want.MovingMean, 1e-12)
		near(t, rule+": moving variance", ps[3].Data, want.MovingVariance, 1e-12)
	}
}

func flatRows(rows [][]float64) (x []float64) {
	for _, r := range rows {
		x = append(x, r...)
	}
	return x
}
