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
				p := Product[float32]{A: z, ARow: PanelWidth, AStep: 1, ABlock: most * PanelWidth, K: PanelWidth, Blocks: panels, B: u[j*4*units*PanelWidth:], BStep: PanelWidth,
					C: h[j*PanelWidth:], CRow: stride}
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
