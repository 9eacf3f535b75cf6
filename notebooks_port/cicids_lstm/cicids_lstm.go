// Package cicids_lstm is the port of the notebook "Tying it all together", which searches Splunk for flows of CICIDS2017,
// scrubs the results, and trains Embedding → LSTM → Dense on them under TensorBoard's eyes. PORT.md leads from its cells to
// the code.
//
// It takes flows as package netflow reads them, the search's results and the notebook's cache of them among others. Of a
// record it takes what is known by name; whatever else the search engine adds is left alone.
package cicids_lstm

import (
	_ "embed"
	"io"

	"threatnet/datasets/synth"
	"threatnet/models/flowlstm"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// corrected is what the port recommends, parity what the notebook does.
//
//go:embed recipe.yaml
var corrected []byte

//go:embed recipe_parity.yaml
var parity []byte

// Job is the notebook's training on labelled flows (Data) and benign ones (Benign).
func Job(mode string, sources pipeline.Sources) (pipeline.Job, error) {
	s, err := train.DefaultSettings(flowlstm.Kind, mode)
	if err != nil {
		return pipeline.Job{}, err
	}
	recipe := corrected
	if mode == train.Parity {
		recipe = parity
	}
	if err := train.ParseRecipe(recipe, "recipe", flowlstm.Kind, &s); err != nil {
		return pipeline.Job{}, err
	}
	return pipeline.Job{Kind: flowlstm.Kind, Settings: s, Sources: sources}, nil
}

// corpusFlows is how many flows the synthetic corpus has, a fifth of them attacks.
const corpusFlows = 5000

// Corpus writes synthetic flows, labelled.
func Corpus(w io.Writer, seed uint64) error {
	return synth.Write(w, synth.KindFlows, seed, corpusFlows)
}
