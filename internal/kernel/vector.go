package kernel

// Add adds a to d.
func Add[T Float](d, a []T) {
	reach(a, len(d))
	if single[T]() && addSIMD(f32(d), f32(a)) {
		return
	}
	for i, v := range a[:len(d)] {
		d[i] += v
	}
}

// AddScaled adds k·a to d.
func AddScaled[T Float](d []T, k T, a []T) {
	reach(a, len(d))
	if single[T]() && addScaledSIMD(f32(d), float32(k), f32(a)) {
		return
	}
	for i, v := range a[:len(d)] {
		d[i] += rounded(k * v)
	}
}

// Mul writes a·b, element by element, to d, which may be either.
func Mul[T Float](d, a, b []T) {
	reach(a, len(d))
	reach(b, len(d))
	if single[T]() && mulSIMD(f32(d), f32(a), f32(b)) {
		return
	}
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] * b[i]
	}
}

// Scale multiplies d by k.
func Scale[T Float](d []T, k T) {
	if single[T]() && scaleSIMD(f32(d), float32(k)) {
		return
	}
	for i := range d {
		d[i] *= k
	}
}

// SumSquares returns Σ x² in double precision: sixteen sums of every sixteenth square, which are added pairwise. Its bits
// are the same at every level.
func SumSquares[T Float](x []T) float64 {
	var sums [16]float64
	if !single[T]() || !sumSquaresSIMD(f32(x), &sums) {
		for i, v := range x {
			sums[i%16] += rounded(float64(v) * float64(v))
		}
	}
	return pairwise(sums)
}

// pairwise adds sixteen sums: i and i+8, then i and i+4, i+2, i+1.
func pairwise[T Float](sums [16]T) T {
	for n := 8; n > 0; n /= 2 {
		for i := range n {
			sums[i] += sums[i+n]
		}
	}
	return sums[0]
}
