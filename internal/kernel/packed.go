package kernel

import "unsafe"

// Packed is the right operand of many products, such as a layer's weights, in the order in which a product reads it. It is
// made for the level of its making and keeps to it. Any number of goroutines may multiply with it at once.
type Packed[T Float] struct {
	k, n  int
	level level
	x     []T
}

// Pack makes it of op(B), k×n, of a row-major B whose rows are ldb apart, in place of what it held. Only when it grows
// does it allocate.
func (p *Packed[T]) Pack(transB bool, k, n int, b []T, ldb int) {
	sized(k | n | ldb)
	p.k, p.n, p.level = k, n, levelGo
	if k == 0 || n == 0 {
		return
	}
	m := operand(b, ldb, transB, k, n)
	if single[T]() && packSIMD((*Packed[float32])(unsafe.Pointer(p)), m.f32()) {
		return
	}
	p.grow(k * n)
	for i := range k {
		if row := p.x[i*n:][:n]; m.col == 1 {
			copy(row, m.x[i*m.row:])
		} else {
			for j := range row {
				row[j] = m.x[i*m.row+j*m.col]
			}
		}
	}
}

func (p *Packed[T]) grow(n int) {
	if cap(p.x) < n {
		p.x = make([]T, n)
	}
	p.x = p.x[:n]
}

// Gemm computes C = alpha·op(A)·B + beta·C for this B: op(A) is m×k, C is m×n. See the function Gemm, which gives the same
// bits for a B that is not transposed and has more than one column.
func (p *Packed[T]) Gemm(transA bool, m int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	sized(m | lda | ldc)
	if !scaleRows(m, p.n, beta, c, ldc, p.k == 0 || alpha == 0) {
		return
	}
	l := operand(a, lda, transA, m, p.k)
	if single[T]() && packedSIMD((*Packed[float32])(unsafe.Pointer(p)), m, float32(alpha), l.f32(), beta != 0, nil, false, f32(c), ldc) {
		return
	}
	if beta == 0 {
		clearRows(m, p.n, c, ldc)
	}
	addProduct(m, p.n, p.k, alpha, l, matrix[T]{p.x, p.n, 1}, c, ldc)
}

// Affine computes C = A·B + bias for each row of the m×k matrix A, and with relu max(·, 0) of that; of NaN it is NaN.
func (p *Packed[T]) Affine(m int, a []T, lda int, bias []T, relu bool, c []T, ldc int) {
	sized(m | lda | ldc)
	if m == 0 || p.n == 0 {
		return
	}
	reach(bias, p.n)
	reachMatrix(c, ldc, m, p.n)
	if p.k > 0 && single[T]() {
		l := operand(a, lda, false, m, p.k)
		if packedSIMD((*Packed[float32])(unsafe.Pointer(p)), m, 1, l.f32(), false, f32(bias[:p.n]), relu, f32(c), ldc) {
			return
		}
	}
	p.Gemm(false, m, 1, a, lda, 0, c, ldc)
	addBias(m, p.n, c, ldc, bias, relu)
}
