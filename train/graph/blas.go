package graph

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"threatnet/internal/kernel"
)

// products gives gorgonia and its tensors the kernels for single-precision products, so that stock ops in a graph run on
// them as well; all else is gonum's.
type products struct{ gonum.Implementation }

func init() {
	G.Use(products{})
	tensor.Use(products{})
}

// Sgemm implements blas.Float32Level3.
func (products) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	kernel.Gemm(tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Sgemv implements blas.Float32Level2. Vectors that are not contiguous go to gonum.
func (p products) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	if incX != 1 || incY != 1 {
		p.Implementation.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	if tA != blas.NoTrans {
		m, n = n, m
	}
	kernel.Gemm(tA != blas.NoTrans, false, m, 1, n, alpha, a, lda, x, 1, beta, y, 1)
}
