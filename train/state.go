package train

import (
	"iter"

	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/train/graph"
)

// Position is where a training stands: with the weights and the optimizer's moments it is all that the rest of the run
// depends on, since shuffles and masks are functions of seed, epoch and step.
type Position struct {
	Epoch   int     `json:"epoch"` // complete epochs
	Batch   int     `json:"batch"` // complete batches of the next one
	Step    uint64  `json:"step"`
	LossSum float64 `json:"loss_sum"` // over the rows of the running epoch
	Correct int     `json:"correct"`

	BestEpoch int     `json:"best_epoch"` // of the lowest validation loss, or 0
	BestLoss  float64 `json:"best_loss"`

	History []checkpoint.Epoch `json:"history"`
}

// State is a running training, as hooks see it.
type State struct {
	Position
	Settings *Settings
	Network  *layers.Sequential[float32]
	Best     [][]float32 // weights of the best epoch; nil without early stopping
	Stop     bool        // set by a hook: the run ends after this epoch

	Rows    int           // of the training split
	Batches int           // of an epoch
	slots   [][][]float32 // the optimizer's moments of each trained parameter

	rate float64
	net  *graph.Net[float32] // that took the last step
}

// LearningRate is the rate of the last step.
func (s *State) LearningRate() float64 { return s.rate }

// Gradients are those of the last step, parameter by parameter, as the optimizer took them: after clipping. They are valid
// within a hook.
func (s *State) Gradients() iter.Seq2[string, []float32] {
	return func(yield func(string, []float32) bool) {
		if s.net == nil {
			return
		}
		for _, p := range s.net.Params() {
			if !yield(p.Name, p.Gradient()) {
				return
			}
		}
	}
}

// Event is a point in a training at which hooks are called.
type Event int

// The events.
const (
	BatchEnd    Event = iota
	EpochEnd          // the epoch stands in History
	Interrupted       // the run ends here; it can be resumed
)

// Hook watches a training, and may stop it by an error or by State.Stop.
type Hook func(Event, *State) error

func (s *State) call(hooks []Hook, e Event) error {
	for _, h := range hooks {
		if err := h(e, s); err != nil {
			return err
		}
	}
	return nil
}
