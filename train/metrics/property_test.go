package metrics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/train/metrics"
)

// binaryRows draws rows of both classes whose scores have many ties.
func binaryRows(t *rapid.T) (positive []bool, scores []float64) {
	n := rapid.IntRange(2, 60).Draw(t, "rows")
	positive = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "positive")
	positive[0], positive[1] = true, false
	for _, s := range rapid.SliceOfN(rapid.IntRange(0, 15), n, n).Draw(t, "scores") {
		scores = append(scores, float64(s)/16)
	}
	return positive, scores
}

func labelRows(t *rapid.T, classes int) (yTrue, yPred []int) {
	n := rapid.IntRange(1, 80).Draw(t, "rows")
	label := rapid.IntRange(0, classes-1)
	return rapid.SliceOfN(label, n, n).Draw(t, "true"), rapid.SliceOfN(label, n, n).Draw(t, "predicted")
}

func TestAUCCountsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := binaryRows(t)
		var won, pairs float64
		for i, a := range scores {
			for j, b := range scores {
				if !positive[i] || positive[j] {
					continue
				}
				pairs++
				if a > b {
					won++
				} else if a == b {
					won += 0.5
				}
			}
		}
		r, err := metrics.NewRanking(positive, scores, nil)
		if err != nil {
			t.Fatal(err)
		}
		if area, err := r.AUC(); err != nil || !near(area, won/pairs) {
			t.Fatalf("area %v, %v, want %v", area, err, won/pairs)
		}
		all := r.ROC(false)
		if area, err := metrics.AUC(all.FPR, all.TPR); err != nil || !near(area, won/pairs) {
			t.Fatalf("area with all points %v, %v, want %v", area, err, won/pairs)
		}
	})
}

func TestROCRunsFromCornerToCorner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := binaryRows(t)
		r, err := metrics.NewRanking(positive, scores, nil)
		if err != nil {
			t.Fatal(err)
		}
		roc := r.ROC(rapid.Bool().Draw(t, "drop"))
		last := len(roc.FPR) - 1
		if roc.FPR[0] != 0 || roc.TPR[0] != 0 || roc.FPR[last] != 1 || roc.TPR[last] != 1 {
			t.Fatalf("from (%v, %v) to (%v, %v)", roc.FPR[0], roc.TPR[0], roc.FPR[last], roc.TPR[last])
		}
		if !slices.IsSorted(roc.FPR) || !slices.IsSorted(roc.TPR) {
			t.Fatal("a rate falls")
		}
		for i, threshold := range roc.Thresholds {
			if p := r.At(threshold); p.FPR() != roc.FPR[i] || p.TPR() != roc.TPR[i] {
				t.Fatalf("point %d is (%v, %v), at its threshold it is (%v, %v)", i, roc.FPR[i], roc.TPR[i], p.FPR(), p.TPR())
			}
		}
	})
}

func TestThresholdAtFPRIsTheSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := binaryRows(t)
		target := rapid.Float64Range(0, 1).Draw(t, "target")
		rates := func(threshold float64) (fpr, tpr float64) {
			var fp, negatives, tp, positives float64
			for i, s := range scores {
				verdict := 0.0
				if s >= threshold {
					verdict = 1
				}
				if positive[i] {
					tp += verdict
					positives++
				} else {
					fp += verdict
					negatives++
				}
			}
			return fp / negatives, tp / positives
		}
		r, err := metrics.NewRanking(positive, scores, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.ThresholdAtFPR(target)
		if err != nil {
			t.Fatal(err)
		}
		fpr, best := rates(got)
		if fpr > target {
			t.Fatalf("false-positive rate %v at %v exceeds %v", fpr, got, target)
		}
		for _, s := range scores {
			fpr, tpr := rates(s)
			if fpr <= target && (s < got || tpr > best) {
				t.Fatalf("threshold %v has rates %v, %v; chosen was %v with TPR %v", s, fpr, tpr, got, best)
			}
		}
		if tpr, err := r.TPRAtFPR(target); err != nil || tpr != best {
			t.Fatalf("TPR %v, %v, want %v", tpr, err, best)
		}
	})
}

// A weight of k is the same as k rows.
func TestWeightsRepeatRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := binaryRows(t)
		var weights []float64
		var manyPositive []bool
		var manyScores []float64
		for i, k := range rapid.SliceOfN(rapid.IntRange(1, 4), len(scores), len(scores)).Draw(t, "weights") {
			weights = append(weights, float64(k))
			manyPositive = append(manyPositive, slices.Repeat(positive[i:i+1], k)...)
			manyScores = append(manyScores, slices.Repeat(scores[i:i+1], k)...)
		}
		weighted, err := metrics.NewRanking(positive, scores, weights)
		if err != nil {
			t.Fatal(err)
		}
		repeated, err := metrics.NewRanking(manyPositive, manyScores, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(repeated.ROC(true), weighted.ROC(true)); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(repeated.PrecisionRecall(), weighted.PrecisionRecall()); diff != "" {
			t.Fatal(diff)
		}
		if a, b := repeated.AveragePrecision(), weighted.AveragePrecision(); a != b {
			t.Fatalf("average precision %v and %v", a, b)
		}
		for name, measure := range map[string]func([]bool, []float64, []float64) (float64, error){
			"ROC AUC": metrics.ROCAUC, "log loss": metrics.BinaryLogLoss, "Brier": metrics.Brier,
		} {
			a, err := measure(positive, scores, weights)
			if err != nil {
				t.Fatal(err)
			}
			b, err := measure(manyPositive, manyScores, nil)
			if err != nil || !near(a, b) {
				t.Fatalf("%s %v and %v, %v", name, a, b, err)
			}
		}
	})
}

