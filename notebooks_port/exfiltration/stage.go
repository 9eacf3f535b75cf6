package exfiltration

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"threatnet/datasets/dnslog"
	"threatnet/train/pipeline"
)

// Param is what a search tells the stages of itself: NAME.json beside the rows that it staged.
type Param struct {
	Algo   string // the notebook
	Model  string // what the search calls the model; "default" where it does not
	Target string // the column with the label, or ""
}

// Stage is the notebook's stage: it takes the rows NAME.csv and the settings NAME.json that a search with mode=stage left in
// a folder. The rows are a source like any other, whose labels are in the target's column.
func Stage(dir, name string) (pipeline.Sources, Param, error) {
	path := filepath.Join(dir, name+".json")
	text, err := os.ReadFile(path)
	if err != nil {
		return pipeline.Sources{}, Param{}, err
	}
	var settings struct {
		Options struct {
			Params struct {
				Algo string `json:"algo"`
			} `json:"params"`
			Model string `json:"model_name"`
		} `json:"options"`
	}
	rows, err := dnslog.StagedOptions(text, dnslog.Options{})
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		return pipeline.Sources{}, Param{}, fmt.Errorf("%s: %w", path, err)
	}
	p := Param{Algo: unquote(settings.Options.Params.Algo), Model: unquote(settings.Options.Model), Target: rows.Label}
	if p.Model == "" {
		p.Model = "default"
	}
	s := pipeline.Sources{Data: []string{filepath.Join(dir, name+".csv")}}
	s.Options.Label = p.Target
	return s, p, nil
}

// unquote removes the quotes that a search may leave around its parameters.
func unquote(text string) string { return strings.Trim(text, `"`) }
