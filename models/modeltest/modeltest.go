// Package modeltest makes what the tests of the models begin with: small sets of names and flows, and a model's checkpoint.
package modeltest

import (
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
)

// Names collects lines of a name and its family, with a space between.
func Names(t testing.TB, lines ...string) *datasets.Set {
	t.Helper()
	s, _, err := datasets.Collect(t.Context(), datasets.CollectOptions{}, datasets.Input{Name: "test", Domains: func(yield func(datasets.Domain, error) bool) {
		for _, line := range lines {
			name, family, _ := strings.Cut(line, " ")
			if !yield(datasets.Domain{Name: name, Family: family, Raw: name}, nil) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Flows collects flows as they are: repeated ones and those without a label too.
func Flows(t testing.TB, flows ...datasets.Flow) *datasets.FlowSet {
	t.Helper()
	s, _, err := datasets.CollectFlows(t.Context(), datasets.FlowOptions{Duplicates: true, Unlabelled: true}, datasets.FlowInput{
		Name: "test", Flows: func(yield func(datasets.Flow, error) bool) {
			for _, f := range flows {
				if !yield(f, nil) {
					return
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// File is the checkpoint of a model, as it would be written.
func File(t testing.TB, m models.Model) *checkpoint.File {
	t.Helper()
	f, err := models.Checkpoint(m)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
