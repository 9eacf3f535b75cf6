package engine

import (
	"errors"
	"testing"

	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// broken is a model whose network panics when it runs.
type broken struct{ models.Names }

func (broken) Classes() []string { return []string{"benign", "dga"} }
func (broken) Benign() int       { return 0 }

func (broken) Network() *layers.Sequential[float32] {
	q, err := layers.New[float32](layers.Stack{Input: []int{4}, Layers: []layers.Spec{{Kind: "dense", Units: 1, Init: "glorot_uniform"}, {Kind: "activation", Function: "sigmoid"}}})
	if err != nil {
		panic(err)
	}
	q.Input = layers.Shape{2}
	return q
}

func TestANetworkThatPanicsIsRefused(t *testing.T) {
	var p *PanicError
	if _, err := New(Options{}).warmed("x", 1, broken{}, checkpoint.Meta{}); !errors.As(err, &p) {
		t.Errorf("error is %v", err)
	}
}
