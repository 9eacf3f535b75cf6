package metrics_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/train/metrics"
)

func ranking(t *testing.T, positive []bool, scores, weights []float64) *metrics.Ranking {
	t.Helper()
	r, err := metrics.NewRanking(positive, scores, weights)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRankingErrors(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name            string
		positive        []bool
		scores, weights []float64
		want            error
	}{
		{"lengths", []bool{true}, nil, nil, metrics.ErrLength},
		{"empty", nil, nil, nil, metrics.ErrEmpty},
		{"NaN", []bool{true, false}, []float64{1, nan}, nil, metrics.ErrValue},
		{"infinity", []bool{true, false}, []float64{1, math.Inf(-1)}, nil, metrics.ErrValue},
		{"weights", []bool{true, false}, []float64{1, 2}, []float64{0, 0}, metrics.ErrValue},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := metrics.NewRanking(c.positive, c.scores, c.weights); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if area, err := metrics.ROCAUC(c.positive, c.scores, c.weights); !errors.Is(err, c.want) || !math.IsNaN(area) {
				t.Errorf("area %v, error %v, want NaN and %v", area, err, c.want)
			}
		})
	}
}

// The negatives score .1 .3 .3 .5 .9, so rates come in fifths and .3 is a tie of two.
func TestAtFPR(t *testing.T) {
	positive := []bool{false, false, false, false, false, true, true, true, true}
	scores := []float64{.1, .3, .3, .5, .9, .2, .3, .6, .95}
	r := ranking(t, positive, scores, nil)
	for _, c := range []struct{ target, threshold, tpr, fpr float64 }{
		{0, .95, .25, 0},
		{.19, .95, .25, 0},
		{.2, .6, .5, .2},
		{.4, .5, .5, .4},
		{.6, .5, .5, .4}, // .3 would be one negative more than three
		{.79, .5, .5, .4},
		{.8, .2, 1, .8},
		{1, .1, 1, 1},
	} {
		p, err := r.AtFPR(c.target)
		if err != nil || p.Threshold != c.threshold || p.TPR() != c.tpr || p.FPR() != c.fpr {
			t.Errorf("target %v: %+v, %v, want threshold %v, TPR %v, FPR %v", c.target, p, err, c.threshold, c.tpr, c.fpr)
		}
		if got := r.At(c.threshold); got != p {
			t.Errorf("at %v: %+v, want %+v", c.threshold, got, p)
		}
	}
	for _, target := range []float64{-.1, 1.1, math.NaN()} {
		if _, err := r.ThresholdAtFPR(target); !errors.Is(err, metrics.ErrValue) {
			t.Errorf("target %v: error %v, want ErrValue", target, err)
		}
	}
}

// A negative at the top forbids every threshold there is: the one given must lie above it in both precisions.
func TestAtFPRNothingAllowed(t *testing.T) {
	for _, top := range []float64{1, .7, 0, -3, 1e30, 0.1 + 0.2} {
		r := ranking(t, []bool{false, true, false}, []float64{top, top, top - 1}, nil)
		threshold, err := r.ThresholdAtFPR(.4)
		if err != nil || !(threshold > top) || !(float32(threshold) > float32(top)) {
			t.Errorf("threshold %v, %v, want one above %v", threshold, err, top)
		}
		if tpr, err := r.TPRAtFPR(.4); err != nil || tpr != 0 {
			t.Errorf("TPR %v, %v, want 0", tpr, err)
		}
	}
}

