// Package endgame_lstm is the port of the notebook "Multiclass LSTM classification model - on DGA non-high feed", which
// rebuilds the classifier of Woodbridge, Anderson, Ahuja and Grant, "Predicting Domain Generation Algorithms with Long
// Short-Term Memory Networks" (arXiv 1611.00791). PORT.md leads from its cells to the code.
package endgame_lstm

import (
	_ "embed"
	"io"

	"threatnet/datasets/synth"
	"threatnet/models/dgalstm"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// corrected is what the port recommends, parity what the notebook does.
//
//go:embed recipe.yaml
var corrected []byte

//go:embed recipe_parity.yaml
var parity []byte

// Job is the notebook's training on DGA feeds (Data) and popular names (Benign).
func Job(mode string, sources pipeline.Sources) (pipeline.Job, error) {
	s, err := train.DefaultSettings(dgalstm.Kind, mode)
	if err != nil {
		return pipeline.Job{}, err
	}
	recipe := corrected
	if mode == train.Parity {
		recipe = parity
	}
	if err := train.ParseRecipe(recipe, "recipe", dgalstm.Kind, &s); err != nil {
		return pipeline.Job{}, err
	}
	return pipeline.Job{Kind: dgalstm.Kind, Settings: s, Sources: sources}, nil
}

// corpusNames is how many names of each family the synthetic corpus has.
const corpusNames = 500

// Corpus writes the embedded synthetic corpus: names of DGA families, and popular ones.
func Corpus(w io.Writer, seed uint64) error {
	return synth.Write(w, synth.KindCorpus, seed, corpusNames)
}
