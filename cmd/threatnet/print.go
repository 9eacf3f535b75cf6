package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"threatnet/train"
	"threatnet/train/evaluate"
	"threatnet/train/metrics"
	"threatnet/train/pipeline"
)

// printSettings logs the final settings on one line, in the form of a recipe.
func printSettings(e *env, kind string, s *train.Settings) {
	text, err := yaml.MarshalWithOptions(s, yaml.Flow(true))
	if err == nil {
		e.logf("%s with %s", kind, strings.TrimSpace(string(text)))
	}
}

// evaluation is the JSON document of train and evaluate.
type evaluation struct {
	Tested  string           `json:"tested,omitempty"`
	Report  *metrics.Report  `json:"report"`
	Figures evaluate.Figures `json:"figures"`
}

// printTraining prints the test report, the last one on stdout, and the figures.
func printTraining(e *env, res *pipeline.Result, asJSON bool) error {
	if res.Tested != "test" {
		e.logf("no test split: the report is of the training rows")
	}
	return printEvaluation(e, res.Test, res.Threshold, res.Tested, asJSON, res.HeldOutFigures()...)
}

func printEvaluation(e *env, r *evaluate.Result, threshold float64, tested string, asJSON bool, more ...evaluate.Figure) error {
	report, err := r.Report()
	if err != nil {
		return err
	}
	figures, err := r.Figures(threshold)
	if err != nil {
		return err
	}
	figures = append(figures, more...)
	if asJSON {
		return e.json(evaluation{tested, report, figures})
	}
	_, err = fmt.Fprintf(e.out, "%s\n%s", report, figures)
	return err
}

// json prints one document.
func (e *env) json(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
