// Package exfiltration is the port of Splunk's notebook "Detect DNS Exfiltration using Deep Learning" and of the search that
// its model is deployed in. The notebook's stages are functions here: Stage, Init, Fit, Apply, Save, Load and Summary; the
// search is Detect. PORT.md leads from the cells to the code.
//
// The model is a perceptron over DNS queries (package exfilmlp). It takes queries with client, name and rank, and refuses
// checkpoints of other models.
package exfiltration

import (
	_ "embed"
	"io"

	"threatnet/datasets/synth"
	"threatnet/models/exfilmlp"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// corrected is what the port recommends, parity the same on what the notebook computes.
//
//go:embed recipe.yaml
var corrected []byte

//go:embed recipe_parity.yaml
var parity []byte

// Job is the training that the notebook left out, on labelled queries (Data) and benign ones (Benign).
func Job(mode string, sources pipeline.Sources) (pipeline.Job, error) {
	s, err := train.DefaultSettings(exfilmlp.Kind, mode)
	if err != nil {
		return pipeline.Job{}, err
	}
	recipe := corrected
	if mode == train.Parity {
		recipe = parity
	}
	if err := train.ParseRecipe(recipe, "recipe", exfilmlp.Kind, &s); err != nil {
		return pipeline.Job{}, err
	}
	return pipeline.Job{Kind: exfilmlp.Kind, Settings: s, Sources: sources}, nil
}

// corpusEvents is how many queries the synthetic stream has.
const corpusEvents = 20_000

// Corpus writes a synthetic stream of labelled queries: clients that visit sites, and tunnels.
func Corpus(w io.Writer, seed uint64) error {
	return synth.Write(w, synth.KindQueries, seed, corpusEvents)
}
