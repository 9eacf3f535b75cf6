package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"threatnet/train/metrics"
)

// Figure is a named number.
type Figure struct {
	Key   string
	Value float64
}

// Figures are numbers in the order in which they are printed.
type Figures []Figure

// baseRate is the share of malicious records for which the expected precision is given: one in 10,000.
const baseRate = 1e-4

// Figures measures the rows at the threshold and over all thresholds. Rates come with their 95 % confidence interval.
// Operating points of low false-positive rates appear only where there are enough benign rows to see them: ten false alarms
// at that rate.
func (r *Result) Figures(threshold float64) (Figures, error) {
	report, err := r.Report()
	if err != nil {
		return nil, err
	}
	fs := Figures{{"rows", float64(len(r.True))}, {"accuracy", report.Accuracy}, {"macro_f1", report.Macro.F1}, {"weighted_f1", report.Weighted.F1}, {"log_loss", r.LogLoss}}
	if len(r.Classes) > 3 {
		fs = append(fs, Figure{"top3_accuracy", r.Top3})
	}
	if r.Benign < 0 {
		return fs, nil
	}
	rank, err := r.Ranking()
	if err != nil {
		return nil, err
	}
	at := rank.At(threshold)
	auc, err := rank.AUC()
	if errors.Is(err, metrics.ErrOneClass) { // benign or malicious rows alone
		fs = append(fs, Figure{"threshold", threshold})
		if rank.Positives() > 0 {
			return append(fs, interval("tpr_at_threshold", at.TPR(), rank.Positives())...), nil
		}
		return append(fs, interval("fpr_at_threshold", at.FPR(), rank.Negatives())...), nil
	}
	if err != nil {
		return nil, err
	}
	fs = append(fs, Figure{"auc", auc}, Figure{"average_precision", rank.AveragePrecision()}, Figure{"threshold", threshold})
	fs = append(fs, interval("tpr_at_threshold", at.TPR(), rank.Positives())...)
	fs = append(fs, interval("fpr_at_threshold", at.FPR(), rank.Negatives())...)
	fs = append(fs, Figure{"precision_at_threshold", at.Precision()}, Figure{"precision_at_threshold_if_1_in_10000", at.PrecisionAt(baseRate)})
	points, err := r.OperatingPoints()
	if err != nil {
		return nil, err
	}
	for _, p := range points {
		fs = append(fs, interval("tpr_at_fpr_"+p.Rate, p.TPR, rank.Positives())...)
	}
	return fs, nil
}

// OperatingPoint is a low false-positive rate, and what it allows.
type OperatingPoint struct {
	Rate      string // "0.01"
	Threshold float64
	TPR       float64
}

// OperatingPoints are those of the rates that there are enough benign rows to see: ten false alarms.
func (r *Result) OperatingPoints() (points []OperatingPoint, err error) {
	if r.Benign < 0 {
		return nil, nil
	}
	rank, err := r.Ranking()
	if err != nil {
		return nil, err
	}
	for _, fpr := range []float64{0.01, 0.001, 0.0001} {
		if rank.Negatives() < 10/fpr || rank.Positives() == 0 {
			break
		}
		at, err := rank.AtFPR(fpr)
		if err != nil {
			return nil, err
		}
		points = append(points, OperatingPoint{strconv.FormatFloat(fpr, 'f', -1, 64), at.Threshold, at.TPR()})
	}
	return points, nil
}

// interval is a share of n rows with Wilson's score interval at 95 % (Wilson 1927).
func interval(key string, p, n float64) Figures {
	const z = 1.959963984540054
	if math.IsNaN(p) || n == 0 {
		return Figures{{key, p}}
	}
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Figures{{key, p}, {key + "_low", max(0, mid-half)}, {key + "_high", min(1, mid+half)}}
}

// String gives a line "key value" for each figure, with six digits after the point but for whole numbers.
func (fs Figures) String() string {
	var b strings.Builder
	for _, f := range fs {
		if slices.ContainsFunc([]string{"rows", "_names", "_queries", "_flows"}, func(s string) bool { return strings.HasSuffix(f.Key, s) }) {
			fmt.Fprintf(&b, "%s %.0f\n", f.Key, f.Value)
		} else {
			fmt.Fprintf(&b, "%s %.6f\n", f.Key, f.Value)
		}
	}
	return b.String()
}

// MarshalJSON writes an object in the order of the figures; a NaN is null.
func (fs Figures) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, f := range fs {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(f.Key)
		if err != nil {
			return nil, err
		}
		b = append(append(b, key...), ':')
		if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
			b = append(b, "null"...)
			continue
		}
		v, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		b = append(b, v...)
	}
	return append(b, '}'), nil
}
