package pipeline

import (
	"threatnet/models"
	"threatnet/train/evaluate"
)

// HeldOut is how a model judges a family that it has never seen: the share of its records that are called malicious.
type HeldOut struct {
	Family  string
	Records int
	Flagged float64
}

// testHeldOut scores the records of the families that were left out.
func (t *training) testHeldOut(res *Result) error {
	families := t.records.held()
	if len(families) == 0 {
		return nil
	}
	e, err := t.records.examples(t.model, heldPart)
	if err != nil {
		return err
	}
	s := models.NewScorer(t.model, res.Threshold)
	all, flagged := make([]int, len(families)), make([]int, len(families))
	for i, v := range s.Judge(e.Len(), e.Encode, t.Workers) {
		all[e.Class(i)]++
		if v.Verdict == models.Malicious {
			flagged[e.Class(i)]++
		}
	}
	for i, family := range families {
		res.HeldOut = append(res.HeldOut, HeldOut{family, all[i], float64(flagged[i]) / float64(all[i])})
	}
	return nil
}

// HeldOutFigures are the shares as figures.
func (res *Result) HeldOutFigures() (fs evaluate.Figures) {
	for _, h := range res.HeldOut {
		fs = append(fs, evaluate.Figure{Key: "holdout_" + h.Family + "_names", Value: float64(h.Records)}, evaluate.Figure{Key: "holdout_" + h.Family + "_flagged", Value: h.Flagged})
	}
	return fs
}
