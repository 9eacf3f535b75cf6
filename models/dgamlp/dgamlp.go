// Package dgamlp is the network of Devo's tutorial "DGA domain classifier (Keras-ONNX)": a small perceptron that says from
// three features of a name whether it is algorithmically generated.
//
// The features are length, entropy and vowel proportion, in this order, of the label that was registered, without its
// suffix. The classes are benign and dga, in this order.
package dgamlp

import (
	"encoding/json"
	"fmt"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/models/scale"
)

// Kind is the model's name on the command line.
const Kind = "dga-mlp"

// Model implements models.Names.
type Model struct {
	models.Base
	form   datasets.Form
	scaler *scale.Scaler // nil: features go into the network as they are
}

// Fit makes an untrained model for the names of a training split. The scaling is fitted to them but in parity mode, which
// has none.
func Fit(set *datasets.Set, o models.Options) (*Model, error) {
	if _, err := models.FamilyClasses(set); err != nil {
		return nil, err
	}
	b, err := models.NewBase(Kind, Stack(o.Dropout), []string{datasets.Benign, models.DGA}, o.Seed)
	if err != nil {
		return nil, err
	}
	m := &Model{Base: b, form: o.Form}
	if o.Parity {
		return m, nil
	}
	row := make([]float32, len(features))
	m.scaler = scale.Fit(len(features), set.Len(), func(i int) []float32 {
		measureInto(row, set.Name(i))
		return row
	}, clip)
	return m, nil
}

// clip cuts standardised features off: a name may have 253 characters, but few have 30.
const clip = 8

// encoderForm is the JSON form of the encoder.
type encoderForm struct {
	Form     datasets.Form `json:"form,omitempty"`
	Features []string      `json:"features"`
	Scale    *scale.Scaler `json:"scale,omitempty"`
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
	b, err := models.RestoreBase(Kind, f)
	if err != nil {
		return nil, err
	}
	n := len(features)
	if q := b.Network(); len(q.Input) != 1 || q.Input[0] != n || models.TakesTokens(q) || e.Scale != nil && e.Scale.Cols() != n {
		return nil, fmt.Errorf("%w: the network takes other than %d features", checkpoint.ErrFormat, n)
	}
	return &Model{Base: b, form: form, scaler: e.Scale}, nil
}

// Encoder implements models.Model.
func (m *Model) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{m.form, features[:], m.scaler})
}

// Form implements models.Names.
func (m *Model) Form() datasets.Form { return m.form }

// Encode implements models.Names.
func (m *Model) Encode(name string, _ []int32, values []float32) {
	measureInto(values, name)
	if m.scaler != nil {
		m.scaler.Apply(values)
	}
}

// Stack is Dense → BatchNorm → Dropout, twice, → Dense → Dense → softmax, with ReLU and the penalties of the tutorial.
func Stack(dropout float64) layers.Stack {
	dense := func(units int, l1, l2 float64) layers.Spec {
		return layers.Spec{Kind: "dense", Units: units, Init: "he_normal", L1: l1, L2: l2}
	}
	relu, norm, drop := layers.Spec{Kind: "activation", Function: "relu"}, layers.Spec{Kind: "batch_norm"}, layers.Spec{Kind: "dropout", Rate: dropout}
	return layers.Stack{Input: []int{len(features)}, Layers: []layers.Spec{
		dense(10, 0, 0.01), relu, norm, drop,
		dense(7, 0.001, 0.001), relu, norm, drop,
		dense(5, 0.001, 0.001), relu,
		{Kind: "dense", Units: 2, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}}
}
