package metrics

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Ranking is the rows of a binary problem in falling order of score, those of equal score taken together. Everything that
// depends on a threshold is read off it: one sort serves all of a model's curves.
type Ranking struct {
	thresholds []float64 // the different scores, falling
	tps, fps   []float64 // positives and negatives (by weight) with at least that score
}

// NewRanking sorts the rows. Scores may be any finite numbers, higher meaning more positive: probabilities, logits,
// distances. Rows of weight 0 are left out, their scores too.
func NewRanking(positive []bool, scores, weights []float64) (*Ranking, error) {
	if err := checkRows(len(positive), len(scores), weights); err != nil {
		return nil, err
	}
	type ranked struct {
		score float64
		row   int
	}
	rows := make([]ranked, 0, len(scores))
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("%w: score %v of row %d", ErrValue, s, i)
		}
		if weightOf(weights, i) > 0 {
			rows = append(rows, ranked{s, i})
		}
	}
	// The row breaks ties so that weights are always added up in the same order.
	slices.SortFunc(rows, func(a, b ranked) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.row - b.row
	})
	r := &Ranking{}
	var tp, fp float64
	for i, at := range rows {
		if w := weightOf(weights, at.row); positive[at.row] {
			tp += w
		} else {
			fp += w
		}
		if i+1 == len(rows) || rows[i+1].score != at.score {
			r.thresholds = append(r.thresholds, at.score)
			r.tps = append(r.tps, tp)
			r.fps = append(r.fps, fp)
		}
	}
	return r, nil
}

// Positives is the number (or weight) of positive rows.
func (r *Ranking) Positives() float64 { return r.tps[len(r.tps)-1] }

// Negatives is the number (or weight) of negative rows.
func (r *Ranking) Negatives() float64 { return r.fps[len(r.fps)-1] }

// At counts the verdicts at a threshold: rows with score >= threshold are called positive.
func (r *Ranking) At(threshold float64) OperatingPoint {
	n := sort.Search(len(r.thresholds), func(i int) bool { return !(r.thresholds[i] >= threshold) })
	return r.point(n, threshold)
}

// point is the operating point that calls the n highest scores positive.
func (r *Ranking) point(n int, threshold float64) OperatingPoint {
	p := OperatingPoint{Threshold: threshold}
	if n > 0 {
		p.TruePositives, p.FalsePositives = r.tps[n-1], r.fps[n-1]
	}
	p.FalseNegatives = r.Positives() - p.TruePositives
	p.TrueNegatives = r.Negatives() - p.FalsePositives
	return p
}

// nothing is a threshold no row reaches: the highest score plus 1, or the next number where 1 is too small to count.
func (r *Ranking) nothing() float64 {
	top := r.thresholds[0]
	return math.Max(top+1, math.Nextafter(top, math.Inf(1)))
}
