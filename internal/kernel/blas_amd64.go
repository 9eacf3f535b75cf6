//go:build !noasm

package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Plain Go means gonum here, whose loops are assembly of their own for every amd64. Its matrix product is not used: it
// skips the zeros of A, and with them NaN and infinities of B, starts goroutines and allocates; so it is made of updates
// by one row and one column, which do not.
var impl gonum.Implementation

// dotFrom is the length from which on a call for each dot product pays.
const dotFrom = 24

// The part of C that one run over k updates, 32 kB, stays in the first-level cache.
const (
	plainRows = 64
	plainCols = 128
)

// addProduct computes C += alpha·A·B. No count is 0.
func addProduct[T Float](m, n, k int, alpha T, a, b matrix[T], c []T, ldc int) {
	switch {
	case n == 1 && a.col == 1 && a.row >= k:
		gemv(blas.NoTrans, m, k, alpha, a.x, a.row, b.x, b.row, c, ldc)
		return
	case n == 1 && a.row == 1 && a.col >= m:
		gemv(blas.Trans, k, m, alpha, a.x, a.col, b.x, b.row, c, ldc)
		return
	case m == 1 && b.col == 1 && b.row >= n:
		gemv(blas.Trans, k, n, alpha, b.x, b.row, a.x, a.col, c, 1)
		return
	case m == 1 && b.row == 1 && b.col >= k:
		gemv(blas.NoTrans, n, k, alpha, b.x, b.col, a.x, a.col, c, 1)
		return
	}
	if b.row == 1 && a.col == 1 && k >= dotFrom {
		for i := range m {
			for j := range n {
				c[i*ldc+j] += alpha * dot(k, a.x[i*a.row:], b.x[j*b.col:])
			}
		}
		return
	}
	for i := 0; i < m; i += plainRows {
		rows := min(plainRows, m-i)
		for j := 0; j < n; j += plainCols {
			cols := min(plainCols, n-j)
			for l := range k {
				ger(rows, cols, alpha, a.x[i*a.row+l*a.col:], a.row, b.x[l*b.row+j*b.col:], b.col, c[i*ldc+j:], ldc)
			}
		}
	}
}

// ger computes A += alpha·x·yᵀ. Where a count is 1 its stride may be less than gonum allows.
func ger[T Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	incX, incY, lda = max(incX, 1), max(incY, 1), max(lda, n)
	switch x := any(x).(type) {
	case []float32:
		impl.Sger(m, n, float32(alpha), x, incX, any(y).([]float32), incY, any(a).([]float32), lda)
	case []float64:
		impl.Dger(m, n, float64(alpha), x, incX, any(y).([]float64), incY, any(a).([]float64), lda)
	}
}

// gemv computes y += alpha·op(A)·x for an m×n A.
func gemv[T Float](trans blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, y []T, incY int) {
	incX, incY = max(incX, 1), max(incY, 1)
	switch a := any(a).(type) {
	case []float32:
		impl.Sgemv(trans, m, n, float32(alpha), a, lda, any(x).([]float32), incX, 1, any(y).([]float32), incY)
	case []float64:
		impl.Dgemv(trans, m, n, float64(alpha), a, lda, any(x).([]float64), incX, 1, any(y).([]float64), incY)
	}
}

func dot[T Float](n int, x, y []T) T {
	if x, ok := any(x).([]float32); ok {
		return T(impl.Sdot(n, x, 1, any(y).([]float32), 1))
	}
	return T(impl.Ddot(n, any(x).([]float64), 1, any(y).([]float64), 1))
}
