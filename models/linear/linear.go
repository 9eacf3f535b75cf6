// Package linear is a baseline: logistic regression on the standardised features of DNS queries or of network flows. A network
// that does not beat it has learnt nothing that a weighted sum does not tell.
//
// Of queries it takes the features of package queryfeatures, those of the notebook, unscaled, in parity mode; of flows the
// values of package flowfeatures. The classes are benign and exfiltration; of flows benign and attack, or the families of
// the training flows.
package linear

import (
	"encoding/json"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/flowfeatures"
	"threatnet/models/layers"
	"threatnet/models/queryfeatures"
)

// Kind is the model's name on the command line.
const Kind = "linear"

// penalty keeps the weights of rare features small.
const penalty = 1e-5

// stack is Dense → softmax, or sigmoid for one output.
func stack(inputs, outputs int) layers.Stack {
	return layers.Stack{Input: []int{inputs}, Layers: []layers.Spec{
		{Kind: "dense", Units: outputs, Init: "glorot_uniform", L2: penalty},
		{Kind: "activation", Function: flowfeatures.Function(outputs)},
	}}
}

// Queries implements models.Queries.
type Queries struct {
	models.Base
	queryfeatures.Scaled
}

// queryClasses are those of the one output of a model of queries.
var queryClasses = []string{datasets.Benign, models.Exfiltration}

// NewQueries makes an untrained model of queries, whose scaling is not yet fitted.
func NewQueries(o models.Options) (*Queries, error) {
	set, err := queryfeatures.Chosen(o)
	if err != nil {
		return nil, err
	}
	b, err := models.NewBase(Kind, stack(set.Size(), 1), slices.Clone(queryClasses), o.Seed)
	if err != nil {
		return nil, err
	}
	return &Queries{b, queryfeatures.NewScaled(set)}, nil
}

// Encoder implements models.Model.
func (m *Queries) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{Records: recordsQueries, Queries: &m.Scaled})
}

// Flows implements models.Flows.
type Flows struct {
	models.Base
	values *flowfeatures.Values
}

// FitFlows makes an untrained model for the flows of a training split.
func FitFlows(train *datasets.FlowSet, o models.Options) (*Flows, error) {
	classes, outputs, err := flowfeatures.Classes(train, o.Binary)
	if err != nil {
		return nil, err
	}
	values, err := flowfeatures.FitValues(train, o.Identity)
	if err != nil {
		return nil, err
	}
	b, err := models.NewBase(Kind, stack(values.Size(), outputs), classes, o.Seed)
	if err != nil {
		return nil, err
	}
	return &Flows{b, values}, nil
}

// Encoder implements models.Model.
func (m *Flows) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{Records: recordsFlows, Flows: m.values})
}

// Encode implements models.Flows.
func (m *Flows) Encode(f *datasets.Flow, _ []int32, values []float32) { m.values.Encode(f, values) }

// Features implements models.Flows.
func (m *Flows) Features() []string { return m.values.Features() }

// The kinds of records.
const (
	recordsQueries = "queries"
	recordsFlows   = "flows"
)

// encoderForm is the JSON form of the encoder: of queries or of flows.
type encoderForm struct {
	Records string                `json:"records"`
	Queries *queryfeatures.Scaled `json:"queries,omitempty"`
	Flows   *flowfeatures.Values  `json:"flows,omitempty"`
}

// Load makes the model that a checkpoint holds: a *Queries or a *Flows.
func Load(f *checkpoint.File) (models.Model, error) {
	var e encoderForm
	if err := json.Unmarshal(f.Meta.Encoder, &e); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	b, err := models.RestoreBase(Kind, f)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Records == recordsQueries && e.Queries != nil:
		if !slices.Equal(b.Classes(), queryClasses) {
			return nil, fmt.Errorf("%w: the labels are %q, not %q", checkpoint.ErrFormat, b.Classes(), queryClasses)
		}
		if err := checkInput(&b, e.Queries.Set().Size()); err != nil {
			return nil, err
		}
		return &Queries{b, *e.Queries}, nil
	case e.Records == recordsFlows && e.Flows != nil:
		if err := flowfeatures.CheckClasses(&b); err != nil {
			return nil, err
		}
		if err := checkInput(&b, e.Flows.Size()); err != nil {
			return nil, err
		}
		return &Flows{b, e.Flows}, nil
	}
	return nil, fmt.Errorf("%w: encoder: neither of queries nor of flows", checkpoint.ErrFormat)
}

// checkInput refuses a network that takes other than so many features.
func checkInput(b *models.Base, size int) error {
	if q := b.Network(); models.TakesTokens(q) || !slices.Equal(q.Input, []int{size}) {
		return fmt.Errorf("%w: the network takes %v, the encoder gives %d features", checkpoint.ErrFormat, []int(q.Input), size)
	}
	return nil
}
