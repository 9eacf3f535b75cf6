package pipeline

import (
	"threatnet/models"
	"threatnet/train/evaluate"
)

// HeldOut is how a model judges a family that it has never seen: the share of its names that are called malicious.
type HeldOut struct {
	Family  string
	Names   int
	Flagged float64
}

// testHeldOut scores the names of the families that were left out, and adds the shares to the figures.
func (r *run) testHeldOut(res *Result) error {
	if r.held == nil {
		return nil
	}
	s := models.NewScorer(r.model, res.Threshold)
	flagged := make([]int, len(r.held.Families()))
	verdicts := s.Judge(r.held.Len(), func(i int, tokens []int32, values []float32) { r.model.Encode(r.held.Name(i), tokens, values) }, r.Workers)
	for i, v := range verdicts {
		if v.Verdict == models.Malicious {
			flagged[r.held.Code(i)]++
		}
	}
	for code, c := range r.held.Counts() {
		res.HeldOut = append(res.HeldOut, HeldOut{c.Family, c.Names, float64(flagged[code]) / float64(c.Names)})
	}
	return nil
}

// HeldOutFigures are the shares as figures.
func (res *Result) HeldOutFigures() (fs evaluate.Figures) {
	for _, h := range res.HeldOut {
		fs = append(fs, evaluate.Figure{Key: "holdout_" + h.Family + "_names", Value: float64(h.Names)}, evaluate.Figure{Key: "holdout_" + h.Family + "_flagged", Value: h.Flagged})
	}
	return fs
}
