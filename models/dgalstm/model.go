// Package dgalstm is the Endgame network: a character LSTM that says which DGA family made a domain name, or that none did.
//
// The encoder turns the last 75 characters of a name into ids, padded on the left with 0. The classes are the families of
// the training names in byte order, the benign class among them; or, in the binary form, benign and dga.
package dgalstm

import (
	"cmp"
	"encoding/json"
	"fmt"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// Kind is the model's name on the command line.
const Kind = "dga-lstm"

// Model implements models.Names.
type Model struct {
	models.Base
	tokenizer *Tokenizer
	form      datasets.Form
}

// Fit makes an untrained model for the names of a training split: the encoder is fitted to them and the classes are their
// families.
func Fit(set *datasets.Set, o models.Options) (*Model, error) {
	classes, err := models.FamilyClasses(set)
	if err != nil {
		return nil, err
	}
	tokenizer := TokenizerOptions{Lower: true}
	if o.Parity {
		tokenizer.NumWords = notebookNumWords
	}
	m := &Model{form: o.Form, tokenizer: FitTokenizer(set.Names(), tokenizer)}
	vocabulary := m.tokenizer.Size()
	if o.Parity {
		vocabulary = notebookVocabulary
	}
	for i := 1; len(classes) < o.Outputs; i++ {
		classes = append(classes, fmt.Sprintf("unused %d", i))
	}
	outputs := len(classes)
	if o.Binary {
		classes, outputs = []string{datasets.Benign, models.DGA}, 1
	}
	m.Base, err = models.NewBase(Kind, stack(cmp.Or(o.Length, length), vocabulary, cmp.Or(o.Width, width), cmp.Or(o.Units, units), outputs, o.Dropout), classes, o.Seed)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Load makes the model that a checkpoint holds.
func Load(f *checkpoint.File) (*Model, error) {
	m := &Model{tokenizer: &Tokenizer{}}
	encoder := encoderForm{Tokenizer: m.tokenizer}
	if err := json.Unmarshal(f.Meta.Encoder, &encoder); err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	form, err := datasets.ParseForm(string(cmp.Or(encoder.Form, datasets.Whole)))
	if err != nil {
		return nil, fmt.Errorf("%w: encoder: %w", checkpoint.ErrFormat, err)
	}
	m.form = form
	if m.Base, err = models.RestoreBase(Kind, f); err != nil {
		return nil, err
	}
	q := m.Network()
	first, ok := q.Layers[0].(*layers.Embedding[float32])
	if !ok || len(q.Input) != 1 {
		return nil, fmt.Errorf("%w: the network takes no token ids", checkpoint.ErrFormat)
	}
	if v := first.Spec().Vocabulary; m.tokenizer.Size() > v {
		return nil, fmt.Errorf("%w: the encoder has %d ids, the network %d", checkpoint.ErrFormat, m.tokenizer.Size(), v)
	}
	return m, nil
}

// encoderForm is the JSON form of the encoder.
type encoderForm struct {
	Form      datasets.Form `json:"form,omitempty"`
	Tokenizer *Tokenizer    `json:"tokenizer"`
}

// Encoder implements models.Model.
func (m *Model) Encoder() (json.RawMessage, error) {
	return json.Marshal(encoderForm{m.form, m.tokenizer})
}

// Form implements models.Names.
func (m *Model) Form() datasets.Form { return m.form }

// Encode implements models.Names.
func (m *Model) Encode(name string, tokens []int32, _ []float32) { m.tokenizer.Encode(tokens, name) }

// Tokenizer is the encoder's tokenizer.
func (m *Model) Tokenizer() *Tokenizer { return m.tokenizer }
