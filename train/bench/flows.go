package bench

import (
	"math/rand/v2"

	"threatnet/models/flowlstm"
	"threatnet/models/layers"
	"threatnet/train"
)

// The flows of CICIDS2017: features that vary, and tokens of their bins, of which id 0 is none.
const (
	flowSteps, flowTokens = 69, 722
	flowUnits             = 32
)

// flowRows are random tokens, of each feature its own.
func flowRows(n int) *synthetic {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	s := &synthetic{tokens: make([]int32, n*flowSteps), classes: make([]int32, n), steps: flowSteps}
	for i := range s.tokens {
		t := i % flowSteps
		lo, hi := 1+t*(flowTokens-1)/flowSteps, 1+(t+1)*(flowTokens-1)/flowSteps
		s.tokens[i] = int32(lo + r.IntN(hi-lo))
	}
	for i := range s.classes {
		s.classes[i] = int32(r.IntN(2))
	}
	return s
}

// flowTraining is the notebook's: RMSprop, batches of 16.
func flowTraining() (workload, error) {
	s, err := train.DefaultSettings(flowlstm.Kind, train.Parity)
	if err != nil {
		return workload{}, err
	}
	q, err := layers.New[float32](flowlstm.Stack(flowSteps, flowTokens, 1, 0))
	if err == nil {
		q.Init(1)
	}
	return workload{q, s, flowRows(8192), 2}, err
}

func flows() []Case {
	return []Case{{Name: "flow-lstm/train", Unit: "rows/s", Units: 1, FLOP: 3 * 2 * flowUnits * 4 * flowUnits * flowSteps, trains: true, Make: training(flowTraining)}}
}
