// Package evaluate measures a model on labelled examples. It takes what the network says of each example, and gives the
// classification report of the classes and the figures of the verdicts, malicious against benign.
package evaluate

import (
	"errors"

	"threatnet/models"
	"threatnet/train/metrics"
)

// chunk is how many examples are scored at a time.
const chunk = 16384

// Result holds the outcome for each example.
type Result struct {
	Classes     []string
	Benign      int
	True        []int
	Predicted   []int     // arg max of the outputs; of one output, .5
	Probability []float64 // of being malicious
	LogLoss     float64   // mean −ln of the true class' probability
	Top3        float64   // share of the examples whose class is among the three most probable; NaN for two classes
}

// Run scores the examples on up to workers goroutines. No examples are an error.
func Run(m models.Model, e models.Examples, workers int) (*Result, error) {
	if e.Len() == 0 {
		return nil, errors.New("no rows to evaluate")
	}
	r := &Result{Classes: m.Classes(), Benign: m.Benign()}
	s := models.NewScorer(m, 0)
	k := len(r.Classes)
	if m.Network().Output() == 1 {
		k = 1
	}
	var logLoss, top float64
	for lo := 0; lo < e.Len(); lo += chunk {
		n := min(chunk, e.Len()-lo)
		out := s.Outputs(n, func(i int, tokens []int32, values []float32) { e.Encode(lo+i, tokens, values) }, workers)
		classes := make([]int, n)
		for i := range n {
			row := out[i*k:][:k]
			classes[i] = int(e.Class(lo + i))
			r.True = append(r.True, classes[i])
			r.Predicted = append(r.Predicted, models.Class(row))
			r.Probability = append(r.Probability, models.MaliciousProbability(row, r.Benign))
		}
		l, t, err := ofChunk(classes, out, k)
		if err != nil {
			return nil, err
		}
		logLoss += l * float64(n)
		top += t * float64(n)
	}
	r.LogLoss, r.Top3 = logLoss/float64(e.Len()), top/float64(e.Len())
	return r, nil
}

// ofChunk returns the mean log loss and the share of the right class among the first three.
func ofChunk(classes []int, out []float32, k int) (logLoss, top float64, err error) {
	p := make([]float64, len(out))
	for i, v := range out {
		p[i] = min(float64(v), 1)
	}
	if k == 1 {
		logLoss, err = metrics.BinaryLogLoss(metrics.OneVsRest(classes, 1), p, nil)
		return logLoss, 1, err
	}
	if logLoss, err = metrics.LogLoss(classes, p, k, nil); err != nil {
		return 0, 0, err
	}
	top, err = metrics.TopKAccuracy(classes, p, k, 3, nil)
	return logLoss, top, err
}

// Report is the classification report of all classes.
func (r *Result) Report() (*metrics.Report, error) {
	return metrics.NewClassReport(r.Classes, r.True, r.Predicted)
}

// Confusion counts the pairs of true and predicted class.
func (r *Result) Confusion() (*metrics.Confusion, error) {
	labels := make([]int, len(r.Classes))
	for i := range labels {
		labels[i] = i
	}
	return metrics.NewConfusion(r.True, r.Predicted, labels, nil)
}

// malicious marks the examples that are not benign.
func (r *Result) malicious() []bool {
	out := make([]bool, len(r.True))
	for i, c := range r.True {
		out[i] = c != r.Benign
	}
	return out
}

// Ranking orders the examples by their probability of being malicious.
func (r *Result) Ranking() (*metrics.Ranking, error) {
	return metrics.NewRanking(r.malicious(), r.Probability, nil)
}

// Threshold is the verdict threshold that these examples, a validation split, call for: the larger of .5 and the smallest
// one whose false-positive rate is at most target. Without benign examples it is .5.
func (r *Result) Threshold(target float64) (float64, error) {
	rank, err := r.Ranking()
	if err != nil {
		return 0, err
	}
	t, err := rank.ThresholdAtFPR(target)
	if errors.Is(err, metrics.ErrOneClass) {
		return DefaultThreshold, nil
	}
	return max(DefaultThreshold, t), err
}

// DefaultThreshold is the threshold where no validation examples call for a higher one.
const DefaultThreshold = 0.5
