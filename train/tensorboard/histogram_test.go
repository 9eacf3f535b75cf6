package tensorboard

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestLimits(t *testing.T) {
	if n := len(limits); !slices.IsSorted(limits) || limits[0] != -math.MaxFloat64 || limits[n-1] != math.MaxFloat64 || limits[n/2] != 0 {
		t.Errorf("%d limits from %v over %v to %v", n, limits[0], limits[n/2], limits[n-1])
	}
}

// For any float32: limits rise, a bucket holds exactly the values below its limit that no earlier one has, counts sum to
// the number of finite values, no two empty buckets are neighbours, the first and the last are not empty.
func TestHistogramProperties(t *testing.T) {
	value := rapid.OneOf(rapid.Float32(), rapid.Float32Range(-1, 1),
		rapid.SampledFrom([]float32{0, 1e-12, -1e-12, 1e20, math.MaxFloat32, -math.MaxFloat32, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}))
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(value).Draw(t, "values")
		h, left := newHistogram(values)
		var finite []float64
		for _, v := range values {
			if x := float64(v); !math.IsNaN(x) && !math.IsInf(x, 0) {
				finite = append(finite, x)
			}
		}
		if h.num != float64(len(finite)) || left != len(values)-len(finite) {
			t.Fatalf("%v values, %d left out, of %d of which %d are finite", h.num, left, len(values), len(finite))
		}
		if len(h.limits) != len(h.counts) || len(h.limits) == 0 {
			t.Fatalf("%d limits, %d counts", len(h.limits), len(h.counts))
		}
		below, total := math.Inf(-1), 0.0
		for i, limit := range h.limits {
			if !(limit > below) {
				t.Fatalf("limit %v after %v", limit, below)
			}
			n := 0
			for _, v := range finite {
				if v >= below && v < limit {
					n++
				}
			}
			if h.counts[i] != float64(n) {
				t.Fatalf("%v values from %v to %v, counted %v", n, below, limit, h.counts[i])
			}
			if n == 0 && i > 0 && h.counts[i-1] == 0 {
				t.Fatal("two empty buckets")
			}
			below, total = limit, total+h.counts[i]
		}
		if total != h.num {
			t.Fatalf("counts sum to %v of %v", total, h.num)
		}
		if len(finite) == 0 {
			return
		}
		if h.counts[0] == 0 || h.counts[len(h.counts)-1] == 0 || h.min != slices.Min(finite) || h.max != slices.Max(finite) {
			t.Fatalf("min %v, max %v, counts %v", h.min, h.max, h.counts)
		}
	})
}

func TestHistogramSums(t *testing.T) {
	h, left := newHistogram([]float32{3, -1, float32(math.NaN()), 0.5})
	if h.sum != 2.5 || h.sumSquares != 10.25 || left != 1 {
		t.Errorf("sum %v, of squares %v, left out %d", h.sum, h.sumSquares, left)
	}
}
