package kernel

import "math"

// Constants of exp in single precision: 1/ln 2, and ln 2 in two parts (Cody and Waite, Software Manual for the Elementary
// Functions, 1980): n·ln2hi is exact for every n that occurs.
const (
	log2e = 1.44269504088896341
	ln2hi = 0.693359375
	ln2lo = -2.12194440e-4
	// round is 1.5·2^23: adding and subtracting it rounds to the nearest integer.
	round = 12582912
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
		return T(1 / (1 + exp32(-v)))
	}
	return T(1 / (1 + math.Exp(-float64(x))))
}

// HardSigmoid is clip(slope·x + ½, 0, 1): slope 0.2 in Keras 1 and 2, 1/6 in Keras 3 and PyTorch.
func HardSigmoid[T Float](x, slope T) T { return min(max(slope*x+0.5, 0), 1) }

// Tanh is the hyperbolic tangent.
func Tanh[T Float](x T) T {
	if v, ok := any(x).(float32); ok {
		return T(tanh32(v))
	}
	return T(math.Tanh(float64(x)))
}

// exp32 splits x = n·ln 2 + r, |r| ≤ ln 2/2, and returns 2ⁿ·(1 + (eʳ − 1)).
func exp32(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > 88.7228394:
		return float32(math.Inf(1))
	case x < -103.972084:
		return 0
	}
	n := float32(x*log2e+round) - round
	r := float32(x-n*ln2hi) - n*ln2lo
	return scale(1+expm1Poly(r), int(n))
}

// expm1Poly is eʳ − 1 for |r| ≤ ln 2/2: Taylor's series to r⁷, whose remainder stays below 2⁻²⁷ of the value.
func expm1Poly(r float32) float32 {
	p := r*(1.0/5040) + 1.0/720
	p = p*r + 1.0/120
	p = p*r + 1.0/24
	p = p*r + 1.0/6
	p = p*r + 0.5
	return r + r*r*p
}

// scale is y·2ⁿ, in two steps so that results below the normal range round once.
func scale(y float32, n int) float32 {
	h := n / 2
	return y * math.Float32frombits(uint32(h+127)<<23) * math.Float32frombits(uint32(n-h+127)<<23)
}

// tanh32 is t/(t+2) with t = e^(2|x|) − 1, which loses nothing near zero.
func tanh32(x float32) float32 {
	if x != x {
		return x
	}
	a := min(max(x, -x), 10)
	n := float32(2*a*log2e+round) - round
	r := float32(2*a-n*ln2hi) - n*ln2lo
	s := math.Float32frombits(uint32(int(n)+127) << 23)
	t := s*expm1Poly(r) + (s - 1)
	return float32(math.Copysign(float64(t/(t+2)), float64(x)))
}
