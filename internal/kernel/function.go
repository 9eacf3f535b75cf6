package kernel

import "math"

// Exp is eˣ.
func Exp[T Float](x T) T { return T(math.Exp(float64(x))) }

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid[T Float](x T) T { return T(1 / (1 + math.Exp(-float64(x)))) }

// HardSigmoid is clip(slope·x + ½, 0, 1): slope 0.2 in Keras 1 and 2, 1/6 in Keras 3 and PyTorch.
func HardSigmoid[T Float](x, slope T) T { return min(max(rounded(slope*x)+0.5, 0), 1) }

// rounded keeps the compiler from fusing a product with the sum that it goes into, which some processors' code would.
func rounded[T Float](product T) T {
	return T(product) //nolint:unconvert // the conversion rounds
}

// Tanh is the hyperbolic tangent.
func Tanh[T Float](x T) T { return T(math.Tanh(float64(x))) }
