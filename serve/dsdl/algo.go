package dsdl

import (
	"fmt"
	"strings"

	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/exfilmlp"
)

// Notebook is the algo of the notebook behind the detection "Detect DNS Data Exfiltration using pretrained model in DSDL".
const Notebook = "detect_dns_data_exfiltration_using_pretrained_model_in_dsdl"

// algo is what algo=NAME stands for.
type algo struct {
	name    string // as the search calls it
	kind    string // of the model
	records string // that the rows are
	prefix  string // of the columns that are added, but for the notebook's
}

// algos lists them by name, with '_' for '-'.
var algos = []algo{
	{"dga_lstm", "dga-lstm", source.Names, "pred_" + models.DGA},
	{"dga_mlp", "dga-mlp", source.Names, "pred_" + models.DGA},
	{"exfil_mlp", exfilmlp.Kind, source.Queries, "pred_" + models.Exfiltration},
	{"flow_lstm", "flow-lstm", source.Flows, "pred_" + models.Attack},
	{Notebook, exfilmlp.Kind, source.Queries, ""},
}

// findAlgo finds an algo: dga_lstm and dga-lstm are the same.
func findAlgo(name string) (algo, error) {
	if name == "" {
		return algo{}, fmt.Errorf("no algo is named: %s", usage)
	}
	key := strings.ReplaceAll(strings.ToLower(name), "-", "_")
	var known []string
	for _, a := range algos {
		if a.name == key {
			a.name = name
			return a, nil
		}
		known = append(known, a.name)
	}
	return algo{}, fmt.Errorf("no algo is called %q: there is %s", name, strings.Join(known, ", "))
}

const usage = "| fit MLTKContainer algo=NAME LABEL from COLUMNS into app:MODEL"

// isNotebook tells whether the rows get the notebook's columns.
func (a *algo) isNotebook() bool { return a.prefix == "" }

// added names the columns that are added.
func (a *algo) added() []string {
	if a.isNotebook() {
		return []string{exfilmlp.ColumnProbability, exfilmlp.ColumnPrediction}
	}
	return []string{a.prefix + "_proba", a.prefix + "_label", a.prefix + "_verdict"}
}

// file is the base name of a model's file, and the model's name in the engine.
func (a *algo) file(model string) string { return a.name + "_" + model }
