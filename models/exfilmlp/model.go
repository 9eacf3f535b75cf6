// Package exfilmlp is the network that finds DNS queries which carry data out: a multilayer perceptron over the features of
// package queryfeatures, as Splunk's detection "Detect DNS Data Exfiltration using pretrained model in DSDL" has it.
//
// The default takes the features of a causal window, standardised and cut off at ±8. The parity mode, and published
// weights, take the source notebook's 98 features, or 99, as they are; their window is a whole table, so such a model has
// no streams.
//
// Apply is the notebook's apply on a staged table, Detect the detection's search over raw events.
package exfilmlp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/queryfeatures"
)

// Kind is the model's name on the command line.
const Kind = "exfil-mlp"

// Model implements models.Queries.
type Model struct {
	models.Base
	queryfeatures.Scaled
}

// classes are those of the network's one output.
var classes = []string{datasets.Benign, models.Exfiltration}

// New makes an untrained model.
func New(o models.Options) (*Model, error) {
	set, err := queryfeatures.Chosen(o)
	if err != nil {
		return nil, err
	}
	hidden := cmp.Or(o.Units, units)
	b, err := models.NewBase(Kind, Stack(set.Size(), []int{hidden, hidden}, o.Dropout), classes, o.Seed)
	if err != nil {
		return nil, err
	}
	return &Model{b, queryfeatures.NewScaled(set)}, nil
}

// Load makes the model that a checkpoint holds.
func Load(f *checkpoint.File) (*Model, error) {
	var features queryfeatures.Scaled
	if err := json.Unmarshal(f.Meta.Encoder, &features); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	b, err := models.RestoreBase(Kind, f)
	if err != nil {
		return nil, err
	}
	size := features.Set().Size()
	if q := b.Network(); models.TakesTokens(q) || !slices.Equal(q.Input, []int{size}) {
		return nil, fmt.Errorf("%w: the network takes %v, the encoder gives %d features", checkpoint.ErrFormat, []int(q.Input), size)
	}
	if !slices.Equal(b.Classes(), classes) {
		return nil, fmt.Errorf("%w: the labels are %q, not %q", checkpoint.ErrFormat, b.Classes(), classes)
	}
	return &Model{b, features}, nil
}

// Encoder implements models.Model.
func (m *Model) Encoder() (json.RawMessage, error) { return json.Marshal(&m.Scaled) }
