package bench

import (
	"math/rand/v2"

	"threatnet/models/dgamlp"
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

func perceptrons() []Case {
	return []Case{{Name: "dga-mlp/train", Unit: "rows/s", Units: 1, trains: true, threads: 1, Make: training(dgaTraining)}}
}
