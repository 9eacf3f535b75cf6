package kernel

import "math"

// Add adds a to d.
func Add[T Float](d, a []T) {
	a = a[:len(d)]
	for i := range d {
		d[i] += a[i]
	}
}

// AddScaled adds k·a to d.
func AddScaled[T Float](d []T, k T, a []T) {
	a = a[:len(d)]
	for i := range d {
		d[i] += k * a[i]
	}
}

// Mul writes a·b, element by element, to d, which may be either.
func Mul[T Float](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] * b[i]
	}
}

// Scale multiplies d by k.
func Scale[T Float](d []T, k T) {
	for i := range d {
		d[i] *= k
	}
}

// SumSquares returns Σ x² in double precision, in the order of the slice.
func SumSquares[T Float](x []T) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}

// Softmax turns the logits in x into probabilities, in place, and returns ln Σ e^(x−max) and the largest logit. An empty x
// is not allowed.
func Softmax[T Float](x []T) (logSum float64, largest T) {
	largest = x[0]
	for _, v := range x[1:] {
		largest = max(largest, v)
	}
	var sum T
	for i, v := range x {
		x[i] = Exp(v - largest)
		sum += x[i]
	}
	Scale(x, 1/sum)
	return math.Log(float64(sum)), largest
}
