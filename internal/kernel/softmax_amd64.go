//go:build !noasm

package kernel

// softmaxSIMD replaces x by e^(x−max) and returns its sum, of sixteen sums of every sixteenth element, and the largest.
func softmaxSIMD(x []float32) (sum, largest float32) {
	largest = x[0]
	for rest := x; len(rest) > 0; {
		n := min(len(rest), chunk)
		if active == levelAVX512 {
			largest = max(largest, maximum512(n, &rest[0]))
		} else {
			largest = max(largest, maximum256(n, &rest[0]))
		}
		rest = rest[n:]
	}
	var sums [16]float32
	for len(x) > 0 {
		n := min(len(x), chunk)
		if active == levelAVX512 {
			expSum512(n, &x[0], largest, &sums[0])
		} else {
			expSum256(n, &x[0], largest, &sums[0])
		}
		x = x[n:]
	}
	return pairwise(sums), largest
}
