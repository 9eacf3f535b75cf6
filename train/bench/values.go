package bench

import (
	"fmt"
	"math/rand/v2"

	"threatnet/models/dgamlp"
	"threatnet/models/exfilmlp"
	"threatnet/models/layers"
	"threatnet/train"
)

// rows are synthetic feature rows with random classes.
type rows struct {
	cols    int
	x       []float32
	classes []int32
}

// Len implements models.Examples.
func (r *rows) Len() int { return len(r.classes) }

// Class implements models.Examples.
func (r *rows) Class(i int) int32 { return r.classes[i] }

// Encode implements models.Examples.
func (r *rows) Encode(i int, _ []int32, values []float32) { copy(values, r.x[i*r.cols:][:r.cols]) }

// dgaRows are lengths, entropies and vowel proportions with the means and deviations of real names.
func dgaRows(n int) *rows {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	s := &rows{cols: 3}
	for range n {
		c := r.IntN(2)
		length := min(max(10+8*float64(c)+4*r.NormFloat64(), 3), 63)
		entropy := 2.7 + 0.7*float64(c) + 0.4*r.NormFloat64()
		vowels := min(max(0.37-0.08*float64(c)+0.12*r.NormFloat64(), 0), 1)
		s.x = append(s.x, float32(int(length)), float32(entropy), float32(vowels))
		s.classes = append(s.classes, int32(c))
	}
	return s
}

// dgaTraining is the tutorial's: batches of 7.
func dgaTraining() (workload, error) {
	s, err := train.DefaultSettings(dgamlp.Kind, train.Parity)
	if err != nil {
		return workload{}, err
	}
	q, err := layers.New[float32](dgamlp.Stack(s.Dropout))
	if err == nil {
		q.Init(1)
	}
	return workload{q, s, dgaRows(133931), 2}, err
}

// queryRows are standardised features of queries.
func queryRows(n int) *rows {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	s := &rows{cols: queryInputs}
	for range n {
		for range s.cols {
			s.x = append(s.x, float32(r.NormFloat64()))
		}
		s.classes = append(s.classes, int32(r.IntN(2)))
	}
	return s
}

// The published network of queries.
const (
	queryInputs = 98
	queryHidden = 128
	queryRow    = 2 * (queryInputs*queryHidden + queryHidden*queryHidden + queryHidden) // FLOP, forward
)

func queryNetwork(dropout float64) (*layers.Sequential[float32], error) {
	q, err := layers.New[float32](exfilmlp.Stack(queryInputs, []int{queryHidden, queryHidden}, dropout))
	if err == nil {
		q.Init(1)
	}
	return q, err
}

// queryTraining is exfil-mlp's: Adam, batches of 256, dropout .5.
func queryTraining() (workload, error) {
	s, err := train.DefaultSettings(exfilmlp.Kind, train.Corrected)
	if err != nil {
		return workload{}, err
	}
	q, err := queryNetwork(s.Dropout)
	return workload{q, s, queryRows(1 << 15), 2}, err
}

// queryScoring scores ready rows of features.
func queryScoring(batch int) func(Options, int) (func(int) error, func(), error) {
	return func(_ Options, threads int) (func(int) error, func(), error) {
		q, err := queryNetwork(0)
		if err != nil {
			return nil, nil, err
		}
		const pool = 1 << 15
		s, p, out, at := queryRows(pool), layers.NewPredictor(q), make([]float32, batch), 0
		return repeat(func() {
			x := layers.Batch[float32]{Rows: batch, Cols: queryInputs, X: s.x[at*queryInputs : (at+batch)*queryInputs]}
			p.PredictAll(&x, out, threads)
			if at += batch; at+batch > pool {
				at = 0
			}
		}), func() {}, nil
	}
}

func perceptrons() []Case {
	cases := []Case{
		{Name: "dga-mlp/train", Unit: "rows/s", Units: 1, trains: true, threads: 1, Make: training(dgaTraining)},
		// The first layer's input needs no gradient.
		{Name: "exfil-mlp/train", Unit: "rows/s", Units: 1, FLOP: 3*queryRow - 2*queryInputs*queryHidden, trains: true, Make: training(queryTraining)},
	}
	for _, b := range []int{256, 4096} {
		cases = append(cases, Case{Name: fmt.Sprintf("exfil-mlp/score-%d", b), Unit: "rows/s", Units: float64(b), FLOP: queryRow * float64(b), Make: queryScoring(b)})
	}
	return cases
}
