package dnslog

import (
	"encoding/json"
	"fmt"
)

// StagedOptions gives the options for reading NAME.csv of the pair that Splunk's DSDL leaves for development
// (mode=stage): the CSV of the rows, and NAME.json with the settings of the search. The target variable becomes the column
// with the label, unless the options name one or there is none.
func StagedOptions(jsonText []byte, opt Options) (Options, error) {
	var settings struct {
		TargetVariables []string `json:"target_variables"`
		Options         struct {
			TargetVariable []string `json:"target_variable"`
		} `json:"options"`
	}
	if err := json.Unmarshal(jsonText, &settings); err != nil {
		return opt, fmt.Errorf("staged settings: %w", err)
	}
	targets := settings.TargetVariables
	if len(targets) == 0 {
		targets = settings.Options.TargetVariable
	}
	if len(targets) > 1 {
		return opt, fmt.Errorf("staged settings: %d target variables; one is the label", len(targets))
	}
	if len(targets) == 1 && opt.Label == "" {
		opt.Label = targets[0]
	}
	return opt, nil
}
