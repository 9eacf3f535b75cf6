//go:build !noasm

package kernel

import (
	"sync"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Plain Go means gonum here, whose loops are assembly of their own for every amd64. Its matrix product is not used: it
// skips the zeros of A, and with them NaN and infinities of B, starts goroutines and allocates; so it is made of updates
// by one row and one column, which do not. Its dot product adds up in an order that depends on where its second operand
// lies, which is therefore a copy in a place of its own: the same bits wherever the operands are.
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
	case n == 1 && a.col == 1: // Cᵀ = Bᵀ·Aᵀ
		addDots(1, m, k, alpha, matrix[T]{b.x, 1, b.row}, matrix[T]{a.x, 1, a.row}, c, 0, ldc)
		return
	case b.row == 1 && (k >= dotFrom || m == 1):
		addDots(m, n, k, alpha, a, b, c, ldc, 1)
		return
	case n == 1 && a.row == 1 && a.col >= m:
		gemv(k, m, alpha, a.x, a.col, b.x, b.row, c, ldc)
		return
	case m == 1 && b.col == 1 && b.row >= n:
		gemv(k, n, alpha, b.x, b.row, a.x, a.col, c, 1)
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

// gemv computes y += alpha·Aᵀ·x for an m×n A.
func gemv[T Float](m, n int, alpha T, a []T, lda int, x []T, incX int, y []T, incY int) {
	incX, incY = max(incX, 1), max(incY, 1)
	switch a := any(a).(type) {
	case []float32:
		impl.Sgemv(blas.Trans, m, n, float32(alpha), a, lda, any(x).([]float32), incX, 1, any(y).([]float32), incY)
	case []float64:
		impl.Dgemv(blas.Trans, m, n, float64(alpha), a, lda, any(x).([]float64), incX, 1, any(y).([]float64), incY)
	}
}

// dotTerms is how many terms of a dot product are added up at a time.
const dotTerms = 512

var alignedRows = sync.Pool{New: func() any { return new([8*dotTerms + 16]byte) }}

// addDots is addProduct for a B whose columns lie together. Element (i, j) of C is c[i·cRow + j·cCol].
func addDots[T Float](m, n, k int, alpha T, a, b matrix[T], c []T, cRow, cCol int) {
	place := alignedRows.Get().(*[8*dotTerms + 16]byte)
	at := (16 - uintptr(unsafe.Pointer(place))%16) % 16
	row := unsafe.Slice((*T)(unsafe.Pointer(&place[at])), dotTerms)
	for k0 := 0; k0 < k; k0 += dotTerms {
		terms := min(k-k0, dotTerms)
		for i := range m {
			for l := range terms {
				row[l] = a.x[i*a.row+(k0+l)*a.col]
			}
			for j := range n {
				c[i*cRow+j*cCol] += alpha * dot(terms, b.x[j*b.col+k0:], row)
			}
		}
	}
	alignedRows.Put(place)
}

func dot[T Float](n int, x, y []T) T {
	if x, ok := any(x).([]float32); ok {
		return T(impl.Sdot(n, x, 1, any(y).([]float32), 1))
	}
	return T(impl.Ddot(n, any(x).([]float64), 1, any(y).([]float64), 1))
}
