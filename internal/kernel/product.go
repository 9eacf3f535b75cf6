package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

var impl gonum.Implementation

// Product is C = A·B, or C += A·B with Add, for a B of PanelWidth columns.
//
// A has rows ARow apart. The inner dimension runs over Blocks blocks of K steps: inside a block A moves by AStep, from
// block to block by ABlock; B moves by BStep at each of the Blocks·K steps. So one call covers a row-major A (AStep 1), a
// transposed one (ARow 1), and panels that lie one after another (Blocks > 1). ARow or AStep is 1.
type Product[T Float] struct {
	A                   []T
	ARow, AStep, ABlock int
	K, Blocks           int
	B                   []T
	BStep               int
	C                   []T
	CRow                int
	Add                 bool
}

// Run computes the first rows rows of C.
func (p *Product[T]) Run(rows int) {
	if rows == 0 {
		return
	}
	var beta T
	if p.Add {
		beta = 1
	}
	for b := range max(p.Blocks, 1) {
		a, bb := p.A[b*p.ABlock:], p.B[b*p.K*p.BStep:]
		if p.AStep == 1 {
			Gemm(false, false, rows, PanelWidth, p.K, 1, a, max(p.ARow, p.K), bb, p.BStep, beta, p.C, p.CRow)
		} else {
			Gemm(true, false, rows, PanelWidth, p.K, 1, a, p.AStep, bb, p.BStep, beta, p.C, p.CRow)
		}
		beta = 1
	}
}

// Gemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices: op(A) is m×k, op(B) is k×n, C is m×n, with row
// strides lda, ldb, ldc. With beta 0 what C held is never read.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if m == 0 || n == 0 {
		return
	}
	ta, tb := blas.NoTrans, blas.NoTrans
	if transA {
		ta = blas.Trans
	}
	if transB {
		tb = blas.Trans
	}
	switch a := any(a).(type) {
	case []float32:
		impl.Sgemm(ta, tb, m, n, k, float32(alpha), a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), ldc)
	case []float64:
		impl.Dgemm(ta, tb, m, n, k, float64(alpha), a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), ldc)
	}
}
