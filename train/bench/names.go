package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"threatnet/models/layers"
	"threatnet/train"
)

// The published network and the notebook's vocabulary.
const (
	steps, vocabulary, units, classes = 75, 1000, 128, 44
	characters                        = 38 // letters, digits, '-' and '.'
	trainRows, batch                  = 8192, 128
)

// synthetic are names of random characters and random classes. Lengths are those of a gamma distribution of shape 5 and
// mean 17, cut to 4 … 75, as real names have them.
type synthetic struct {
	tokens  []int32
	classes []int32
	steps   int
	length  float64 // mean, without padding
}

func newSynthetic(n int) *synthetic {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	s := &synthetic{tokens: make([]int32, n*steps), classes: make([]int32, n), steps: steps}
	for i := range n {
		g := 0.0
		for range 5 { // a gamma variable of whole shape is a sum of exponential ones
			g += r.ExpFloat64()
		}
		length := min(max(int(math.Round(g*3.4)), 4), steps)
		for t := steps - length; t < steps; t++ {
			s.tokens[i*steps+t] = 1 + int32(r.IntN(characters))
		}
		s.classes[i] = int32(r.IntN(classes))
		s.length += float64(length) / float64(n)
	}
	return s
}

// Len implements models.Examples.
func (s *synthetic) Len() int { return len(s.classes) }

// Class implements models.Examples.
func (s *synthetic) Class(i int) int32 { return s.classes[i] }

// Encode implements models.Examples.
func (s *synthetic) Encode(i int, tokens []int32, _ []float32) {
	copy(tokens, s.tokens[i*s.steps:][:s.steps])
}

// characterFLOP is one character's h·U; training adds dG·Uᵀ and hᵀ·dG.
func characterFLOP(units int) float64 { return float64(2 * units * 4 * units) }

func network(units, classes int, dropout float64) (*layers.Sequential[float32], error) {
	q, err := layers.New[float32](layers.Stack{Input: []int{steps}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: vocabulary, Units: units},
		{Kind: "lstm", Units: units, Recurrent: layers.RecurrentSigmoid},
		{Kind: "dropout", Rate: dropout},
		{Kind: "dense", Units: classes, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}})
	if err == nil {
		q.Init(1)
	}
	return q, err
}

func names() []Case {
	length := newSynthetic(trainRows).length
	cases := []Case{{Name: "dga-lstm/train", Unit: "rows/s", Units: 1, FLOP: 3 * characterFLOP(units) * length, trains: true, Make: training(lstmTraining)}}
	for _, b := range []int{1, 32, 256, 4096} {
		cases = append(cases, Case{
			Name: fmt.Sprintf("dga-lstm/score-%d", b), Unit: "rows/s", Units: float64(b), FLOP: characterFLOP(units) * length * float64(b),
			Make: func(_ Options, threads int) (func(int) error, func(), error) { return makeScoring(b, threads) },
		})
	}
	return cases
}

// lstmTraining is the notebook's training: RMSprop, no clipping, dropout .5.
func lstmTraining() (workload, error) {
	s, err := train.DefaultSettings("dga-lstm", train.Parity)
	if err != nil {
		return workload{}, err
	}
	s.BatchSize = batch
	q, err := network(units, classes, s.Dropout)
	return workload{q, s, newSynthetic(trainRows), classes}, err
}

func makeScoring(rows, threads int) (func(int) error, func(), error) {
	q, err := network(units, classes, 0)
	if err != nil {
		return nil, nil, err
	}
	const pool = 8192
	s, p := newSynthetic(pool), layers.NewPredictor(q)
	out := make([]float32, rows*classes)
	at := 0
	return repeat(func() {
		x := layers.Batch[float32]{Rows: rows, Cols: steps, Tokens: s.tokens[at*steps : (at+rows)*steps]}
		p.PredictAll(&x, out, threads)
		if at += rows; at+rows > pool {
			at = 0
		}
	}), func() {}, nil
}

// DefaultOptions are those of the command.
func DefaultOptions() Options { return Options{Rounds: 7, Time: time.Second, VM: "flat"} }
