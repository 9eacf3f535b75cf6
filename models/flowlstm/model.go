// Package flowlstm is the network of the notebook on CICIDS2017: an LSTM that reads the features of a network flow one after
// the other and says whether the flow is an attack, or which one.
//
// The features are those that are not constant on the flows that are trained on, in the order of datasets.FlowFeatures, as
// tokens of quantile bins (see Bins) or as standardised values (see flowfeatures.Values), each a step of the sequence. On
// demand identity columns come after them: as tokens each is a step, as values each of its codes is one, up to 257 for a
// column. The notebook itself took the raw numbers for tokens, which cannot run, so parity mode has this encoder too.
//
// The classes are benign and attack, or the families of the training flows.
package flowlstm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/flowfeatures"
)

// Kind is the model's name on the command line.
const Kind = "flow-lstm"

// How the network takes a flow.
const (
	InputBins   = "bins" // the default
	InputValues = "values"
)

// ErrInput is wrapped when the input is neither bins nor values.
var ErrInput = errors.New("unknown input")

// Model implements models.Flows.
type Model struct {
	models.Base
	bins   *Bins // or
	values *flowfeatures.Values
}

// Fit makes an untrained model for the flows of a training split.
func Fit(train *datasets.FlowSet, o models.Options) (*Model, error) {
	classes, outputs, err := flowfeatures.Classes(train, o.Binary)
	if err != nil {
		return nil, err
	}
	m := &Model{}
	var steps, vocabulary int
	switch cmp.Or(o.Input, InputBins) {
	case InputBins:
		if m.bins, err = FitBins(train, cmp.Or(o.Bins, DefaultBins), o.Identity); err != nil {
			return nil, err
		}
		steps, vocabulary = m.bins.Size(), m.bins.Vocabulary()
	case InputValues:
		if m.values, err = flowfeatures.FitValues(train, o.Identity); err != nil {
			return nil, err
		}
		steps = m.values.Size()
	default:
		return nil, fmt.Errorf("%w %q: want %s or %s", ErrInput, o.Input, InputBins, InputValues)
	}
	s := stack(steps, vocabulary, cmp.Or(o.Width, width), cmp.Or(o.Units, units), outputs, o.Dropout)
	if m.Base, err = models.NewBase(Kind, s, classes, o.Seed); err != nil {
		return nil, err
	}
	return m, nil
}

// encoderForm is the JSON form of the encoder: one of the two.
type encoderForm struct {
	Bins   *Bins                `json:"bins,omitempty"`
	Values *flowfeatures.Values `json:"values,omitempty"`
}

// Load makes the model that a checkpoint holds.
func Load(f *checkpoint.File) (*Model, error) {
	var e encoderForm
	if err := json.Unmarshal(f.Meta.Encoder, &e); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	if (e.Bins == nil) == (e.Values == nil) {
		return nil, fmt.Errorf("%w: encoder: want either bins or values", checkpoint.ErrFormat)
	}
	b, err := models.RestoreBase(Kind, f)
	if err != nil {
		return nil, err
	}
	if err := flowfeatures.CheckClasses(&b); err != nil {
		return nil, err
	}
	m := &Model{b, e.Bins, e.Values}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", checkpoint.ErrFormat, err)
	}
	return m, nil
}

// check refuses a network that does not take what the encoder gives.
func (m *Model) check() error {
	q := m.Network()
	var want []int
	vocabulary := 0
	if m.bins != nil {
		want, vocabulary = []int{m.bins.Size()}, m.bins.Vocabulary()
	} else {
		want = []int{m.values.Size(), 1}
	}
	if !slices.Equal(q.Input, want) {
		return fmt.Errorf("the network takes %v, the encoder gives %v", []int(q.Input), want)
	}
	if got := q.Layers[0].Spec().Vocabulary; got != vocabulary || models.TakesTokens(q) != (m.bins != nil) {
		return fmt.Errorf("the network knows %d tokens, the encoder %d", got, vocabulary)
	}
	return nil
}

// Encoder implements models.Model.
func (m *Model) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{m.bins, m.values})
}

// Encode implements models.Flows.
func (m *Model) Encode(f *datasets.Flow, tokens []int32, values []float32) {
	if m.bins != nil {
		m.bins.Encode(f, tokens)
	} else {
		m.values.Encode(f, values)
	}
}

// Features implements models.Flows.
func (m *Model) Features() []string {
	if m.bins != nil {
		return m.bins.Features()
	}
	return m.values.Features()
}
