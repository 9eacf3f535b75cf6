// Package devo_dga is the port of Devo's tutorial "DGA domain classifier (Keras-ONNX)": a perceptron on three features of a
// domain name. PORT.md leads from its steps to the code.
package devo_dga

import (
	_ "embed"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/dgamlp"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// corrected is what the port recommends, parity what the tutorial does.
//
//go:embed recipe.yaml
var corrected []byte

//go:embed recipe_parity.yaml
var parity []byte

// Job is the tutorial's training on names of both classes.
func Job(mode string, sources pipeline.Sources) (pipeline.Job, error) {
	s, err := train.DefaultSettings(dgamlp.Kind, mode)
	if err != nil {
		return pipeline.Job{}, err
	}
	recipe := corrected
	if mode == train.Parity {
		recipe = parity
	}
	if err := train.ParseRecipe(recipe, "recipe", dgamlp.Kind, &s); err != nil {
		return pipeline.Job{}, err
	}
	return pipeline.Job{Kind: dgamlp.Kind, Settings: s, Sources: sources}, nil
}

// Row is a row of the tutorial's query. Its res is the network's output 0, which is that of legit names: above .5 a name is
// not malicious. Legit and Malicious are the two outputs by their names.
type Row struct {
	Domain          string  `json:"domain"`
	Length          float64 `json:"length"`
	Entropy         float64 `json:"entropy"`
	VowelProportion float64 `json:"vowel_proportion"`
	Res             float64 `json:"res"`
	IsMalicious     string  `json:"isMalicious"` // "false" where res > .5, else "true"
	Legit           float64 `json:"legit"`
	Malicious       float64 `json:"malicious"`
}

// Query is the tutorial's query over names as they stand in a table: each gets the form of the names that the model was
// trained on. Names that are none are answered as they are.
func Query(m *dgamlp.Model, domains []string) []Row {
	names := make([]string, len(domains))
	for i, d := range domains {
		names[i] = d
		if name, err := datasets.Normalize(d); err == nil {
			names[i] = models.InForm(m, name)
		}
	}
	out := models.NewScorer(m, 0.5).Outputs(len(names), func(i int, tokens []int32, values []float32) { m.Encode(names[i], tokens, values) }, 1)
	rows := make([]Row, len(domains))
	for i, d := range domains {
		length, entropy, vowels := dgamlp.Measure(names[i])
		legit, malicious := float64(out[2*i]), float64(out[2*i+1])
		rows[i] = Row{d, length, entropy, vowels, legit, "true", legit, malicious}
		if legit > 0.5 {
			rows[i].IsMalicious = "false"
		}
	}
	return rows
}
