//go:build !race

package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestNoAllocation: in the steady state no call allocates. (The race detector makes pools forget.)
func TestNoAllocation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := func(n int) []float32 { return random(r, make([]float32, n)) }
	a, b, c := x(300*300), x(300*300), x(300*300)
	off := make([]int32, 8)
	v := x(1000)
	var p Packed[float32]
	p.Pack(true, 200, 300, b, 200)
	forward := GateForward[float32]{Rows: 8, Z: a, ZRow: 64, G: a, Off: off, P: b, CPrev: c, CPrevRow: 16, C: c, TanhC: x(128), H: x(128), HRow: 16}
	backward := GateBackward[float32]{Rows: 8, G: a, CPrev: b, CPrevRow: 16, TanhC: x(128), DH: x(128), DHRow: 16, DC: x(128), Off: off, DP: x(64)}
	product := Product[float32]{A: a, ARow: 144, AStep: 1, K: 128, B: b, BStep: 64, C: c, CRow: 64}
	d, e, f := doubled(a), doubled(b), doubled(c)
	eachLevel(t, func(t *testing.T) {
		for name, call := range map[string]func(){
			"Gemm":            func() { Gemm(false, false, 40, 300, 200, 1, a, 200, b, 300, 0, c, 300) },
			"Gemm TN":         func() { Gemm(true, false, 200, 300, 40, 1, a, 200, b, 300, 1, c, 300) },
			"Gemm NT":         func() { Gemm(false, true, 40, 300, 200, .5, a, 200, b, 200, .5, c, 300) },
			"Gemm one row":    func() { Gemm(false, true, 1, 300, 200, 1, a, 200, b, 200, 0, c, 300) },
			"Gemm one column": func() { Gemm(true, false, 300, 1, 200, 1, a, 300, b, 1, 0, c, 1) },
			"Gemm float64":    func() { Gemm(false, true, 10, 30, 20, .5, d, 20, e, 20, .5, f, 30) },
			"Packed":          func() { p.Gemm(false, 40, 1, a, 200, 0, c, 300) },
			"Affine":          func() { p.Affine(40, a, 200, b, true, c, 300) },
			"Product":         func() { product.Run(60) },
			"GateForward":     forward.Run,
			"GateBackward":    backward.Run,
			"Softmax":         func() { Softmax(v[:44]) },
			"Exp":             func() { ExpAll(v, v); v[0] = Exp(v[1]) },
			"Sigmoid":         func() { SigmoidAll(v, v); v[0] = Sigmoid(v[1]) },
			"Tanh":            func() { TanhAll(v, v); v[0] = Tanh(v[1]) },
			"HardSigmoid":     func() { HardSigmoidAll(v, v, .2) },
			"Add":             func() { Add(v, a) },
			"AddScaled":       func() { AddScaled(v, 2, a) },
			"Mul":             func() { Mul(v, v, a) },
			"Scale":           func() { Scale(v, .5) },
			"SumSquares":      func() { v[0] = float32(SumSquares(a)) },
			"ReLU":            func() { ReLU(v, v); ReLUBackward(v, v, a) },
			"AddBias":         func() { AddBias(3, 100, v, 100, a); AddBiasReLU(3, 100, v, 100, a); SumRows(3, 100, v, 100, c) },
			"RMSprop":         func() { RMSprop(v, a, b, .1, .9, 1e-7, false) },
			"Adam":            func() { Adam(v, a, b, c, .1, .9, .999, 1, 1e-7) },
			"Pack": func() {
				PackGates(20, 16, a, 64, 16, b)
				UnpackGates(20, 7, a, b, 64, 16)
				Transpose(64, 64, a, 64, b, 64)
			},
		} {
			if n := testing.AllocsPerRun(20, call); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	})
}
