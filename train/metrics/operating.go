package metrics

import (
	"fmt"
	"math"
	"sort"
)

// OperatingPoint counts the verdicts at one threshold, in rows or their weights.
type OperatingPoint struct {
	Threshold                                                    float64
	TruePositives, FalsePositives, TrueNegatives, FalseNegatives float64
}

// TPR is the true-positive rate, tp / (tp + fn), also called recall or detection rate; NaN without positives.
func (p OperatingPoint) TPR() float64 { return p.TruePositives / (p.TruePositives + p.FalseNegatives) }

// FPR is the false-positive rate, fp / (fp + tn); NaN without negatives.
func (p OperatingPoint) FPR() float64 {
	return p.FalsePositives / (p.FalsePositives + p.TrueNegatives)
}

// Precision is tp / (tp + fp) on these rows; NaN when nothing is called positive.
func (p OperatingPoint) Precision() float64 {
	return p.TruePositives / (p.TruePositives + p.FalsePositives)
}

// PrecisionAt is the precision to expect where a share baseRate of all rows is positive, by Bayes' rule:
//
//	TPR·b / (TPR·b + FPR·(1 − b))
//
// It is NaN when nothing is called positive, or one of the rates is. Axelsson, "The base-rate fallacy and the difficulty
// of intrusion detection", 2000.
func (p OperatingPoint) PrecisionAt(baseRate float64) float64 {
	hits, alarms := p.TPR()*baseRate, p.FPR()*(1-baseRate)
	return hits / (hits + alarms)
}

// AtFPR returns the operating point with the most verdicts whose false-positive rate is at most target: of those allowed
// it has the smallest threshold and the largest TPR. Scores tied with one that is not allowed are not allowed either.
//
// The threshold is a score of these rows. When even the highest is not allowed, nothing may be called positive; the
// threshold is then the next number above it in float32, which no score reaches in float64 either. Without negatives there
// is no false-positive rate: ErrOneClass. A target that is NaN or not in [0, 1] is ErrValue.
func (r *Ranking) AtFPR(target float64) (OperatingPoint, error) {
	if !(target >= 0 && target <= 1) {
		return OperatingPoint{}, fmt.Errorf("%w: target false-positive rate %v is not in [0, 1]", ErrValue, target)
	}
	if r.Negatives() == 0 {
		return OperatingPoint{}, fmt.Errorf("%w: no negatives", ErrOneClass)
	}
	n := sort.Search(len(r.fps), func(i int) bool { return r.fps[i]/r.Negatives() > target })
	if n == 0 {
		return r.point(0, above(r.thresholds[0])), nil
	}
	return r.point(n, r.thresholds[n-1]), nil
}

// ThresholdAtFPR returns the smallest threshold, of the scores of these rows, whose false-positive rate is at most target;
// see AtFPR. No threshold below it gives another verdict on these rows without exceeding the target.
func (r *Ranking) ThresholdAtFPR(target float64) (float64, error) {
	p, err := r.AtFPR(target)
	if err != nil {
		return math.NaN(), err
	}
	return p.Threshold, nil
}

// TPRAtFPR returns the largest true-positive rate at any threshold whose false-positive rate is at most target. It does
// not interpolate between thresholds. With one class only it is NaN and ErrOneClass.
func (r *Ranking) TPRAtFPR(target float64) (float64, error) {
	p, err := r.AtFPR(target)
	if err != nil {
		return math.NaN(), err
	}
	if r.Positives() == 0 {
		return math.NaN(), fmt.Errorf("%w: no positives", ErrOneClass)
	}
	return p.TPR(), nil
}

// above returns a float32 above x, the next after x's own, so that no score up to x reaches it in either precision.
func above(x float64) float64 {
	return float64(math.Nextafter32(float32(x), float32(math.Inf(1))))
}
