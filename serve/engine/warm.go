package engine

import (
	"context"
	"fmt"
	"math"

	"threatnet/models"
	"threatnet/models/checkpoint"
)

// warmed makes a version that is ready for its first call. A network that panics is refused.
func (e *Engine) warmed(name string, version int, model models.Model, meta checkpoint.Meta) (m *Model, err error) {
	defer recovered(&err)
	m = e.newModel(name, version, model, meta)
	return m, m.warm()
}

// warm runs the network on batches of several sizes, so that the first call is as fast as the next. It refuses a network
// whose outputs are no probabilities.
func (m *Model) warm() error {
	for _, rows := range []int{1, 2, 17, 64} {
		x := m.net.input(rows)
		for i := range x.Tokens {
			x.Tokens[i] = int32(i % m.net.vocabulary)
		}
		clear(x.X)
		out := make([]float32, rows*m.net.outputs)
		m.net.predictor.Predict(x, out)
		m.net.give(x)
		for _, p := range out {
			if math.IsNaN(float64(p)) {
				return fmt.Errorf("the network answers with no numbers")
			}
		}
	}
	out := make([]float32, m.net.outputs)
	return m.batcher.run(context.Background(), 1, func(_ int, tokens []int32, values []float32) {
		clear(tokens)
		clear(values)
	}, out)
}
