package kernel

import "math"

// Softmax turns the logits in x into probabilities, in place, and returns ln Σ e^(x−max) and the largest logit. A NaN, or
// an infinity as the largest, makes all of them NaN. An empty x is not allowed.
func Softmax[T Float](x []T) (logSum float64, largest T) {
	if len(x) == 0 {
		panic("kernel: softmax of nothing")
	}
	var sum T
	if single[T]() && active != levelGo {
		a, b := softmaxSIMD(f32(x))
		sum, largest = T(a), T(b)
	} else {
		sum, largest = softmaxGo(x)
	}
	Scale(x, 1/sum)
	return math.Log(float64(sum)), largest
}

// softmaxGo replaces x by e^(x−max) and returns its sum and the largest.
func softmaxGo[T Float](x []T) (sum, largest T) {
	largest = x[0]
	for _, v := range x[1:] {
		largest = max(largest, v)
	}
	for i, v := range x {
		x[i] = Exp(v - largest)
		sum += x[i]
	}
	return sum, largest
}