func TestOneClass(t *testing.T) {
	scores := []float64{.2, .8}
	positives := ranking(t, []bool{true, true}, scores, nil)
	negatives := ranking(t, []bool{false, false}, scores, nil)
	if v, err := positives.ThresholdAtFPR(.5); !errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(v) {
		t.Errorf("threshold without negatives: %v, %v", v, err)
	}
	if v, err := positives.TPRAtFPR(.5); !errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(v) {
		t.Errorf("TPR without negatives: %v, %v", v, err)
	}
	if v, err := negatives.TPRAtFPR(.5); !errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(v) {
		t.Errorf("TPR without positives: %v, %v", v, err)
	}
	if v, err := negatives.ThresholdAtFPR(.5); err != nil || v != .8 {
		t.Errorf("threshold without positives: %v, %v, want .8", v, err)
	}
	if v := negatives.At(.5).TPR(); !math.IsNaN(v) {
		t.Errorf("TPR without positives: %v, want NaN", v)
	}
	if v := negatives.At(.9).Precision(); !math.IsNaN(v) {
		t.Errorf("precision of nothing: %v, want NaN", v)
	}
}

// Published example: 90 % TPR at FPR 1e-4, one DGA name in 10,000.
func TestPrecisionAtBaseRate(t *testing.T) {
	p := metrics.OperatingPoint{TruePositives: 9, FalseNegatives: 1, FalsePositives: 1, TrueNegatives: 9999}
	if got := p.PrecisionAt(1e-4); math.Abs(got-.4737) > 1e-4 {
		t.Errorf("precision %v, want .4737", got)
	}
	if got := p.Precision(); got != .9 {
		t.Errorf("precision %v, want .9", got)
	}
}

func TestThresholdAboveAllOfLargeScores(t *testing.T) {
	roc := ranking(t, []bool{true, false}, []float64{1e300, -1e300}, nil).ROC(false)
	if !(roc.Thresholds[0] > 1e300) {
		t.Errorf("first threshold %v is not above all scores", roc.Thresholds[0])
	}
}

func TestZeroWeightsAreLeftOut(t *testing.T) {
	with := ranking(t, []bool{true, false, true}, []float64{.9, .5, .1}, []float64{2, 3, 0}).ROC(false)
	without := ranking(t, []bool{true, false}, []float64{.9, .5}, []float64{2, 3}).ROC(false)
	if diff := cmp.Diff(without, with); diff != "" {
		t.Error(diff)
	}
}

func TestAUCErrors(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want error
	}{
		{[]float64{0}, []float64{0}, metrics.ErrLength},
		{[]float64{0, 1}, []float64{0}, metrics.ErrLength},
		{[]float64{0, 1, .5}, []float64{0, 0, 0}, metrics.ErrValue},
	} {
		if area, err := metrics.AUC(c.x, c.y); !errors.Is(err, c.want) || !math.IsNaN(area) {
			t.Errorf("area of %v: %v, error %v, want %v", c.x, area, err, c.want)
		}
	}
}

func TestMultiClassWithoutRowsOfAClass(t *testing.T) {
	yTrue := []int{0, 0, 1, 1}
	scores := []float64{.6, .3, .1, .5, .4, .1, .2, .7, .1, .4, .5, .1}
	for _, scheme := range []metrics.Scheme{metrics.OVR, metrics.OVO} {
		for _, averaging := range []metrics.Averaging{metrics.Macro, metrics.Weighted} {
			got, err := metrics.MultiClassROCAUC(yTrue, scores, 3, scheme, averaging)
			if scheme == metrics.OVR && averaging == metrics.Macro {
				if !errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(got) {
					t.Errorf("OVR macro: %v, %v, want NaN and ErrOneClass", got, err)
				}
			} else if err != nil || got != 1 {
				t.Errorf("scheme %d, averaging %d: %v, %v, want 1", scheme, averaging, got, err)
			}
		}
	}
	for _, scheme := range []metrics.Scheme{metrics.OVR, metrics.OVO} {
		got, err := metrics.MultiClassROCAUC([]int{1}, []float64{0, 1}, 2, scheme, metrics.Weighted)
		if !errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(got) {
			t.Errorf("one class: %v, %v", got, err)
		}
	}
	mustPanic(t, "metrics: unknown scheme", func() { _, _ = metrics.MultiClassROCAUC(yTrue, scores, 3, 9, metrics.Macro) })
	mustPanic(t, "metrics: unknown averaging", func() { _, _ = metrics.MultiClassROCAUC(yTrue, scores, 3, metrics.OVR, 9) })
}
