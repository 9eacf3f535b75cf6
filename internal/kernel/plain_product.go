//go:build !amd64 || noasm

package kernel

// The part of B that the rows of A share, 32 kB, stays in the first-level cache. plainSteps is a multiple of 4.
const (
	plainSteps = 64
	plainCols  = 128
)

// addProduct computes C += alpha·A·B in plain Go. No count is 0. No zero is skipped: NaN and infinities of the other
// operand are not lost.
func addProduct[T Float](m, n, k int, alpha T, a, b matrix[T], c []T, ldc int) {
	switch {
	case n == 1 && a.col == 1:
		addDots(1, m, k, alpha, matrix[T]{b.x, 1, b.row}, matrix[T]{a.x, 1, a.row}, c, 1, ldc)
	case n == 1 && a.row == 1 && ldc == 1:
		addRows(1, m, k, alpha, matrix[T]{b.x, 1, b.row}, matrix[T]{a.x, a.col, 1}, c, m)
	case b.col != 1:
		addDots(m, n, k, alpha, a, b, c, ldc, 1)
	default:
		addRows(m, n, k, alpha, a, b, c, ldc)
	}
}

// addRows is for a row-major B: rows of it, four at a time, are added to rows of C. The terms of an element are added in
// order.
func addRows[T Float](m, n, k int, alpha T, a, b matrix[T], c []T, ldc int) {
	for k0 := 0; k0 < k; k0 += plainSteps {
		steps := min(plainSteps, k-k0)
		for j := 0; j < n; j += plainCols {
			cols := min(plainCols, n-j)
			for i := range m {
				row, at := c[i*ldc+j:][:cols], i*a.row
				l := k0
				for ; l+4 <= k0+steps; l += 4 {
					addFour(row, b.x[l*b.row+j:], b.x[(l+1)*b.row+j:], b.x[(l+2)*b.row+j:], b.x[(l+3)*b.row+j:],
						alpha*a.x[at+l*a.col], alpha*a.x[at+(l+1)*a.col], alpha*a.x[at+(l+2)*a.col], alpha*a.x[at+(l+3)*a.col])
				}
				for ; l < k0+steps; l++ {
					v := alpha * a.x[at+l*a.col]
					for q, w := range b.x[l*b.row+j:][:cols] {
						row[q] += v * w
					}
				}
			}
		}
	}
}

// addFour adds a0·b0, then a1·b1, a2·b2 and a3·b3 to c.
func addFour[T Float](c, b0, b1, b2, b3 []T, a0, a1, a2, a3 T) {
	b0, b1, b2, b3 = b0[:len(c)], b1[:len(c)], b2[:len(c)], b3[:len(c)]
	for j, v := range c {
		v += a0 * b0[j]
		v += a1 * b1[j]
		v += a2 * b2[j]
		v += a3 * b3[j]
		c[j] = v
	}
}

// addDots is for a B whose columns lie together: dot products, four columns at a time. Element (i, j) of C is
// c[i·cRow + j·cCol].
func addDots[T Float](m, n, k int, alpha T, a, b matrix[T], c []T, cRow, cCol int) {
	for j := 0; j < n; j += 4 {
		var x [4][]T
		for q := range x { // beyond the last column the last again
			x[q] = b.x[min(j+q, n-1)*b.col:]
		}
		for i := range m {
			var s [4]T
			if a.col == 1 && b.row == 1 {
				s = fourDots(a.x[i*a.row:][:k], x[0], x[1], x[2], x[3])
			} else {
				for q := range s {
					for l := range k {
						s[q] += a.x[i*a.row+l*a.col] * x[q][l*b.row]
					}
				}
			}
			for q := range min(4, n-j) {
				c[i*cRow+(j+q)*cCol] += alpha * s[q]
			}
		}
	}
}

func fourDots[T Float](a, b0, b1, b2, b3 []T) (s [4]T) {
	b0, b1, b2, b3 = b0[:len(a)], b1[:len(a)], b2[:len(a)], b3[:len(a)]
	var s0, s1, s2, s3 T
	for l, v := range a {
		s0 += v * b0[l]
		s1 += v * b1[l]
		s2 += v * b2[l]
		s3 += v * b3[l]
	}
	return [4]T{s0, s1, s2, s3}
}
