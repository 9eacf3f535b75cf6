package exfiltration

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
)

// Apply is the notebook's apply from a source to a CSV: the table as it came, each row once and in its place, and two columns
// after its own (or in place of those of their names): pred_is_dns_data_exfiltration_proba, and
// pred_is_dns_data_exfiltration, which is 1 from .5 on. Both are blank in rows whose rank is not 1. It runs on up to
// workers goroutines and returns the errors of the rows that were left out because they hold no query.
func Apply(ctx context.Context, w io.Writer, weights *checkpoint.File, s *source.Source, workers int) (bad []error, err error) {
	m, err := Init(weights, models.Options{})
	if err != nil {
		return nil, err
	}
	t, err := ReadTable(ctx, s)
	if err != nil {
		return nil, err
	}
	return t.Bad, t.Write(w, m.Model.Apply(t.Queries, workers))
}

// Write writes the table as CSV, with a prediction for each row.
func (t *Table) Write(w io.Writer, predictions []exfilmlp.Prediction) error {
	if len(predictions) != len(t.Rows) {
		panic("exfiltration: not one prediction for each row")
	}
	columns := slices.Clone(t.Columns)
	place := func(name string) int {
		i := slices.Index(columns, name)
		if i < 0 {
			i, columns = len(columns), append(columns, name)
		}
		return i
	}
	probability, prediction := place(exfilmlp.ColumnProbability), place(exfilmlp.ColumnPrediction)
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	record := make([]string, len(columns))
	for i, p := range predictions {
		copy(record, t.Rows[i])
		record[probability], record[prediction] = "", ""
		if p.Scored {
			record[probability], record[prediction] = score(p.Probability), flag(p.Exfiltration)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// score is a probability as the shortest text that gives the same single back.
func score(p float64) string { return strconv.FormatFloat(p, 'g', -1, 32) }

func flag(exfiltration bool) string {
	if exfiltration {
		return "1"
	}
	return "0"
}
