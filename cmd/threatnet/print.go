package main

import (
	"encoding/json"
	"fmt"

	"threatnet/train/evaluate"
	"threatnet/train/metrics"
	"threatnet/train/pipeline"
)

// evaluation is the JSON document of train and evaluate.
type evaluation struct {
	Tested   string           `json:"tested,omitempty"`
	Report   *metrics.Report  `json:"report"`
	Figures  evaluate.Figures `json:"figures"`
	Baseline *evaluation      `json:"baseline,omitempty"`
}

func newEvaluation(r *evaluate.Result, threshold float64) (*evaluation, error) {
	report, err := r.Report()
	if err != nil {
		return nil, err
	}
	figures, err := r.Figures(threshold)
	return &evaluation{Report: report, Figures: figures}, err
}

// training is the evaluation of a finished training.
func training(res *pipeline.Result) (*evaluation, error) {
	v, err := newEvaluation(res.Test, res.Threshold)
	if err != nil {
		return nil, err
	}
	v.Tested = res.Tested
	v.Figures = append(v.Figures, res.FamilyFigures()...)
	for _, key := range []string{"loss", "accuracy"} {
		v.Figures = append(v.Figures, evaluate.Figure{Key: "training_" + key, Value: float64(res.Training[key])})
	}
	if res.Baseline != nil {
		v.Baseline, err = training(res.Baseline)
	}
	return v, err
}

// printTraining prints the test report, the last one on stdout, and the figures.
func printTraining(e *env, res *pipeline.Result, asJSON bool) error {
	if res.Tested != "test" {
		e.logf("no test split: the report is of the training rows")
	}
	v, err := training(res)
	if err != nil {
		return err
	}
	return v.print(e, asJSON)
}

// print writes the report and the figures, and those of the baseline after them with its name.
func (v *evaluation) print(e *env, asJSON bool) error {
	if asJSON {
		return e.json(v)
	}
	if _, err := fmt.Fprintf(e.out, "%s\n%s", v.Report, v.Figures); err != nil || v.Baseline == nil {
		return err
	}
	var prefixed evaluate.Figures
	for _, f := range v.Baseline.Figures {
		prefixed = append(prefixed, evaluate.Figure{Key: "baseline_" + f.Key, Value: f.Value})
	}
	_, err := fmt.Fprint(e.out, prefixed)
	return err
}

// json prints one document.
func (e *env) json(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
