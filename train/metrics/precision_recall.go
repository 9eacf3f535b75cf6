package metrics

import "math"

// PRCurve is the precision-recall curve. At Thresholds[i], rising, Recall[i] of the positives have a score >= the
// threshold, and Precision[i] of the rows with such a score are positive. Precision and Recall end with one point more,
// precision 1 and recall 0, which has no threshold.
type PRCurve struct {
	Precision, Recall, Thresholds []float64
}

// PrecisionRecall returns the curve with a point for every different score. Without positives precision is 0 and recall
// is 1 at every threshold, as in scikit-learn.
func (r *Ranking) PrecisionRecall() PRCurve {
	n := len(r.thresholds)
	c := PRCurve{make([]float64, n+1), make([]float64, n+1), make([]float64, n)}
	for i, threshold := range r.thresholds {
		at := n - 1 - i
		c.Thresholds[at] = threshold
		c.Precision[at] = r.tps[i] / (r.tps[i] + r.fps[i])
		c.Recall[at] = 1
		if r.Positives() > 0 {
			c.Recall[at] = r.tps[i] / r.Positives()
		}
	}
	c.Precision[n] = 1
	return c
}

// AveragePrecision is the area under the precision-recall curve as a step function, Σ (R[i] − R[i+1])·P[i], without
// interpolation; 0 without positives.
func (r *Ranking) AveragePrecision() float64 {
	c := r.PrecisionRecall()
	steps := make([]float64, len(c.Thresholds))
	for i := range steps {
		steps[i] = (c.Recall[i+1] - c.Recall[i]) * c.Precision[i]
	}
	return math.Max(0, -sum(steps))
}
