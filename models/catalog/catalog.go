// Package catalog finds models by name.
package catalog

import (
	"fmt"
	"strings"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgabigram"
	"threatnet/models/dgalstm"
	"threatnet/models/dgamlp"
	"threatnet/models/exfilmlp"
	"threatnet/models/flowlstm"
	"threatnet/models/linear"
)

// Entry is one model of the catalog.
type Entry struct {
	Kind        string
	Description string
	Baseline    string // the kind of its baseline, or ""
	NameColumn  string // of its notebook's data, in parity mode; "": the usual ones
	Binary      bool   // it knows benign and malicious records only, whatever the settings
	// FitNames makes an untrained model for training names.
	FitNames func(*datasets.Set, models.Options) (models.Names, error)
	// NewQueries makes an untrained model of queries, whose scaling is not yet fitted.
	NewQueries func(models.Options) (models.Queries, error)
	// FitFlows makes an untrained model for training flows.
	FitFlows func(*datasets.FlowSet, models.Options) (models.Flows, error)
	load     func(*checkpoint.File) (models.Model, error)
}

// Entries lists all models.
func Entries() []Entry {
	return []Entry{
		{
			Kind:        dgalstm.Kind,
			Description: "character LSTM: which DGA family made a domain name, or none",
			FitNames: func(s *datasets.Set, o models.Options) (models.Names, error) {
				return dgalstm.Fit(s, o)
			},
			Baseline: dgabigram.Kind,
			load:     func(f *checkpoint.File) (models.Model, error) { return dgalstm.Load(f) },
		},
		{
			Kind:        dgamlp.Kind,
			Description: "perceptron on length, entropy and vowels: is a domain name algorithmically generated",
			Baseline:    dgabigram.Kind,
			NameColumn:  "domain",
			Binary:      true,
			FitNames: func(s *datasets.Set, o models.Options) (models.Names, error) {
				return dgamlp.Fit(s, o)
			},
			load: func(f *checkpoint.File) (models.Model, error) { return dgamlp.Load(f) },
		},
		{
			Kind:        flowlstm.Kind,
			Description: "LSTM over the binned features of a network flow: is it an attack, or which one",
			Baseline:    linear.Kind,
			FitFlows: func(s *datasets.FlowSet, o models.Options) (models.Flows, error) {
				return flowlstm.Fit(s, o)
			},
			load: func(f *checkpoint.File) (models.Model, error) { return flowlstm.Load(f) },
		},
		{
			Kind:        linear.Kind,
			Description: "baseline: logistic regression on the standardised features of a query or a flow",
			NewQueries:  func(o models.Options) (models.Queries, error) { return linear.NewQueries(o) },
			FitFlows: func(s *datasets.FlowSet, o models.Options) (models.Flows, error) {
				return linear.FitFlows(s, o)
			},
			load: linear.Load,
		},
		{
			Kind:        dgabigram.Kind,
			Description: "baseline: logistic regression on the character bigrams of a domain name",
			FitNames: func(s *datasets.Set, o models.Options) (models.Names, error) {
				return dgabigram.Fit(s, o)
			},
			load: func(f *checkpoint.File) (models.Model, error) { return dgabigram.Load(f) },
		},
		{
			Kind:        exfilmlp.Kind,
			Description: "perceptron on a query's characters and its window: does a DNS query carry data out",
			Binary:      true,
			Baseline:    linear.Kind,
			NewQueries:  func(o models.Options) (models.Queries, error) { return exfilmlp.New(o) },
			load:        func(f *checkpoint.File) (models.Model, error) { return exfilmlp.Load(f) },
		},
	}
}

// NewQueries makes an untrained model of queries.
func NewQueries(kind string, o models.Options) (models.Queries, error) {
	e, err := Find(kind)
	if err != nil {
		return nil, err
	}
	if e.NewQueries == nil {
		return nil, fmt.Errorf("a %s does not take queries", kind)
	}
	return e.NewQueries(o)
}

// Find returns the entry of a kind.
func Find(kind string) (Entry, error) {
	var kinds []string
	for _, e := range Entries() {
		if e.Kind == kind {
			return e, nil
		}
		kinds = append(kinds, e.Kind)
	}
	return Entry{}, fmt.Errorf("no model is called %q: there is %s", kind, strings.Join(kinds, ", "))
}

// Load makes the model that a checkpoint's content holds.
func Load(f *checkpoint.File) (models.Model, error) {
	e, err := Find(f.Meta.Model)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", checkpoint.ErrFormat, err)
	}
	return e.load(f)
}

// Open reads a checkpoint and makes its model.
func Open(path string) (models.Model, *checkpoint.File, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := Load(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, f, nil
}
