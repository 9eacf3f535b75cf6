// Package dgabigram is a baseline: multinomial logistic regression on the character bigrams of a name, which says which DGA
// family made it, or none. A network that does not beat it has learnt nothing that letters' neighbours do not tell.
//
// The encoder counts each bigram of the name, its begin and end included, among the bigrams of the training names. The
// classes are the families of the training names; or, in the binary form, benign and dga.
package dgabigram

import (
	"encoding/json"
	"fmt"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// Kind is the model's name on the command line.
const Kind = "dga-bigram"

// Model implements models.Names.
type Model struct {
	models.Base
	form    datasets.Form
	bigrams bigrams
}

// Fit makes an untrained model for the names of a training split.
func Fit(set *datasets.Set, o models.Options) (*Model, error) {
	classes, err := models.FamilyClasses(set)
	if err != nil {
		return nil, err
	}
	outputs, function := len(classes), "softmax"
	if o.Binary {
		classes, outputs, function = []string{datasets.Benign, models.DGA}, 1, "sigmoid"
	}
	m := &Model{form: o.Form, bigrams: fitBigrams(set.Names())}
	m.Base, err = models.NewBase(Kind, layers.Stack{Input: []int{m.bigrams.size()}, Layers: []layers.Spec{
		{Kind: "dense", Units: outputs, Init: "glorot_uniform", L2: penalty},
		{Kind: "activation", Function: function},
	}}, classes, o.Seed)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// penalty keeps the weights of rare bigrams small.
const penalty = 1e-6

// encoderForm is the JSON form of the encoder.
type encoderForm struct {
	Form    datasets.Form `json:"form,omitempty"`
	Bigrams []string      `json:"bigrams"` // in the order of the inputs
}

// Load makes the model that a checkpoint holds.
func Load(f *checkpoint.File) (*Model, error) {
	var e encoderForm
	if err := json.Unmarshal(f.Meta.Encoder, &e); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	form, err := datasets.ParseForm(string(e.Form))
	if err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	m := &Model{form: form}
	if m.bigrams, err = newBigrams(e.Bigrams); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	if m.Base, err = models.RestoreBase(Kind, f); err != nil {
		return nil, err
	}
	if q := m.Network(); q.Input.Size() != m.bigrams.size() || models.TakesTokens(q) {
		return nil, fmt.Errorf("%w: %d bigrams for an input of %d", checkpoint.ErrFormat, m.bigrams.size(), q.Input.Size())
	}
	return m, nil
}

// Encoder implements models.Model.
func (m *Model) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{m.form, m.bigrams.list})
}

// Form implements models.Names.
func (m *Model) Form() datasets.Form { return m.form }

// Encode implements models.Names.
func (m *Model) Encode(name string, _ []int32, values []float32) { m.bigrams.count(values, name) }
