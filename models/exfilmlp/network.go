package exfilmlp

import (
	"errors"
	"fmt"
	"math"

	"threatnet/models"
	"threatnet/models/layers"
	"threatnet/models/queryfeatures"
)

// The sizes of the published network.
const (
	units   = 128 // of each of the two hidden layers
	dropout = 0.5
)

// Stack is Dense → ReLU → Dropout for each hidden layer, then Dense 1 → sigmoid.
func Stack(inputs int, hidden []int, dropout float64) layers.Stack {
	s := layers.Stack{Input: []int{inputs}}
	for _, width := range hidden {
		s.Layers = append(
			s.Layers,
			layers.Spec{Kind: "dense", Units: width, Init: "glorot_uniform"},
			layers.Spec{Kind: "activation", Function: "relu"},
			layers.Spec{Kind: "dropout", Rate: dropout},
		)
	}
	s.Layers = append(
		s.Layers,
		layers.Spec{Kind: "dense", Units: 1, Init: "glorot_uniform"},
		layers.Spec{Kind: "activation", Function: "sigmoid"},
	)
	return s
}

// Linear is one linear layer of a network from elsewhere, y = x·Kernel + Bias.
type Linear struct {
	In, Out int
	Kernel  []float32 // (In, Out), row after row; PyTorch's weight is its transpose
	Bias    []float32
}

// ErrShape is wrapped when weights are not those of this model.
var ErrShape = errors.New("not the weights of an exfiltration model")

// Import makes the model of published weights: linear layers with ReLU between them and a sigmoid after the last, which
// has one output. The first takes the notebook's 98 features, or the 99 that the notebook's table has where its rows are
// labelled (see package queryfeatures).
func Import(linears []Linear) (*Model, error) {
	if len(linears) == 0 {
		return nil, fmt.Errorf("%w: no layers", ErrShape)
	}
	set := queryfeatures.Notebook98
	switch in := linears[0].In; in {
	case queryfeatures.Notebook98.Size():
	case queryfeatures.Notebook99.Size():
		set = queryfeatures.Notebook99
	default:
		return nil, fmt.Errorf("%w: it takes %d features, not %d or %d", ErrShape, in, queryfeatures.Notebook98.Size(), queryfeatures.Notebook99.Size())
	}
	var hidden []int
	for i, l := range linears {
		switch {
		case l.Out < 1 || i > 0 && l.In != linears[i-1].Out:
			return nil, fmt.Errorf("%w: layer %d is %d×%d", ErrShape, i+1, l.In, l.Out)
		// Divided, as a product may overflow.
		case len(l.Kernel)%l.Out != 0 || len(l.Kernel)/l.Out != l.In || len(l.Bias) != l.Out:
			return nil, fmt.Errorf("%w: layer %d is %d×%d and has %d weights and a bias of %d", ErrShape, i+1, l.In, l.Out, len(l.Kernel), len(l.Bias))
		case i < len(linears)-1:
			hidden = append(hidden, l.Out)
		case l.Out != 1:
			return nil, fmt.Errorf("%w: it has %d outputs, not 1", ErrShape, l.Out)
		}
		for _, v := range append(l.Kernel[:len(l.Kernel):len(l.Kernel)], l.Bias...) {
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%w: layer %d has a weight of %v", ErrShape, i+1, v)
			}
		}
	}
	b, err := models.NewBase(Kind, Stack(set.Size(), hidden, dropout), classes, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	params := b.Network().Params()
	for i, l := range linears {
		copy(params[2*i].Data, l.Kernel)
		copy(params[2*i+1].Data, l.Bias)
	}
	return &Model{b, queryfeatures.NewScaled(set)}, nil
}
