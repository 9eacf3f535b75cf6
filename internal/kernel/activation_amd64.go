//go:build !noasm

package kernel

func expSIMD(d, x []float32) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			exp512(n, &d[0], &x[0])
		} else {
			exp256(n, &d[0], &x[0])
		}
		d, x = d[n:], x[n:]
	}
	return true
}

func sigmoidSIMD(d, x []float32) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			sigmoid512(n, &d[0], &x[0])
		} else {
			sigmoid256(n, &d[0], &x[0])
		}
		d, x = d[n:], x[n:]
	}
	return true
}

func tanhSIMD(d, x []float32) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			tanh512(n, &d[0], &x[0])
		} else {
			tanh256(n, &d[0], &x[0])
		}
		d, x = d[n:], x[n:]
	}
	return true
}

func hardSigmoidSIMD(d, x []float32, slope float32) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			hardSigmoid512(n, &d[0], &x[0], slope)
		} else {
			hardSigmoid256(n, &d[0], &x[0], slope)
		}
		d, x = d[n:], x[n:]
	}
	return true
}

func reluSIMD(d, x []float32) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			relu512(n, &d[0], &x[0])
		} else {
			relu256(n, &d[0], &x[0])
		}
		d, x = d[n:], x[n:]
	}
	return true
}

func reluBackwardSIMD(dx, dy, y []float32) bool {
	if active == levelGo {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), chunk)
		if active == levelAVX512 {
			reluBackward512(n, &dx[0], &dy[0], &y[0])
		} else {
			reluBackward256(n, &dx[0], &dy[0], &y[0])
		}
		dx, dy, y = dx[n:], dy[n:], y[n:]
	}
	return true
}

func sigmoidBackwardSIMD(dx, dy, y []float32) bool {
	if active == levelGo {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), chunk)
		if active == levelAVX512 {
			sigmoidBackward512(n, &dx[0], &dy[0], &y[0])
		} else {
			sigmoidBackward256(n, &dx[0], &dy[0], &y[0])
		}
		dx, dy, y = dx[n:], dy[n:], y[n:]
	}
	return true
}

func tanhBackwardSIMD(dx, dy, y []float32) bool {
	if active == levelGo {
		return false
	}
	for len(dx) > 0 {
		n := min(len(dx), chunk)
		if active == levelAVX512 {
			tanhBackward512(n, &dx[0], &dy[0], &y[0])
		} else {
			tanhBackward256(n, &dx[0], &dy[0], &y[0])
		}
		dx, dy, y = dx[n:], dy[n:], y[n:]
	}
	return true
}
