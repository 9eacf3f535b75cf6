package engine

import (
	"fmt"
	"math"
	"sync"

	"threatnet/models"
	"threatnet/models/layers"
)

// network is a network that no longer changes, with room for what goes into it.
type network struct {
	predictor     *layers.Predictor[float32]
	cols, outputs int
	tokens        bool
	vocabulary    int // number of token ids; 0 for values
	inputs        sync.Pool
}

func newNetwork(q *layers.Sequential[float32]) *network {
	n := &network{predictor: layers.NewPredictor(q), cols: q.Input.Size(), tokens: models.TakesTokens(q)}
	n.outputs = n.predictor.Outputs()
	if n.tokens {
		n.vocabulary = q.Layers[0].Spec().Vocabulary
	}
	n.inputs.New = newInput
	return n
}

func newInput() any { return new(layers.Batch[float32]) }

// input takes room for so many rows, which give gives back.
func (n *network) input(rows int) *layers.Batch[float32] {
	x := n.inputs.Get().(*layers.Batch[float32])
	x.Rows, x.Cols = rows, n.cols
	if n.tokens {
		x.Tokens = resize(x.Tokens, rows*n.cols)
	} else {
		x.X = resize(x.X, rows*n.cols)
	}
	return x
}

func (n *network) give(x *layers.Batch[float32]) { n.inputs.Put(x) }

// encode writes the rows from lo on into x.
func (n *network) encode(x *layers.Batch[float32], lo int, encode encoder) {
	for i := range x.Rows {
		if n.tokens {
			encode(lo+i, x.Tokens[i*n.cols:][:n.cols], nil)
		} else {
			encode(lo+i, nil, x.X[i*n.cols:][:n.cols])
		}
	}
}

// encoder writes the network's input for record i: tokens or values.
type encoder func(i int, tokens []int32, values []float32)

func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// InputError tells what is wrong with an encoded row.
type InputError struct {
	Row, Col int
	Reason   string
}

func (e *InputError) Error() string {
	return fmt.Sprintf("row %d, column %d: %s", e.Row, e.Col, e.Reason)
}

// check refuses token ids that the network does not know, and values that are not finite. The lengths are right.
func (n *network) check(tokens []int32, values []float32) error {
	for i, t := range tokens {
		if t < 0 || int(t) >= n.vocabulary {
			return &InputError{i / n.cols, i % n.cols, fmt.Sprintf("token id %d: want 0 to %d", t, n.vocabulary-1)}
		}
	}
	for i, v := range values {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return &InputError{i / n.cols, i % n.cols, fmt.Sprintf("%v is no finite number", v)}
		}
	}
	return nil
}
