package models

import (
	"errors"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// ErrOneClass is wrapped when all records to train on are of one class.
var ErrOneClass = errors.New("records of at least two classes are needed")

// Base is what every model has besides its encoder. Models embed it.
type Base struct {
	kind    string
	network *layers.Sequential[float32]
	classes []string
	benign  int
}

// NewBase makes the network of a stack with weights drawn from seed. One output has two classes.
func NewBase(kind string, stack layers.Stack, classes []string, seed uint64) (Base, error) {
	q, err := layers.New[float32](stack)
	if err != nil {
		return Base{}, err
	}
	q.Init(seed)
	return base(kind, q, classes)
}

// RestoreBase makes the network and the classes that a checkpoint holds.
func RestoreBase(kind string, f *checkpoint.File) (Base, error) {
	q, err := Restore(f)
	if err != nil {
		return Base{}, err
	}
	b, err := base(kind, q, f.Meta.Labels)
	if err != nil {
		return Base{}, fmt.Errorf("%w: %w", checkpoint.ErrFormat, err)
	}
	return b, nil
}

func base(kind string, q *layers.Sequential[float32], classes []string) (Base, error) {
	if len(classes) != max(2, q.Output()) {
		return Base{}, fmt.Errorf("%d labels for %d outputs", len(classes), q.Output())
	}
	benign := slices.IndexFunc(classes, datasets.IsBenign)
	for _, c := range classes[benign+1:] {
		if benign >= 0 && datasets.IsBenign(c) {
			return Base{}, fmt.Errorf("two benign classes, %q and %q", classes[benign], c)
		}
	}
	return Base{kind, q, classes, benign}, nil
}

// Kind implements Model.
func (b *Base) Kind() string { return b.kind }

// Network implements Model.
func (b *Base) Network() *layers.Sequential[float32] { return b.network }

// Classes implements Model.
func (b *Base) Classes() []string { return b.classes }

// Benign implements Model.
func (b *Base) Benign() int { return b.benign }

// FamilyClasses are the families of a set that have names, at least two of them.
func FamilyClasses(set *datasets.Set) (classes []string, err error) {
	for _, c := range set.Counts() {
		if c.Names > 0 {
			classes = append(classes, c.Family)
		}
	}
	if len(classes) < 2 {
		return nil, fmt.Errorf("%w: all are %q", ErrOneClass, classes)
	}
	return classes, nil
}
