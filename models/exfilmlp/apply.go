package exfilmlp

import (
	"slices"

	"threatnet/datasets"
	"threatnet/models"
)

// The columns that the notebook's apply adds to a table.
const (
	ColumnProbability = "pred_is_dns_data_exfiltration_proba"
	ColumnPrediction  = "pred_is_dns_data_exfiltration"
)

// Prediction is what Apply says of a row: nothing where the row is not the newest of its window, and both columns are blank.
type Prediction struct {
	Scored       bool
	Probability  float64
	Exfiltration bool // the probability is .5 or more
}

// Apply judges the rows of a staged table whose Rank is 1, as the notebook's apply does, and returns a prediction for each
// row, in the rows' order. Where the notebook loses that order by shuffling, and multiplies rows whose client, name and
// rank are equal, this does neither. It runs on up to workers goroutines.
//
// All rows count for the windows. A causal window needs the oldest query first: rows are taken by their times, those
// of one time from the last to the first; so are all rows of a table without times, which is taken to be sorted like
// its ranks, newest first.
func (m *Model) Apply(qs []datasets.Query, workers int) []Prediction {
	order := make([]int, 0, len(qs)) // of the rows for the features
	for i := range qs {
		order = append(order, i)
	}
	if m.Set().Causal() {
		slices.Reverse(order)
		slices.SortStableFunc(order, func(a, b int) int { return qs[a].Time.Compare(qs[b].Time) })
	}
	rows := make([]datasets.Query, len(qs))
	for i, at := range order {
		rows[i] = qs[at]
	}
	cols := m.Set().Size()
	features := models.Table{Cols: cols, X: make([]float32, len(qs)*cols)}
	m.Features(rows, features.X)

	var newest []int
	for i := range rows {
		if rows[i].Rank == 1 {
			newest = append(newest, i)
		}
	}
	out := models.NewScorer(m, threshold).Outputs(len(newest), func(i int, _ []int32, values []float32) {
		copy(values, features.Row(newest[i]))
		m.Scale(values)
	}, workers)
	ps := make([]Prediction, len(qs))
	for i, p := range out {
		ps[order[newest[i]]] = Prediction{Scored: true, Probability: float64(p), Exfiltration: p >= threshold}
	}
	return ps
}

// threshold is the notebook's, and the search's.
const threshold = 0.5
