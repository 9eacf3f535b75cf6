package main

import (
	"fmt"
	"runtime"
	"strings"

	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train/evaluate"
	"threatnet/train/pipeline"
)

// kinds are the names of all models.
func kinds() (names []string) {
	for _, e := range catalog.Entries() {
		names = append(names, e.Kind)
	}
	return names
}

// modelLines are the models with what they do, a line each.
func modelLines() string {
	var b strings.Builder
	for _, e := range catalog.Entries() {
		fmt.Fprintf(&b, "  %-10s  %s\n", e.Kind, e.Description)
	}
	return strings.TrimRight(b.String(), "\n")
}

// open opens a checkpoint to judge with. Of an unfinished training it warns.
func (e *env) open(path string) (models.Model, *checkpoint.File, error) {
	m, f, err := catalog.Open(path)
	if err == nil && len(f.Meta.Resume) > 0 {
		e.logf("warning: %s is an unfinished training, without a threshold of its own", path)
	}
	return m, f, err
}

// openNames opens the checkpoint of a model of names.
func openNames(path string) (models.Names, *checkpoint.File, error) {
	m, f, err := catalog.Open(path)
	if err != nil {
		return nil, nil, err
	}
	n, ok := m.(models.Names)
	if !ok {
		return nil, nil, fmt.Errorf("%s: a %s does not take names", path, m.Kind())
	}
	return n, f, nil
}

// threshold is the checkpoint's threshold of verdicts.
func threshold(f *checkpoint.File) float64 {
	if t, ok := f.Meta.Thresholds[pipeline.Verdict]; ok {
		return t
	}
	return evaluate.DefaultThreshold
}

// cores is the number of goroutines for a flag --threads.
func cores(threads int) int {
	if threads > 0 {
		return threads
	}
	return runtime.GOMAXPROCS(0)
}
