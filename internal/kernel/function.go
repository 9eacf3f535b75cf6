package kernel

import "math"

// Constants of exp in single precision: 1/ln 2, and ln 2 in two parts (Cody and Waite, Software Manual for the Elementary
// Functions, 1980): n·ln2hi is exact for every n that occurs. The coefficients are those of Moshier's Cephes (expf).
const (
	log2e = math.Log2E
	ln2hi = 0.693359375
	ln2lo = -2.12194440e-4
	// nearest is 1.5·2²³: adding and subtracting it rounds to the nearest integer.
	nearest = 12582912
)

// Exp is eˣ.
func Exp[T Float](x T) T {
	if v, ok := any(x).(float32); ok {
		return T(exp32(v))
	}
	return T(math.Exp(float64(x)))
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid[T Float](x T) T {
	if v, ok := any(x).(float32); ok {
		return T(sigmoid32(v))
	}
	return T(1 / (1 + math.Exp(-float64(x))))
}

// HardSigmoid is clip(slope·x + ½, 0, 1): slope 0.2 in Keras 1 and 2, 1/6 in Keras 3 and PyTorch.
func HardSigmoid[T Float](x, slope T) T { return min(max(T(slope*x)+0.5, 0), 1) }

// Tanh is the hyperbolic tangent.
func Tanh[T Float](x T) T {
	if v, ok := any(x).(float32); ok {
		return T(tanh32(v))
	}
	return T(math.Tanh(float64(x)))
}

func exp32(x float32) float32 {
	x = max(min(x, 89), -104) // beyond these it is ∞ and 0
	if x != x {
		return x
	}
	p, n := expm1Parts(x)
	return scale(1+p, n)
}

// sigmoid32 is (1 or e)/(1+e) with e = e^−|x|, which keeps the small values to the end of the range.
func sigmoid32(x float32) float32 {
	e := exp32(-abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// tanh32 is ±t/(t+2) with t = e^2|x| − 1, which loses nothing near zero.
func tanh32(x float32) float32 {
	a := min(2*abs(x), 18.1) // from there on it is 1
	if a != a {
		return x
	}
	p, n := expm1Parts(a)
	s := power(n)
	t := float32(s*p) + (s - 1)
	return float32(math.Copysign(float64(t/(t+2)), float64(x)))
}

// expm1Parts splits x = n·ln 2 + r, |r| ≤ ln 2/2, and returns eʳ − 1 and n.
func expm1Parts(x float32) (p float32, n int) {
	f := float32(float32(x*log2e)+nearest) - nearest
	r := float32(x-float32(f*ln2hi)) - float32(f*ln2lo)
	p = float32(r*1.9875691500e-4) + 1.3981999507e-3
	p = float32(p*r) + 8.3334519073e-3
	p = float32(p*r) + 4.1665795894e-2
	p = float32(p*r) + 1.6666665459e-1
	p = float32(p*r) + 5.0000001201e-1
	return r + float32(float32(p*r)*r), int(f)
}

// scale is y·2ⁿ, in two steps so that results below the normal range round once.
func scale(y float32, n int) float32 {
	h := n >> 1
	return float32(y*power(h)) * power(n-h)
}

// power is 2ⁿ for −127 < n < 128.
func power(n int) float32 { return math.Float32frombits(uint32(n+127) << 23) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
