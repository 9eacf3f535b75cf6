package metrics_test

import (
	"errors"
	"math"
	"testing"

	"threatnet/train/metrics"
)

// The wanted values are scikit-learn's.
func TestProbabilityMeasures(t *testing.T) {
	yTrue := []int{0, 2, 1, 1}
	table := []float64{.7, .2, .1, .1, .3, .6, .3, .4, .3, 1, 0, 0}
	weights := []float64{1, 2, .5, 3}
	positive := []bool{false, true, true, false}
	p := []float64{.1, .9, .3, 1}
	measure := func(v float64, err error) float64 {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		return v
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"log loss", measure(metrics.LogLoss(yTrue, table, 3, nil)), 9.456861172174008},
		{"weighted log loss", measure(metrics.LogLoss(yTrue, table, 3, weights)), 16.91806641919373},
		{"binary log loss", measure(metrics.BinaryLogLoss(positive, p, nil)), 9.364586806189685},
		{"Brier", measure(metrics.Brier(positive, p, nil)), 0.3775},
		{"weighted Brier", measure(metrics.Brier(positive, p, weights)), 0.5038461538461538},
		{"top 1", measure(metrics.TopKAccuracy(yTrue, table, 3, 1, nil)), 0.75},
		{"top 2, a tie of the last two", measure(metrics.TopKAccuracy(yTrue, table, 3, 2, nil)), 0.75},
		{"weighted top 1", measure(metrics.TopKAccuracy(yTrue, table, 3, 1, weights)), 0.5384615384615384},
		{"top 3", measure(metrics.TopKAccuracy(yTrue, table, 3, 3, nil)), 1},
		{"top 4", measure(metrics.TopKAccuracy(yTrue, table, 3, 4, nil)), 1},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s is %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestProbabilityErrors(t *testing.T) {
	table := func(y []int, values []float64, classes int) []error {
		_, loss := metrics.LogLoss(y, values, classes, nil)
		_, top := metrics.TopKAccuracy(y, values, classes, 1, nil)
		_, area := metrics.MultiClassROCAUC(y, values, classes, metrics.OVR, metrics.Macro)
		return []error{loss, top, area}
	}
	binary := func(positive []bool, p []float64) []error {
		_, loss := metrics.BinaryLogLoss(positive, p, nil)
		_, brier := metrics.Brier(positive, p, nil)
		return []error{loss, brier}
	}
	_, logit := metrics.LogLoss([]int{0}, []float64{1.5, -.5}, 2, nil)
	_, none := metrics.TopKAccuracy([]int{0}, []float64{1, 0}, 2, 0, nil)
	nan := math.NaN()
	for _, c := range []struct {
		name string
		errs []error
		want error
	}{
		{"empty table", table(nil, nil, 2), metrics.ErrEmpty},
		{"short table", table([]int{0, 1}, []float64{1, 0, 1}, 2), metrics.ErrLength},
		{"no classes", table([]int{0}, nil, 0), metrics.ErrLength},
		{"unknown class", table([]int{2}, []float64{1, 0}, 2), metrics.ErrLabel},
		{"negative class", table([]int{-1}, []float64{1, 0}, 2), metrics.ErrLabel},
		{"NaN in a table", table([]int{0}, []float64{nan, 0}, 2), metrics.ErrValue},
		{"infinity in a table", table([]int{0}, []float64{math.Inf(1), 0}, 2), metrics.ErrValue},
		{"no rows", binary(nil, nil), metrics.ErrEmpty},
		{"lengths", binary([]bool{true}, nil), metrics.ErrLength},
		{"NaN", binary([]bool{true}, []float64{nan}), metrics.ErrValue},
		{"above 1", binary([]bool{true}, []float64{1.1}), metrics.ErrValue},
		{"logits", []error{logit}, metrics.ErrValue},
		{"top 0", []error{none}, metrics.ErrValue},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, err := range c.errs {
				if !errors.Is(err, c.want) {
					t.Errorf("error %v, want %v", err, c.want)
				}
			}
		})
	}
}
