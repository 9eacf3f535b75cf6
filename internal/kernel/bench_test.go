package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func benchLevels(b *testing.B, bench func(b *testing.B)) {
	before := Level()
	for _, name := range Levels() {
		b.Run(name, func(b *testing.B) {
			force(b, name)
			bench(b)
		})
	}
	force(b, before)
}

func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkGemm: M×K×N of the layers' products.
func BenchmarkGemm(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{128, 256, 512}, {64, 128, 512}, {256, 98, 128}, {256, 128, 128}, {128, 128, 44}, {7, 10, 7}, {1, 128, 512}, {256, 128, 1}, {1024, 1024, 1024}} {
		m, k, n := s[0], s[1], s[2]
		x, y, z := random(r, make([]float32, m*k)), random(r, make([]float32, k*n)), make([]float32, m*n)
		for trans, name := range []string{"NN", "TN", "NT"} {
			transA, transB := trans == 1, trans == 2
			lda, ldb := k, n
			if transA {
				lda = m
			}
			if transB {
				ldb = k
			}
			b.Run(fmt.Sprintf("%dx%dx%d/%s", m, k, n, name), func(b *testing.B) {
				benchLevels(b, func(b *testing.B) {
					for b.Loop() {
						Gemm(transA, transB, m, n, k, 1, x, lda, y, ldb, 0, z, n)
					}
					gflops(b, 2*m*n*k)
				})
			})
		}
	}
}

// BenchmarkProduct: the products of an LSTM of 128 units, rows names at once: h·U, dG·Uᵀ and hᵀ·dG.
func BenchmarkProduct(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const units, panels, stride, most = 128, 8, 144, 257
	h, u, z := random(r, make([]float32, most*stride)), random(r, make([]float32, panels*units*PanelWidth)), random(r, make([]float32, panels*most*PanelWidth))
	run := func(name string, flops int, f func()) {
		b.Run(name, func(b *testing.B) {
			benchLevels(b, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				gflops(b, flops)
			})
		})
	}
	for _, rows := range []int{1, 6, 12, 60, 64} {
		run(fmt.Sprintf("hU/%d", rows), 2*rows*units*4*units, func() {
			for j := range panels {
				p := Product[float32]{A: h, ARow: stride, AStep: 1, K: units, B: u[j*units*PanelWidth:], BStep: PanelWidth, C: z[j*most*PanelWidth:], CRow: PanelWidth}
				p.Run(rows)
			}
		})
		run(fmt.Sprintf("dGUt/%d", rows), 2*rows*units*4*units, func() {
			for j := range 2 {
				p := Product[float32]{
					A: z, ARow: PanelWidth, AStep: 1, ABlock: most * PanelWidth, K: PanelWidth, Blocks: panels, B: u[j*4*units*PanelWidth:], BStep: PanelWidth,
					C: h[j*PanelWidth:], CRow: stride,
				}
				p.Run(rows)
			}
		})
	}
	du := make([]float32, panels*units*PanelWidth)
	run("htdG/256", 2*256*units*4*units, func() {
		for j := range panels {
			p := Product[float32]{A: h, ARow: 1, AStep: stride, K: 256, B: z[j*most*PanelWidth:], BStep: PanelWidth, C: du[j*units*PanelWidth:], CRow: PanelWidth}
			p.Run(units)
		}
	})
}

// BenchmarkGates: the cell on one panel of an LSTM.
func BenchmarkGates(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	x := func(n int) []float32 { return random(r, make([]float32, n)) }
	for _, rows := range []int{1, 4, 60} {
		off := make([]int32, rows)
		for i := range off {
			off[i] = int32(r.IntN(40) * PanelWidth)
		}
		forward := GateForward[float32]{
			Rows: rows, Z: x(rows * 64), ZRow: 64, G: x(rows * 64), Off: off, P: x(40 * 64), CPrev: x(rows * 16), CPrevRow: 16,
			C: x(rows * 16), TanhC: x(rows * 16), H: x(rows * 144), HRow: 144,
		}
		forward.Run()
		gates, dc := append([]float32(nil), forward.G...), x(rows*16)
		backward := GateBackward[float32]{
			Rows: rows, G: x(rows * 64), CPrev: forward.CPrev, CPrevRow: 16, TanhC: forward.TanhC, DH: x(rows * 144), DHRow: 144,
			DC: x(rows * 16), Off: off, DP: x(40 * 64),
		}
		for _, hard := range []float32{0, .2} {
			forward.Hard, backward.Hard = hard, hard
			name := map[bool]string{false: "", true: "Hard"}[hard != 0]
			run := func(name string, f func()) {
				b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) {
					benchLevels(b, func(b *testing.B) {
						for b.Loop() {
							f()
						}
						b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
						b.ReportMetric(0, "ns/op")
					})
				})
			}
			run("forward"+name, forward.Run)
			run("backward"+name, func() {
				copy(backward.G, gates)
				copy(backward.DC, dc)
				clear(backward.DP)
				backward.Run()
			})
		}
	}
}

// BenchmarkElementwise works on 4096 numbers.
func BenchmarkElementwise(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 4096
	x := func() []float32 { return random(r, make([]float32, n)) }
	d, v, w, y := x(), x(), x(), x()
	Mul(v, v, v)
	for _, f := range []struct {
		name string
		run  func()
	}{
		{"Exp", func() { ExpAll(d, y) }},
		{"Sigmoid", func() { SigmoidAll(d, y) }},
		{"Tanh", func() { TanhAll(d, y) }},
		{"HardSigmoid", func() { HardSigmoidAll(d, y, .2) }},
		{"ReLU", func() { ReLU(d, y) }},
		{"Add", func() { Add(d, y) }},
		{"SumSquares", func() { SumSquares(y) }},
		{"RMSprop", func() { RMSprop(w, v, y, 1e-9, .9, 1e-7, false) }},
		{"Adam", func() { Adam(w, d, v, y, 1e-9, .9, .999, 1, 1e-7) }},
		{"Softmax", func() { // of 64 rows
			copy(d, y)
			for i := 0; i < n; i += 64 {
				Softmax(d[i : i+64])
			}
		}},
	} {
		b.Run(f.name, func(b *testing.B) {
			benchLevels(b, func(b *testing.B) {
				for b.Loop() {
					f.run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/element")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}
