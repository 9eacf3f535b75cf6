package metrics

import (
	"fmt"
	"math"
	"strconv"
)

// ReportOptions are the choices of NewReport; the zero value is scikit-learn's default.
type ReportOptions struct {
	Labels  []int     // the classes to report, in order, each once; nil: those seen in yTrue or yPred, sorted
	Names   []string  // their names; nil: the labels as decimals
	Weights []float64 // per row; nil: 1 each

	// ZeroDivision is the value of 0/0: 0, 1 or NaN. Averages leave NaN out.
	ZeroDivision float64

	// F1FromCounts takes F1 as 2·tp / (true + predicted), as scikit-learn does from 1.4 on. The default is
	// 2·p·r / (p + r), as up to 1.3. They agree but for the last bit, which shows where a tie is printed: 29 right
	// of 40 prints as 0.73 by default, and as 0.72 from the counts.
	F1FromCounts bool
}

// Row holds the figures of one class, or an average over the classes.
//
//	Precision = tp / predicted    Recall = tp / true    F1 = 2·Precision·Recall / (Precision + Recall)
//
// Support is the number (or weight) of rows that have the label; in an average, that of all reported classes.
type Row struct {
	Name                           string
	Precision, Recall, F1, Support float64
}

// Report is the classification report: a row per class, and three averages of them.
type Report struct {
	Rows     []Row
	Accuracy float64 // the share of all rows (by weight) whose label was predicted, reported class or not

	Micro    Row // from the counts added up over the classes
	Macro    Row // the mean over the classes, an absent class counting as much as any
	Weighted Row // the mean over the classes weighted by support; the plain mean when there is no support at all

	// MicroIsAccuracy says that the classes include every label seen. Then precision, recall and F1 of Micro are all the
	// accuracy, its name is "accuracy" in place of "micro avg", and one number stands for the three.
	MicroIsAccuracy bool

	floatSupport bool // supports print with a decimal point
}

// NewReport compares the labels yTrue with the predictions yPred, row by row. Rows of classes not in opts.Labels count as
// misses only. A class without rows is reported all the same, with the value of opts.ZeroDivision where it is undefined.
// Different numbers of labels and names are ErrLabel.
//
// It equals scikit-learn's classification_report. In two cases that depend on its version, 1.9 is followed: labels that
// hold all classes seen and others give the line "accuracy" (not "micro avg"), and a weighted average over classes
// without any support is the plain mean.
func NewReport(yTrue, yPred []int, opts ReportOptions) (*Report, error) {
	if err := checkRows(len(yTrue), len(yPred), opts.Weights); err != nil {
		return nil, err
	}
	if z := opts.ZeroDivision; z != 0 && z != 1 && !math.IsNaN(z) {
		return nil, fmt.Errorf("%w: zero division %v is not 0, 1 or NaN", ErrValue, z)
	}
	labels := opts.Labels
	if labels == nil {
		labels = distinct(yTrue, yPred)
	}
	index, err := indexLabels(labels)
	if err != nil {
		return nil, err
	}
	names := opts.Names
	if names == nil {
		for _, label := range labels {
			names = append(names, strconv.Itoa(label))
		}
	}
	if len(names) != len(labels) {
		return nil, fmt.Errorf("%w: number of classes, %d, does not match size of target_names, %d", ErrLabel, len(labels), len(names))
	}
	return newReport(count(yTrue, yPred, opts.Weights, index), names, opts), nil
}

// NewClassReport is NewReport of a classifier whose classes are 0, 1, … in the order of names. All of them are reported,
// those that occur on neither side too; a label that is not the index of a name is ErrLabel.
func NewClassReport(names []string, yTrue, yPred []int) (*Report, error) {
	labels := make([]int, len(names))
	for i := range labels {
		labels[i] = i
	}
	for _, side := range [][]int{yTrue, yPred} {
		for row, label := range side {
			if label < 0 || label >= len(names) {
				return nil, fmt.Errorf("%w: label %d of row %d is not one of %d classes", ErrLabel, label, row, len(names))
			}
		}
	}
	return NewReport(yTrue, yPred, ReportOptions{Labels: labels, Names: names})
}

func newReport(t *tally, names []string, opts ReportOptions) *Report {
	n := len(names)
	r := &Report{
		Rows:            make([]Row, n),
		Accuracy:        t.correct / t.rows,
		MicroIsAccuracy: t.covers,
		// numpy counts in floats once there are weights, and scikit-learn when not one row is right.
		floatSupport: opts.Weights != nil || t.correct == 0,
	}
	p, rec, f1 := make([]float64, n), make([]float64, n), make([]float64, n)
	for k, name := range names {
		row := opts.row(name, t.hits[k], t.predicted[k], t.actual[k])
		p[k], rec[k], f1[k] = row.Precision, row.Recall, row.F1
		r.Rows[k] = row
	}
	support := sum(t.actual)
	r.Micro = opts.row("micro avg", sum(t.hits), sum(t.predicted), support)
	if t.covers {
		r.Micro.Name = "accuracy"
	}
	r.Macro = Row{"macro avg", mean(p), mean(rec), mean(f1), support}
	r.Weighted = Row{"weighted avg", weightedMean(p, t.actual), weightedMean(rec, t.actual), weightedMean(f1, t.actual), support}
	return r
}

// row computes the figures of one class from its counts.
func (o ReportOptions) row(name string, hits, predicted, actual float64) Row {
	r := Row{
		Name:      name,
		Precision: o.divide(hits, predicted),
		Recall:    o.divide(hits, actual),
		Support:   actual,
	}
	switch {
	case predicted+actual == 0:
		r.F1 = o.ZeroDivision
	case hits == 0:
		r.F1 = 0
	case o.F1FromCounts:
		r.F1 = 2 * hits / (actual + predicted)
	default:
		r.F1 = 2 * r.Precision * r.Recall / (r.Precision + r.Recall)
	}
	return r
}

func (o ReportOptions) divide(a, b float64) float64 {
	if b == 0 {
		return o.ZeroDivision
	}
	return a / b
}
