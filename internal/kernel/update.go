package kernel

import "math"

// RMSprop updates w by the gradient g:
//
//	v = ρ·v + (1−ρ)·g²    w −= rate·g / (√v + ε)    or, with inside, rate·g / √(v + ε)
func RMSprop[T Float](w, v, g []T, rate, rho, eps T, inside bool) {
	v, g = v[:len(w)], g[:len(w)]
	for i, d := range g {
		v[i] = rho*v[i] + (1-rho)*d*d
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
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	for i, d := range g {
		m[i] = beta1*m[i] + (1-beta1)*d
		v[i] = beta2*v[i] + (1-beta2)*d*d
		w[i] -= rate * m[i] / (sqrt(v[i])*k + eps)
	}
}

func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }
