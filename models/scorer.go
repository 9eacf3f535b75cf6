package models

import (
	"threatnet/models/layers"
)

// Scorer judges records with a model whose weights no longer change. It may be used by many goroutines.
type Scorer struct {
	Threshold float64
	Top       int // how many classes a verdict lists

	predictor *layers.Predictor[float32]
	classes   []string
	benign    int
	cols      int
	tokens    bool
}

// NewScorer compiles a model.
func NewScorer(m Model, threshold float64) *Scorer {
	q := m.Network()
	return &Scorer{
		Threshold: threshold, Top: 3, predictor: layers.NewPredictor(q), classes: m.Classes(), benign: m.Benign(),
		cols: q.Input.Size(), tokens: TakesTokens(q),
	}
}

// TakesTokens tells whether a network's input is token ids.
func TakesTokens(q *layers.Sequential[float32]) bool { return q.Layers[0].Spec().Kind == "embedding" }

// Outputs writes the network's outputs for n records, which encode writes row by row, on up to workers goroutines. It
// returns rows×Outputs numbers.
func (s *Scorer) Outputs(n int, encode func(i int, tokens []int32, values []float32), workers int) []float32 {
	x := &layers.Batch[float32]{Rows: n, Cols: s.cols}
	if s.tokens {
		x.Tokens = make([]int32, n*s.cols)
		for i := range n {
			encode(i, x.Tokens[i*s.cols:][:s.cols], nil)
		}
	} else {
		x.X = make([]float32, n*s.cols)
		for i := range n {
			encode(i, nil, x.X[i*s.cols:][:s.cols])
		}
	}
	out := make([]float32, n*s.predictor.Outputs())
	s.predictor.PredictAll(x, out, workers)
	return out
}

// Judge gives the verdicts of n records.
func (s *Scorer) Judge(n int, encode func(i int, tokens []int32, values []float32), workers int) []Verdict {
	out, k := s.Outputs(n, encode, workers), s.predictor.Outputs()
	vs := make([]Verdict, n)
	for i := range vs {
		vs[i] = Judge(out[i*k:][:k], s.classes, s.benign, s.Threshold, s.Top)
	}
	return vs
}
