package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestTensorsUseTheKernels multiplies by gorgonia's tensors and by this package's products, against gonum.
func TestTensorsUseTheKernels(t *testing.T) {
	if _, ok := G.WhichBLAS().(products); !ok {
		t.Errorf("gorgonia uses %T", G.WhichBLAS())
	}
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		return x
	}
	same := func(what string, got, want []float32) {
		t.Helper()
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-4 {
				t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
			}
		}
	}
	const m, n, k = 13, 40, 21
	a, b := draw(m*k), draw(k*n)
	want := make([]float32, m*n)
	gonum.Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 1, a, k, b, n, 0, want, n)
	x, err := tensor.New(tensor.WithShape(m, k), tensor.WithBacking(a)).MatMul(tensor.New(tensor.WithShape(k, n), tensor.WithBacking(b)))
	if err != nil {
		t.Fatal(err)
	}
	same("MatMul", x.Float32s(), want)
	for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
		for _, inc := range []int{1, 2} {
			v, got := draw(2*max(m, k)), draw(2*max(m, k))
			want := append([]float32(nil), got...)
			gonum.Implementation{}.Sgemv(tA, m, k, 0.5, a, k, v, inc, 2, want, inc)
			products{}.Sgemv(tA, m, k, 0.5, a, k, v, inc, 2, got, inc)
			same("Sgemv", got, want)
		}
	}
}
