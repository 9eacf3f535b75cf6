// Package models is the contract of a detector: a network, the encoder that is the only way from a record to the network's
// input, and the classes of its outputs. Training, evaluation, scoring and serving know models by this package alone; each
// model is a package of its own below it, and package catalog finds them by name.
package models

import (
	"encoding/json"
	"fmt"

	"threatnet/datasets"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// Names of the malicious class of the binary models.
const (
	DGA          = datasets.AnyDGA
	Exfiltration = "exfiltration"
	Attack       = "attack"
)

// OtherAttack is the class of merged types of attack.
const OtherAttack = "other attack"

// Model is a network with its encoder.
type Model interface {
	// Kind is the model's name on the command line.
	Kind() string
	// Network holds the weights.
	Network() *layers.Sequential[float32]
	// Classes names the classes in the order of the outputs; a network with one output has two, the benign one first.
	Classes() []string
	// Benign is the index of the benign class, or −1.
	Benign() int
	// Encoder is the encoder's JSON form, from which the model's package makes it again.
	Encoder() (json.RawMessage, error)
}

// Names is a model of domain names.
type Names interface {
	Model
	// Form is what of a name the model was trained on.
	Form() datasets.Form
	// Encode writes the network's input for a name in the model's form: tokens or values, whichever the network takes.
	Encode(name string, tokens []int32, values []float32)
}

// InForm gives a name in normal form the model's form. A name that is nothing in that form, a bare public suffix, stays.
func InForm(m Names, name string) string {
	if short := m.Form().Of(name); short != "" {
		return short
	}
	return name
}

// Examples are labelled records ready for a network: what training and evaluation go through.
type Examples interface {
	Len() int
	// Class is the index of example i's class.
	Class(i int) int32
	// Encode writes example i's input: tokens or values. Goroutines may call it at once.
	Encode(i int, tokens []int32, values []float32)
}

// NameExamples are the names of a set as a model sees them.
type NameExamples struct {
	model   Names
	set     *datasets.Set
	classes []int32
}

// NewNameExamples encodes a set for a model. A family that is no class of the model is an error, unless the model knows
// benign and DGA only, or has the class of merged families, which then stands for it.
func NewNameExamples(m Names, set *datasets.Set) (*NameExamples, error) {
	classes, err := classCodes(m, set.Families(), set.Codes(), set.Counts())
	return &NameExamples{model: m, set: set, classes: classes}, err
}

// FamilyExamples encodes a set for a model with the families' codes for classes: for names of families that the model does
// not know.
func FamilyExamples(m Names, set *datasets.Set) *NameExamples {
	return &NameExamples{model: m, set: set, classes: set.Codes()}
}

// Len implements Examples.
func (e *NameExamples) Len() int { return e.set.Len() }

// Class implements Examples.
func (e *NameExamples) Class(i int) int32 { return e.classes[i] }

// Encode implements Examples.
func (e *NameExamples) Encode(i int, tokens []int32, values []float32) {
	e.model.Encode(e.set.Name(i), tokens, values)
}

// Set is the set behind the examples.
func (e *NameExamples) Set() *datasets.Set { return e.set }

// Options are the hyperparameters that a model is built with. Zero values of sizes mean the model's own.
type Options struct {
	Dropout float64
	Binary  bool // benign against all else, with one output
	Parity  bool // as the notebook has it, see the port of each
	Units   int  // of the recurrent layer, or of the hidden ones
	Width   int  // of the embedding
	Length  int  // of a token row
	Outputs int  // at least so many; those without a class are called unused
	Seed    uint64
	Form    datasets.Form // in which the names are

	Bins     int      // of a flow's feature, at most
	Features string   // of queries: a set of package queryfeatures; "": the model's own
	Input    string   // how the network takes a flow: "bins" or "values"
	Identity []string // columns that are no features and yet inputs: addresses, ports, protocol
}

// Tensors returns the network's parameters for a checkpoint.
func Tensors(q *layers.Sequential[float32]) []checkpoint.Tensor {
	var ts []checkpoint.Tensor
	for _, p := range q.Params() {
		ts = append(ts, checkpoint.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Data})
	}
	return ts
}

// Checkpoint is a model as a file: what it is made again from, and no more.
func Checkpoint(m Model) (*checkpoint.File, error) {
	spec, err := json.Marshal(m.Network().Stack())
	if err != nil {
		return nil, err
	}
	encoder, err := m.Encoder()
	if err != nil {
		return nil, err
	}
	meta := checkpoint.Meta{Model: m.Kind(), Spec: spec, Encoder: encoder, Labels: m.Classes()}
	return &checkpoint.File{Meta: meta, Tensors: Tensors(m.Network())}, nil
}

// Restore makes the network that a checkpoint holds.
func Restore(f *checkpoint.File) (*layers.Sequential[float32], error) {
	var stack layers.Stack
	if err := json.Unmarshal(f.Meta.Spec, &stack); err != nil {
		return nil, fmt.Errorf("%w: spec: %w", checkpoint.ErrFormat, err)
	}
	numbers, err := plausible(stack, f)
	if err != nil {
		return nil, err
	}
	q, err := layers.NewWithin[float32](stack, numbers)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", checkpoint.ErrFormat, err)
	}
	for _, p := range q.Params() {
		v, err := checkpoint.Values[float32](f, p.Name, p.Shape...)
		if err != nil {
			return nil, err
		}
		copy(p.Data, v)
	}
	if err := q.Finite(); err != nil {
		return nil, fmt.Errorf("%w: %w", checkpoint.ErrFormat, err)
	}
	return q, nil
}

// plausible refuses a spec of which no network can be made, and tells how many numbers the file's tensors have: as many
// weights as a network that it holds may have.
func plausible(s layers.Stack, f *checkpoint.File) (numbers int, err error) {
	if len(s.Input) == 0 || len(s.Layers) == 0 || len(s.Layers) > 1000 {
		return 0, fmt.Errorf("%w: spec has no input or no layers", checkpoint.ErrFormat)
	}
	for _, t := range f.Tensors {
		numbers += layers.Shape(t.Shape).Size()
	}
	limit, size := max(numbers, 1<<16), 1 // of a row of tokens or values
	for _, d := range s.Input {
		if d < 1 || d > limit/size {
			return 0, fmt.Errorf("%w: an input of %d", checkpoint.ErrFormat, s.Input)
		}
		size *= d
	}
	return numbers, nil
}
