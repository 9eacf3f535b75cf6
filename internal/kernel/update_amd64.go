//go:build !noasm

package kernel

func rmspropSIMD(w, v, g []float32, rate, rho, eps float32, inside bool) bool {
	if active == levelGo {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), chunk)
		switch {
		case active == levelAVX512 && inside:
			rmspropInside512(n, &w[0], &v[0], &g[0], rate, rho, 1-rho, eps)
		case active == levelAVX512:
			rmsprop512(n, &w[0], &v[0], &g[0], rate, rho, 1-rho, eps)
		case inside:
			rmspropInside256(n, &w[0], &v[0], &g[0], rate, rho, 1-rho, eps)
		default:
			rmsprop256(n, &w[0], &v[0], &g[0], rate, rho, 1-rho, eps)
		}
		w, v, g = w[n:], v[n:], g[n:]
	}
	return true
}

func adamSIMD(w, m, v, g []float32, rate, beta1, beta2, k, eps float32) bool {
	if active == levelGo {
		return false
	}
	for len(w) > 0 {
		n := min(len(w), chunk)
		if active == levelAVX512 {
			adam512(n, &w[0], &m[0], &v[0], &g[0], rate, beta1, 1-beta1, beta2, 1-beta2, k, eps)
		} else {
			adam256(n, &w[0], &m[0], &v[0], &g[0], rate, beta1, 1-beta1, beta2, 1-beta2, k, eps)
		}
		w, m, v, g = w[n:], m[n:], v[n:], g[n:]
	}
	return true
}
