// Package dgalstm is the Endgame network: a character LSTM that says which DGA family made a domain name, or that none did.
//
// The encoder turns the last 75 characters of a name into ids, padded on the left with 0. The classes are the families of
// the training names in byte order, the benign class among them; or, in the binary form, benign and dga.
package dgalstm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// Kind is the model's name on the command line.
const Kind = "dga-lstm"

// Model implements models.Names.
type Model struct {
	tokenizer *Tokenizer
	form      datasets.Form
	network   *layers.Sequential[float32]
	classes   []string
	benign    int
}

// ErrOneClass is wrapped when the training names are all of one class.
var ErrOneClass = errors.New("names of at least two classes are needed")

// Fit makes an untrained model for the names of a training split: the encoder is fitted to them and the classes are their
// families.
func Fit(set *datasets.Set, o models.Options) (*Model, error) {
	var classes []string
	for _, c := range set.Counts() {
		if c.Names > 0 {
			classes = append(classes, c.Family)
		}
	}
	if len(classes) < 2 {
		return nil, fmt.Errorf("%w: all are %q", ErrOneClass, classes)
	}
	tokenizer := TokenizerOptions{Lower: true}
	if o.Parity {
		tokenizer.NumWords = notebookNumWords
	}
	m := &Model{form: o.Form, tokenizer: FitTokenizer(func(yield func(string) bool) {
		for name := range set.All() {
			if !yield(name) {
				return
			}
		}
	}, tokenizer)}
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
	m.setClasses(classes)
	q, err := layers.New[float32](stack(cmp.Or(o.Length, length), vocabulary, cmp.Or(o.Width, width), cmp.Or(o.Units, units), outputs, o.Dropout))
	if err != nil {
		return nil, err
	}
	q.Init(o.Seed)
	m.network = q
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
	q, err := models.Restore(f)
	if err != nil {
		return nil, err
	}
	first, ok := q.Layers[0].(*layers.Embedding[float32])
	if !ok || len(q.Input) != 1 {
		return nil, fmt.Errorf("%w: the network takes no token ids", checkpoint.ErrFormat)
	}
	if v := first.Spec().Vocabulary; m.tokenizer.Size() > v {
		return nil, fmt.Errorf("%w: the encoder has %d ids, the network %d", checkpoint.ErrFormat, m.tokenizer.Size(), v)
	}
	if want := max(2, q.Output()); len(f.Meta.Labels) != want {
		return nil, fmt.Errorf("%w: %d labels for %d outputs", checkpoint.ErrFormat, len(f.Meta.Labels), q.Output())
	}
	m.network = q
	m.setClasses(f.Meta.Labels)
	return m, nil
}

func (m *Model) setClasses(classes []string) {
	m.classes = classes
	m.benign = slices.IndexFunc(classes, datasets.IsBenign)
}

// encoderForm is the JSON form of the encoder.
type encoderForm struct {
	Form      datasets.Form `json:"form,omitempty"`
	Tokenizer *Tokenizer    `json:"tokenizer"`
}

// Kind implements models.Model.
func (m *Model) Kind() string { return Kind }

// Network implements models.Model.
func (m *Model) Network() *layers.Sequential[float32] { return m.network }

// Classes implements models.Model.
func (m *Model) Classes() []string { return m.classes }

// Benign implements models.Model.
func (m *Model) Benign() int { return m.benign }

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
