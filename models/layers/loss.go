package layers

import (
	"math"

	"threatnet/internal/kernel"
)

// SoftmaxCrossEntropy takes one row of logits, the index of its class and the class' weight; it returns
// weight·(−ln softmax(x)[class]) and, when grad is not nil, writes weight·(softmax(x) − 1[class]) there. grad may be x.
func SoftmaxCrossEntropy[T Float](x []T, class int32, weight T, grad []T) float64 {
	at := x[class]
	if grad == nil {
		largest := x[0]
		for _, v := range x[1:] {
			largest = max(largest, v)
		}
		var sum T
		for _, v := range x {
			sum += kernel.Exp(v - largest)
		}
		return float64(weight) * (math.Log(float64(sum)) - float64(at-largest))
	}
	copy(grad, x)
	logSum, largest := kernel.Softmax(grad[:len(x)])
	grad[class]--
	if weight != 1 {
		kernel.Scale(grad[:len(x)], weight)
	}
	return float64(weight) * (logSum - float64(at-largest))
}

// SigmoidCrossEntropy is the binary cross-entropy of a logit against the target 0 or 1, times weight, and its slope
// weight·(σ(x) − target), in the form that neither overflows nor cancels: max(x,0) − x·target + ln(1 + e^−|x|).
func SigmoidCrossEntropy[T Float](x, target, weight T) (loss float64, grad T) {
	z := float64(x)
	loss = max(z, 0) - z*float64(target) + math.Log1p(math.Exp(-math.Abs(z)))
	return float64(weight) * loss, weight * (kernel.Sigmoid(x) - target)
}

// Penalty returns L1·Σ|w| + L2·Σw² and adds its gradient, L1·sign(w) + 2·L2·w, to grad when that is not nil.
func Penalty[T Float](w []T, l1, l2 T, grad []T) float64 {
	var sum1, sum2 float64
	for _, v := range w {
		sum1 += math.Abs(float64(v))
		sum2 += float64(v) * float64(v)
	}
	if grad != nil {
		for i, v := range w {
			grad[i] += 2 * l2 * v
		}
		if l1 != 0 {
			for i, v := range w {
				if v != 0 {
					grad[i] += T(math.Copysign(float64(l1), float64(v)))
				}
			}
		}
	}
	return float64(l1)*sum1 + float64(l2)*sum2
}
