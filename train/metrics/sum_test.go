package metrics

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// The wanted sums are numpy's; added up one after another they would differ in the last digit.
func TestSumOrder(t *testing.T) {
	tenths := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = 0.1
		}
		return x
	}
	for _, c := range []struct {
		n    int
		want float64
	}{
		{0, 0},
		{3, 0.30000000000000004},
		{7, 0.7},
		{8, 0.8},
		{10, 1},
		{100, 9.999999999999998},
		{129, 12.899999999999999},
		{1000, 100.00000000000001},
	} {
		if got := sum(tenths(c.n)); got != c.want {
			t.Errorf("sum of %d tenths is %v, want %v", c.n, got, c.want)
		}
	}
}

func TestSumIsAccurate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 700).Draw(t, "x")
		exact := new(big.Float).SetPrec(200)
		for _, v := range x {
			exact.Add(exact, big.NewFloat(v))
		}
		want, _ := exact.Float64()
		if got := sum(x); math.Abs(got-want) > 1e-13*(1+want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestMeansLeaveOutNaN(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x, w []float64
		want float64
	}{
		{[]float64{1, nan, 3}, nil, 2},
		{[]float64{nan, nan}, nil, nan},
		{nil, nil, nan},
		{[]float64{1, nan, 3}, []float64{1, 9, 3}, 2.5},
		{[]float64{1, 3}, []float64{0, 0}, 2},
		{[]float64{nan}, []float64{1}, nan},
	} {
		if got := average(c.x, c.w); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("average of %v by %v is %v, want %v", c.x, c.w, got, c.want)
		}
	}
}
