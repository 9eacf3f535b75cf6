// Package servetest makes small untrained models for the tests of the server: of names, queries and flows, a few units each,
// drawn from a fixed seed.
package servetest

import (
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgalstm"
	"threatnet/models/dgamlp"
	"threatnet/models/exfilmlp"
	"threatnet/models/flowlstm"
	"threatnet/serve/engine"
)

// Engine loads models with the default options. Each is KIND or NAME=KIND, of a kind of [Model]; the name of one without is
// its kind.
func Engine(t testing.TB, list ...string) *engine.Engine {
	t.Helper()
	e, dir := engine.New(engine.Options{}), t.TempDir()
	for _, entry := range list {
		name, kind, ok := strings.Cut(entry, "=")
		if !ok {
			kind = name
		}
		path := filepath.Join(dir, name+".safetensors")
		Save(t, path, Model(t, kind))
		if err := e.Load(path); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// Save writes a model's checkpoint.
func Save(t testing.TB, path string, m models.Model) {
	t.Helper()
	f, err := models.Checkpoint(m)
	if err == nil {
		err = checkpoint.Save(path, f)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Model makes a model of names ("dga-lstm", whose network takes tokens and has three classes, and "dga-mlp", whose network
// takes three values), of queries ("exfil-mlp") or of flows ("flow-lstm").
func Model(t testing.TB, kind string) models.Model {
	t.Helper()
	var (
		m   models.Model
		err error
	)
	switch kind {
	case "dga-lstm":
		m, err = dgalstm.Fit(names(t), models.Options{Units: 8, Width: 8, Seed: 1})
	case "dga-mlp":
		m, err = dgamlp.Fit(names(t), models.Options{Seed: 1, Binary: true})
	case "exfil-mlp":
		m, err = queries()
	case "flow-lstm":
		m, err = flowlstm.Fit(flows(t), models.Options{Units: 4, Width: 4, Seed: 1})
	default:
		t.Fatalf("no model is called %q", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func names(t testing.TB) *datasets.Set {
	set, _, err := datasets.Collect(t.Context(), datasets.CollectOptions{}, datasets.Input{Domains: func(yield func(datasets.Domain, error) bool) {
		_ = yield(datasets.Domain{Name: "abcdefghijklm.example", Family: datasets.Benign}, nil) &&
			yield(datasets.Domain{Name: "nopqrstuvwxyz0123456789.example", Family: "tinba"}, nil) &&
			yield(datasets.Domain{Name: "q7w-x9z.example", Family: "kraken"}, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func queries() (models.Model, error) {
	m, err := exfilmlp.New(models.Options{Units: 8, Seed: 1})
	if err != nil {
		return nil, err
	}
	qs := []datasets.Query{{Client: "10.0.0.1", Name: "www.example.com"}, {Client: "10.0.0.1", Name: "4f2a9c1be07d.example.org"}}
	cols := m.Network().Input.Size()
	table := &models.Table{Cols: cols, X: make([]float32, len(qs)*cols)}
	m.Features(qs, table.X)
	return m, m.Fit(table, []int{0, 1})
}

func flows(t testing.TB) *datasets.FlowSet {
	set, _, err := datasets.CollectFlows(t.Context(), datasets.FlowOptions{Duplicates: true}, datasets.FlowInput{Flows: func(yield func(datasets.Flow, error) bool) {
		for i, label := range []string{datasets.Benign, "DoS", datasets.Benign, "Bot"} {
			f := datasets.Flow{Values: make([]float32, datasets.NumFlowFeatures), Label: label, Sum: uint64(i)}
			for j := range f.Values {
				f.Values[j] = float32((i*7+j*3)%11) * float32(i+1)
			}
			if !yield(f, nil) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// FlowFields are the fields of a flow that all models of flows take.
func FlowFields(seed int) map[string]any {
	fields := map[string]any{}
	for j, name := range datasets.FlowFeatures() {
		fields[name] = float64((seed*5 + j*3) % 17)
	}
	return fields
}

// Loaded is the engine's model of this name; "" is the only one.
func Loaded(t testing.TB, e *engine.Engine, name string) *engine.Model {
	t.Helper()
	m, err := e.Model(name, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}