// The order of rows is of no account.
func TestOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		yTrue, yPred := labelRows(t, 9)
		rows := make([]int, len(yTrue))
		for i := range rows {
			rows[i] = i
		}
		var otherTrue, otherPred []int
		for _, i := range rapid.Permutation(rows).Draw(t, "order") {
			otherTrue, otherPred = append(otherTrue, yTrue[i]), append(otherPred, yPred[i])
		}
		a, err := metrics.NewReport(yTrue, yPred, metrics.ReportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := metrics.NewReport(otherTrue, otherPred, metrics.ReportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Text(17) != b.Text(17) {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}

func TestReportAgreesWithConfusion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		yTrue, yPred := labelRows(t, 12)
		report, err := metrics.NewReport(yTrue, yPred, metrics.ReportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		confusion, err := metrics.NewConfusion(yTrue, yPred, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		recalls, precisions := confusion.Normalize(metrics.ByTrue), confusion.Normalize(metrics.ByPredicted)
		confused := 0.0
		for _, pair := range confusion.MostConfused(-1) {
			confused += pair.Count
		}
		if confused+confusion.Correct() != float64(len(yTrue)) {
			t.Fatalf("%v confused and %v correct of %d", confused, confusion.Correct(), len(yTrue))
		}
		for i, row := range report.Rows {
			support := 0.0
			for _, v := range confusion.Counts[i] {
				support += v
			}
			if row.Support != support || row.Recall != recalls[i][i] || row.Precision != precisions[i][i] {
				t.Fatalf("row %+v, recall %v, precision %v", row, recalls[i][i], precisions[i][i])
			}
			if row.F1 < min(row.Precision, row.Recall)-1e-15 || row.F1 > max(row.Precision, row.Recall)+1e-15 {
				t.Fatalf("F1 %v is not between %v and %v", row.F1, row.Precision, row.Recall)
			}
		}
		accuracy, err := metrics.Accuracy(yTrue, yPred, nil)
		if err != nil || accuracy != report.Accuracy || accuracy != report.Micro.Precision || !near(accuracy, report.Micro.F1) {
			t.Fatalf("accuracy %v, %v, report %v, micro %+v", accuracy, err, report.Accuracy, report.Micro)
		}
	})
}

// The two forms of F1 differ in rounding alone.
func TestF1Forms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		yTrue, yPred := labelRows(t, 5)
		zero := rapid.SampledFrom([]float64{0, 1, math.NaN()}).Draw(t, "zero division")
		var reports [2]*metrics.Report
		for i := range reports {
			var err error
			opts := metrics.ReportOptions{Labels: []int{0, 1, 2, 3, 4, 5}, ZeroDivision: zero, F1FromCounts: i == 1}
			if reports[i], err = metrics.NewReport(yTrue, yPred, opts); err != nil {
				t.Fatal(err)
			}
		}
		a, b := reports[0], reports[1]
		if !near(a.Macro.F1, b.Macro.F1) || !near(a.Weighted.F1, b.Weighted.F1) || !near(a.Micro.F1, b.Micro.F1) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func TestEncodeKeepsOrderAndNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		yTrue := rapid.SliceOf(rapid.StringN(0, 2, -1)).Draw(t, "true")
		yPred := rapid.SliceOf(rapid.StringN(0, 2, -1)).Draw(t, "predicted")
		indexTrue, indexPred, classes := metrics.Encode(yTrue, yPred)
		if !slices.IsSorted(classes) || len(slices.Compact(slices.Clone(classes))) != len(classes) {
			t.Fatalf("classes %q", classes)
		}
		decode := func(index []int) []string {
			labels := make([]string, len(index))
			for i, k := range index {
				labels[i] = classes[k]
			}
			return labels
		}
		if !slices.Equal(decode(indexTrue), yTrue) || !slices.Equal(decode(indexPred), yPred) {
			t.Fatal("the labels changed")
		}
	})
}

// For two classes with scores 1−p and p both schemes are the binary area.
func TestMultiClassOfTwoIsBinary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := binaryRows(t)
		var yTrue []int
		var table []float64
		for i, p := range scores {
			k := 0
			if positive[i] {
				k = 1
			}
			yTrue, table = append(yTrue, k), append(table, 1-p, p)
		}
		want, err := metrics.ROCAUC(positive, scores, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, scheme := range []metrics.Scheme{metrics.OVR, metrics.OVO} {
			got, err := metrics.MultiClassROCAUC(yTrue, table, 2, scheme, metrics.Macro)
			if err != nil || !near(got, want) {
				t.Fatalf("scheme %d: %v, %v, want %v", scheme, got, err, want)
			}
		}
		loss, err := metrics.LogLoss(yTrue, table, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if binary, err := metrics.BinaryLogLoss(positive, scores, nil); err != nil || !near(loss, binary) {
			t.Fatalf("log loss %v, binary %v, %v", loss, binary, err)
		}
	})
}
