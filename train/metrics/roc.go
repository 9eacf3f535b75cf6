package metrics

import (
	"fmt"
	"math"
)

// ROC is the receiver operating characteristic. At Thresholds[i], falling, FPR[i] of the negatives and TPR[i] of the
// positives have a score >= the threshold. The first point is (0, 0), at a threshold above all scores, the last (1, 1).
type ROC struct {
	FPR, TPR, Thresholds []float64
}

// ROC returns the curve with a point for every different score. With dropIntermediate, points in the middle of three with
// equal steps are left out, which changes neither the curve nor the area under it. A rate of a class without rows is NaN
// throughout.
//
// The first threshold is the highest score plus 1, as in scikit-learn up to 1.2, whose successors give infinity.
func (r *Ranking) ROC(dropIntermediate bool) ROC {
	n := len(r.thresholds)
	roc := ROC{FPR: make([]float64, 1, n+1), TPR: make([]float64, 1, n+1), Thresholds: make([]float64, 1, n+1)}
	roc.Thresholds[0] = r.nothing()
	corner := func(x []float64, i int) bool { return (x[i+1]-x[i])-(x[i]-x[i-1]) != 0 }
	for i, threshold := range r.thresholds {
		if dropIntermediate && i > 0 && i < n-1 && !corner(r.fps, i) && !corner(r.tps, i) {
			continue
		}
		roc.FPR = append(roc.FPR, r.fps[i])
		roc.TPR = append(roc.TPR, r.tps[i])
		roc.Thresholds = append(roc.Thresholds, threshold)
	}
	// 0/0 is the NaN of a class without rows.
	for i := range roc.FPR {
		roc.FPR[i] /= r.Negatives()
		roc.TPR[i] /= r.Positives()
	}
	return roc
}

// AUC is the area under the ROC curve: the probability that a positive row scores higher than a negative one, ties
// counting one half. With one class only it is NaN and ErrOneClass.
func (r *Ranking) AUC() (float64, error) {
	if r.Positives() == 0 || r.Negatives() == 0 {
		return math.NaN(), fmt.Errorf("%w: the area under the ROC curve is not defined", ErrOneClass)
	}
	roc := r.ROC(true)
	return AUC(roc.FPR, roc.TPR)
}

// ROCAUC is the AUC of a ranking, for callers who need nothing else of it.
func ROCAUC(positive []bool, scores, weights []float64) (float64, error) {
	r, err := NewRanking(positive, scores, weights)
	if err != nil {
		return math.NaN(), err
	}
	return r.AUC()
}

// AUC is the area under the points (x, y) by the trapezoidal rule. x must nowhere turn back: it rises or falls throughout,
// repeated values allowed, otherwise it is ErrValue. Fewer than two points are ErrLength. A NaN in either makes the area
// NaN.
func AUC(x, y []float64) (float64, error) {
	if len(x) != len(y) || len(x) < 2 {
		return math.NaN(), fmt.Errorf("%w: an area needs two points or more, not %d and %d numbers", ErrLength, len(x), len(y))
	}
	areas := make([]float64, len(x)-1)
	rises, falls := false, false
	for i := range areas {
		dx := x[i+1] - x[i]
		rises = rises || dx > 0
		falls = falls || dx < 0
		areas[i] = dx * (y[i+1] + y[i]) / 2
	}
	if rises && falls {
		return math.NaN(), fmt.Errorf("%w: x neither rises nor falls throughout", ErrValue)
	}
	if falls {
		return -sum(areas), nil
	}
	return sum(areas), nil
}
