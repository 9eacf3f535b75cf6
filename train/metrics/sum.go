package metrics

import "math"

// block is the number of terms numpy adds up before it halves the range.
const block = 128

// sum adds up x pairwise in numpy's order (Higham, "The accuracy of floating point summation", 1993): below 8 terms one
// after another, up to 128 in 8 accumulators, above that in halves of a multiple of 8. The order decides the last bit,
// and with it how a tie such as 0.725 prints.
func sum(x []float64) float64 {
	n := len(x)
	switch {
	case n < 8:
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s
	case n <= block:
		var r [8]float64
		copy(r[:], x)
		i := 8
		for ; i+8 <= n; i += 8 {
			for j := range r {
				r[j] += x[i+j]
			}
		}
		s := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
		for ; i < n; i++ {
			s += x[i]
		}
		return s
	default:
		half := n / 2
		half -= half % 8
		return sum(x[:half]) + sum(x[half:])
	}
}

// mean is the average of x without its NaNs; NaN when nothing is left. A NaN counts as 0 in the sum, as in
// numpy.nanmean.
func mean(x []float64) float64 {
	kept, n := make([]float64, len(x)), 0
	for i, v := range x {
		if !math.IsNaN(v) {
			kept[i] = v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum(kept) / float64(n)
}

// weightedMean is Σ w·x / Σ w over the terms where x is not NaN, and their plain mean when Σ w is 0.
func weightedMean(x, w []float64) float64 {
	var products, weights, kept []float64
	for i, v := range x {
		if !math.IsNaN(v) {
			products = append(products, v*w[i])
			weights = append(weights, w[i])
			kept = append(kept, v)
		}
	}
	total := sum(weights)
	if total == 0 {
		return mean(kept)
	}
	return sum(products) / total
}

// average is the mean of x, weighted when weights are given.
func average(x, weights []float64) float64 {
	if weights == nil {
		return mean(x)
	}
	return weightedMean(x, weights)
}
