package kernel

import "unsafe"

// matrix is an operand of a product: element (i, j) is x[i·row + j·col].
type matrix[T Float] struct {
	x        []T
	row, col int
}

// operand is the rows×cols matrix op(x) for a row-major x whose rows are ld apart. It panics where x is too short or its
// rows overlap.
func operand[T Float](x []T, ld int, transposed bool, rows, cols int) matrix[T] {
	if transposed {
		reachMatrix(x, ld, cols, rows)
		return matrix[T]{x, 1, ld}
	}
	reachMatrix(x, ld, rows, cols)
	return matrix[T]{x, ld, 1}
}

// reachMatrix panics unless x holds rows > 0 rows of cols > 0 elements that are ld apart and do not overlap.
func reachMatrix[T Float](x []T, ld, rows, cols int) {
	if rows > 1 && ld < cols {
		panic("kernel: stride too small")
	}
	reach(x, (rows-1)*ld+cols)
}

// f32 is the matrix as what it is when T is float32. What takes it takes a pointer: a copy waits for what was just written.
func (a *matrix[T]) f32() *matrix[float32] { return (*matrix[float32])(unsafe.Pointer(a)) }

// Gemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices: op(A) is m×k, op(B) is k×n, C is m×n, with row
// strides lda, ldb, ldc. With beta 0 what C held is never read; with alpha 0 or k 0 A and B are never read.
//
// When neither is transposed, the bits of a row of C do not depend on the other rows, nor on their number.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	sized(m | n | k | lda | ldb | ldc)
	if !scaleRows(m, n, beta, c, ldc, k == 0 || alpha == 0) {
		return
	}
	l, r := operand(a, lda, transA, m, k), operand(b, ldb, transB, k, n)
	if single[T]() && gemmSIMD(m, n, k, float32(alpha), l.f32(), r.f32(), beta != 0, f32(c), ldc) {
		return
	}
	if beta == 0 {
		clearRows(m, n, c, ldc)
	}
	addProduct(m, n, k, alpha, l, r, c, ldc)
}

// scaleRows makes beta·C of an m×n matrix, but leaves C as it is when beta is 0 unless last. It reports whether there is
// something to add or write: C is not empty and this is not all.
func scaleRows[T Float](m, n int, beta T, c []T, ldc int, last bool) bool {
	if m == 0 || n == 0 {
		return false
	}
	reachMatrix(c, ldc, m, n)
	switch {
	case beta == 0 && last:
		clearRows(m, n, c, ldc)
	case beta != 0 && beta != 1:
		for i := range m {
			Scale(c[i*ldc:][:n], beta)
		}
	}
	return !last
}

func clearRows[T Float](m, n int, c []T, ldc int) {
	for i := range m {
		clear(c[i*ldc:][:n])
	}
}
