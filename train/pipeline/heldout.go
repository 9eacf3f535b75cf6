package pipeline

import (
	"threatnet/models"
	"threatnet/train/evaluate"
)

// HeldOut is how a model judges a family that it has never seen.
type HeldOut struct {
	Family  string
	Records int
	Flagged float64          // the share called malicious at the threshold
	AtFPR   evaluate.Figures // the share above the thresholds of false-positive rates of the benign records that are tested on
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
	probabilities := make([][]float64, len(families))
	for i, v := range models.NewScorer(t.model, res.Threshold).Judge(e.Len(), e.Encode, t.Workers) {
		probabilities[e.Class(i)] = append(probabilities[e.Class(i)], v.Probability)
	}
	points, err := res.Test.OperatingPoints()
	if err != nil {
		return err
	}
	for i, family := range families {
		h := HeldOut{Family: family, Records: len(probabilities[i]), Flagged: shareFrom(probabilities[i], res.Threshold)}
		for _, p := range points {
			h.AtFPR = append(h.AtFPR, evaluate.Figure{Key: "tpr_at_fpr_" + p.Rate, Value: shareFrom(probabilities[i], p.Threshold)})
		}
		res.HeldOut = append(res.HeldOut, h)
	}
	return nil
}

// shareFrom is the share of the probabilities that reach a threshold.
func shareFrom(ps []float64, threshold float64) float64 {
	n := 0
	for _, p := range ps {
		if p >= threshold {
			n++
		}
	}
	return float64(n) / float64(len(ps))
}

// HeldOutFigures are the shares as figures.
func (res *Result) HeldOutFigures() (fs evaluate.Figures) {
	for _, h := range res.HeldOut {
		key := "holdout_" + h.Family + "_"
		fs = append(fs, evaluate.Figure{Key: key + res.Unit, Value: float64(h.Records)}, evaluate.Figure{Key: key + "flagged", Value: h.Flagged})
		for _, f := range h.AtFPR {
			fs = append(fs, evaluate.Figure{Key: key + f.Key, Value: f.Value})
		}
	}
	return fs
}
