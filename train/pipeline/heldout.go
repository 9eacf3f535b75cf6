package pipeline

import (
	"slices"
	"strings"

	"threatnet/train/evaluate"
)

// Family is how a model judges the records of a family.
type Family struct {
	Name    string
	Records int
	Flagged float64          // the share called malicious at the threshold
	AtFPR   evaluate.Figures // of a family left out: the share above the thresholds of false-positive rates of the test part
}

// byFamily counts what a model that does not tell families apart says of each; of two families the report says it.
func byFamily(r *evaluate.Result, names []string, codes []int32, threshold float64) []Family {
	if len(r.Classes) > 2 {
		return nil
	}
	if fs := shares(names, codes, r.Probability, threshold); len(fs) > 2 {
		return fs
	}
	return nil
}

// shares gives the families that have records.
func shares(names []string, codes []int32, probabilities []float64, threshold float64) (fs []Family) {
	fs = make([]Family, len(names))
	for i, code := range codes {
		f := &fs[code]
		f.Records++
		if probabilities[i] >= threshold {
			f.Flagged++
		}
	}
	for i := range fs {
		fs[i].Name = names[i]
		fs[i].Flagged /= max(1, float64(fs[i].Records))
	}
	return slices.DeleteFunc(fs, func(f Family) bool { return f.Records == 0 })
}

// testHeldOut scores the records of the families that were left out.
func (t *training) testHeldOut(res *Result) error {
	names, codes := t.records.families(heldPart)
	if len(codes) == 0 {
		return nil
	}
	e, err := t.records.examples(t.model, heldPart)
	if err != nil {
		return err
	}
	malicious := probabilities(t.model, e, t.Workers)
	points, err := res.Test.OperatingPoints()
	if err != nil {
		return err
	}
	res.HeldOut = shares(names, codes, malicious, res.Threshold)
	for _, p := range points {
		for i, f := range shares(names, codes, malicious, p.Threshold) {
			h := &res.HeldOut[i]
			h.AtFPR = append(h.AtFPR, evaluate.Figure{Key: "tpr_at_fpr_" + p.Rate, Value: f.Flagged})
		}
	}
	return nil
}

// FamilyFigures are the shares of the families, and of those that were left out, as figures.
func (res *Result) FamilyFigures() evaluate.Figures {
	return append(familyFigures("family_", res.Unit, res.Families), familyFigures("holdout_", res.Unit, res.HeldOut)...)
}

func familyFigures(prefix, unit string, families []Family) (fs evaluate.Figures) {
	for _, f := range families {
		key := prefix + strings.ReplaceAll(f.Name, " ", "_") + "_"
		fs = append(fs, evaluate.Figure{Key: key + unit, Value: float64(f.Records)}, evaluate.Figure{Key: key + "flagged", Value: f.Flagged})
		for _, at := range f.AtFPR {
			fs = append(fs, evaluate.Figure{Key: key + at.Key, Value: at.Value})
		}
	}
	return fs
}
