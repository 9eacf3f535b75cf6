package kernel

import "math"

// RMSprop updates w by the gradient g:
//
//	v = ρ·v + (1−ρ)·g²    w −= rate·g / (√v + ε)    or, with inside, rate·g / √(v + ε)
func RMSprop[T Float](w, v, g []T, rate, rho, eps T, inside bool) {
	reach(v, len(w))
	reach(g, len(w))
	if single[T]() && rmspropSIMD(f32(w), f32(v), f32(g), float32(rate), float32(rho), float32(eps), inside) {
		return
	}
	v, g = v[:len(w)], g[:len(w)]
	for i, d := range g {
		v[i] = rounded(rho*v[i]) + rounded((1-rho)*d*d)
		if inside {
			w[i] -= rate * d / sqrt(v[i]+eps)
		} else {
			w[i] -= rate * d / (sqrt(v[i]) + eps)
		}
	}
}

// Adam updates w by the gradient g:
//
//	m = β₁·m + (1−β₁)·g    v = β₂·v + (1−β₂)·g²    w −= rate·m / (√v·k + ε)
//
// The caller puts the corrections of the bias into rate and k: Keras' formula has rate·√(1−β₂ᵗ)/(1−β₁ᵗ) and k = 1,
// PyTorch's rate/(1−β₁ᵗ) and k = 1/√(1−β₂ᵗ).
func Adam[T Float](w, m, v, g []T, rate, beta1, beta2, k, eps T) {
	reach(m, len(w))
	reach(v, len(w))
	reach(g, len(w))
	if single[T]() && adamSIMD(f32(w), f32(m), f32(v), f32(g),
		float32(rate), float32(beta1), float32(beta2), float32(k), float32(eps)) {
		return
	}
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	for i, d := range g {
		m[i] = rounded(beta1*m[i]) + rounded((1-beta1)*d)
		v[i] = rounded(beta2*v[i]) + rounded((1-beta2)*d*d)
		w[i] -= rate * m[i] / (rounded(sqrt(v[i])*k) + eps)
	}
}

func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }
