package main

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"

	"threatnet/internal/atomicfile"
	"threatnet/train/evaluate"
	"threatnet/train/metrics"
)

// curve is a model's outcome under its name.
type curve struct {
	model string
	*evaluate.Result
}

// writeROC writes the ROC curves of models as CSV: the corners of each, thresholds falling.
func writeROC(path string, curves ...curve) error {
	rows := [][]string{{"model", "threshold", "fpr", "tpr"}}
	for _, c := range curves {
		if c.Benign < 0 {
			continue
		}
		rank, err := c.Ranking()
		if err != nil {
			return err
		}
		if rank.Positives() == 0 || rank.Negatives() == 0 {
			return errors.New("no ROC curve of rows of one class")
		}
		roc := rank.ROC(true)
		for i := range roc.Thresholds {
			rows = append(rows, append([]string{c.model}, numbers(roc, i)...))
		}
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
}

func numbers(roc metrics.ROC, i int) (cells []string) {
	for _, v := range []float64{roc.Thresholds[i], roc.FPR[i], roc.TPR[i]} {
		cells = append(cells, strconv.FormatFloat(v, 'g', 6, 64))
	}
	return cells
}
