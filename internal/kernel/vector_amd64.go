//go:build !noasm

package kernel

// chunk is how many elements one call into assembly takes, which cannot be interrupted: under a tenth of a millisecond. A
// multiple of 16.
const chunk = 1 << 15

func addSIMD(d, a []float32) bool {
	if active == levelGo {
		return false
	}
	for len(d) > 0 {
		n := min(len(d), chunk)
		if active == levelAVX512 {
			add512(n, &d[0], &a[0])
		} else {
			add256(n, &d[0], &a[0])
		}
		d, a = d[n:], a[n:]
	}
	return true
}

func addScaledSIMD(d []float32, k float32, a []float32) bool {
	if active == levelGo {
		return false
	}
	for len(d) > 0 {
		n := min(len(d), chunk)
		if active == levelAVX512 {
			addScaled512(n, &d[0], &a[0], k)
		} else {
			addScaled256(n, &d[0], &a[0], k)
		}
		d, a = d[n:], a[n:]
	}
	return true
}

func mulSIMD(d, a, b []float32) bool {
	if active == levelGo {
		return false
	}
	for len(d) > 0 {
		n := min(len(d), chunk)
		if active == levelAVX512 {
			mul512(n, &d[0], &a[0], &b[0])
		} else {
			mul256(n, &d[0], &a[0], &b[0])
		}
		d, a, b = d[n:], a[n:], b[n:]
	}
	return true
}

func scaleSIMD(d []float32, k float32) bool {
	if active == levelGo {
		return false
	}
	for len(d) > 0 {
		n := min(len(d), chunk)
		if active == levelAVX512 {
			scale512(n, &d[0], k)
		} else {
			scale256(n, &d[0], k)
		}
		d = d[n:]
	}
	return true
}

func sumSquaresSIMD(x []float32, sums *[16]float64) bool {
	if active == levelGo {
		return false
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			sumSquares512(n, &x[0], &sums[0])
		} else {
			sumSquares256(n, &x[0], &sums[0])
		}
		x = x[n:]
	}
	return true
}
