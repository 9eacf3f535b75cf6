// Package notebooks_port holds the ports of the source notebooks, one folder each: a recipe that runs, a test, and PORT.md,
// which leads from each cell to the code and lists every deviation.
package notebooks_port

import (
	"context"
	"fmt"
	"io"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
	"threatnet/notebooks_port/cicids_lstm"
	"threatnet/notebooks_port/devo_dga"
	"threatnet/notebooks_port/endgame_lstm"
	"threatnet/notebooks_port/exfiltration"
	"threatnet/train/pipeline"
)

// Port is one notebook as a runnable recipe.
type Port struct {
	Name    string // on the command line: the folder's name with '-' for '_'
	Summary string
	// Job is the training that the notebook describes, in a mode of package train, on the given sources.
	Job func(mode string, sources pipeline.Sources) (pipeline.Job, error)
	// Corpus writes the synthetic records that are trained on where no source is named, as a source that Job takes.
	Corpus func(w io.Writer, seed uint64) error
	// Apply is the notebook's stage of this name, from a table to the table with predictions as CSV; it returns what is
	// wrong with rows that it left out. nil: the notebook has none.
	Apply func(ctx context.Context, w io.Writer, weights *checkpoint.File, table *source.Source, workers int) (bad []error, err error)
	// Detect is the search that the notebook's model is deployed in: it writes what it reports of events as CSV. nil: there
	// is none.
	Detect func(w io.Writer, weights *checkpoint.File, events []datasets.Query, o exfilmlp.DetectOptions) error
}

// List lists the ports.
func List() []Port {
	return []Port{
		{
			Name:    "endgame-lstm",
			Summary: "Multiclass LSTM classification of DGA families (Endgame): embedding, LSTM, softmax",
			Job:     endgame_lstm.Job,
			Corpus:  endgame_lstm.Corpus,
		},
		{
			Name:    "devo-dga",
			Summary: "DGA domain classifier (Devo, Keras-ONNX): perceptron on length, entropy and vowels",
			Job:     devo_dga.Job,
			Corpus:  endgame_lstm.Corpus,
			Apply:   devo_dga.Apply,
		},
		{
			Name:    "exfiltration",
			Summary: "DNS exfiltration (Splunk): perceptron on the characters of queries and their windows",
			Job:     exfiltration.Job,
			Corpus:  exfiltration.Corpus,
			Apply:   exfiltration.Apply,
			Detect:  exfiltration.Detect,
		},
		{
			Name:    "cicids-lstm",
			Summary: "Network flows of CICIDS2017 out of Splunk: embedding, LSTM, sigmoid, under TensorBoard",
			Job:     cicids_lstm.Job,
			Corpus:  cicids_lstm.Corpus,
		},
	}
}

// Find returns the port of a name.
func Find(name string) (Port, error) {
	var names []string
	for _, p := range List() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Port{}, fmt.Errorf("no notebook is called %q: there is %s", name, strings.Join(names, ", "))
}
