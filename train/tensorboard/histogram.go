package tensorboard

import (
	"math"
	"slices"
	"sort"
)

// limits are the right ends of TensorFlow's default buckets (tensorflow/core/lib/histogram): ±1e-12·1.1ᵏ up to 1e20, 0
// between them, and the largest number of either sign. They lie within 10 % of each other, whatever the scale of the values.
var limits = bucketLimits()

func bucketLimits() []float64 {
	var positive []float64
	for v := 1e-12; v < 1e20; v *= 1.1 {
		positive = append(positive, v)
	}
	positive = append(positive, math.MaxFloat64)
	all := make([]float64, 0, 2*len(positive)+1)
	for _, v := range slices.Backward(positive) {
		all = append(all, -v)
	}
	return append(append(all, 0), positive...)
}

// histogram is a HistogramProto: counts[i] values v with limits[i-1] ≤ v < limits[i], the first bucket from min on.
type histogram struct {
	min, max, num, sum, sumSquares float64
	limits, counts                 []float64
}

// newHistogram counts the finite values; left is how many others there were. A run of empty buckets is one; the first and
// the last bucket are not empty, so that no page draws one from min to a limit below it. Without values there is one
// bucket, empty, as TensorFlow has it.
func newHistogram(values []float32) (h histogram, left int) {
	counts := make([]float64, len(limits))
	for _, x := range values {
		v := float64(x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			left++
			continue
		}
		if h.num == 0 {
			h.min, h.max = v, v
		}
		h.min, h.max = min(h.min, v), max(h.max, v)
		h.num++
		h.sum += v
		h.sumSquares += v * v
		counts[sort.Search(len(limits), func(i int) bool { return limits[i] > v })]++
	}
	if h.num == 0 {
		h.limits, h.counts = []float64{math.MaxFloat64}, []float64{0}
		return h, left
	}
	for i, n := range counts {
		if n > 0 {
			if len(h.limits) > 0 && counts[i-1] == 0 {
				h.limits, h.counts = append(h.limits, limits[i-1]), append(h.counts, 0)
			}
			h.limits, h.counts = append(h.limits, limits[i]), append(h.counts, n)
		}
	}
	return h, left
}
