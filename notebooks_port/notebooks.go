// Package notebooks_port holds the ports of the source notebooks, one folder each: a recipe that runs, a test, and PORT.md,
// which leads from each cell to the code and lists every deviation.
package notebooks_port

import (
	"fmt"
	"strings"

	"threatnet/notebooks_port/endgame_lstm"
	"threatnet/train/pipeline"
)

// Port is one notebook as a runnable recipe.
type Port struct {
	Name    string // on the command line: the folder's name with '-' for '_'
	Summary string
	// Job is the training that the notebook describes, in a mode of package train, on the given sources.
	Job func(mode string, sources pipeline.Sources) (pipeline.Job, error)
}

// List lists the ports.
func List() []Port {
	return []Port{
		{"endgame-lstm", "Multiclass LSTM classification of DGA families (Endgame): embedding, LSTM, softmax", endgame_lstm.Job},
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
