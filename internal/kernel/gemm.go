package kernel

// matrix is an operand of a product: element (i, j) is x[i·row + j·col].
type matrix[T Float] struct {
	x        []T
	row, col int
}

// operand is op(x) for a row-major x whose rows are ld apart.
func operand[T Float](x []T, ld int, transposed bool) matrix[T] {
	if transposed {
		return matrix[T]{x, 1, ld}
	}
	return matrix[T]{x, ld, 1}
}

// reach panics unless the matrix holds rows × cols elements.
func (a matrix[T]) reach(rows, cols int) { reach(a.x, (rows-1)*a.row+(cols-1)*a.col+1) }

// Gemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices: op(A) is m×k, op(B) is k×n, C is m×n, with row
// strides lda, ldb, ldc. With beta 0 what C held is never read; with alpha 0 or k 0 A and B are never read.
//
// When neither is transposed, the bits of a row of C do not depend on the other rows, nor on their number.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	sized(m | n | k | lda | ldb | ldc)
	if !scaleRows(m, n, beta, c, ldc, k == 0 || alpha == 0) {
		return
	}
	l, r := operand(a, lda, transA), operand(b, ldb, transB)
	l.reach(m, k)
	r.reach(k, n)
	multiply(m, n, k, alpha, l, r, beta != 0, c, ldc)
}

// multiply computes C = alpha·A·B, or with add C += alpha·A·B. No count is 0.
func multiply[T Float](m, n, k int, alpha T, a, b matrix[T], add bool, c []T, ldc int) {
	if a, ok := any(a).(matrix[float32]); ok && gemmSIMD(m, n, k, float32(alpha), a, any(b).(matrix[float32]), add, any(c).([]float32), ldc) {
		return
	}
	if !add {
		clearRows(m, n, c, ldc)
	}
	addProduct(m, n, k, alpha, a, b, c, ldc)
}

// scaleRows makes beta·C of an m×n matrix, but leaves C as it is when beta is 0 unless last. It reports whether there is
// something to add or write: C is not empty and this is not all.
func scaleRows[T Float](m, n int, beta T, c []T, ldc int, last bool) bool {
	if m == 0 || n == 0 {
		return false
	}
	reach(c, (m-1)*ldc+n)
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
