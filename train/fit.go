// Package train fits a network to examples. Fit is the loop, which does little by itself: early stopping, saving, progress
// and logs are hooks. Package graph below it runs the steps on gorgonia; package pipeline goes from sources to a
// checkpoint.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"threatnet/internal/team"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/train/graph"
)

// Run is one training.
type Run struct {
	Network    *layers.Sequential[float32]
	Train      models.Examples
	Validation models.Examples // nil or empty: none
	Classes    int
	Settings   Settings
	Workers    int // goroutines; 0: all cores. The result does not depend on it
	Hooks      []Hook
	From       *Saved // to go on from there
}

// ErrDiverged is wrapped when a loss is no longer a number.
var ErrDiverged = errors.New("the loss is no longer finite: try a lower learning rate or --clip-norm")

// Fit trains until the last epoch, a hook's stop or the end of ctx; in the last case the hooks see Interrupted and the
// context's error is returned. With early stopping the best epoch's weights are put back at the end.
func Fit(ctx context.Context, r Run) (*State, error) {
	f, err := newFitter(r)
	if err != nil {
		return nil, err
	}
	defer f.close()
	for f.state.Epoch < r.Settings.Epochs && !f.state.Stop {
		if err := f.epoch(ctx); err != nil {
			return f.state, err
		}
	}
	if s := f.state; s.Best != nil {
		for i, p := range r.Network.Params() {
			copy(p.Data, s.Best[i])
		}
	}
	return f.state, nil
}

// fitter is the machinery of a run.
type fitter struct {
	Run
	state   *State
	crew    *team.Team
	solver  *graph.Solver[float32]
	net     *graph.Net[float32] // of full batches
	last    *graph.Net[float32] // of the last, smaller one
	order   []int
	weights []float32 // of the classes
	steps   uint64    // of the whole run

	rows   []int // of the batch
	encode func(worker, part int)
}

// encodeRows is how many rows of a batch a worker encodes at a time.
const encodeRows = 32

func newFitter(r Run) (*fitter, error) {
	s, n := &r.Settings, r.Train.Len()
	if err := s.Check(); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errors.New("train: no examples to train on")
	}
	if r.Workers == 0 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	f := &fitter{Run: r, crew: team.New(min(r.Workers, s.Shards), team.Long), order: make([]int, n)}
	f.encode = f.encodePart
	f.weights = classWeights(r.Train, r.Classes, s.ClassWeight)
	batches := (n + s.BatchSize - 1) / s.BatchSize
	f.steps = uint64(batches) * uint64(s.Epochs)
	f.state = &State{Settings: s, Network: r.Network, Rows: n, Batches: batches}
	err := f.build(min(s.BatchSize, n), n%s.BatchSize)
	if err == nil && r.From != nil {
		err = r.From.restore(f.state)
	}
	if err != nil {
		f.close()
		return nil, err
	}
	if r.From != nil {
		steps, _ := f.solver.State()
		*steps = f.state.Step
	}
	return f, nil
}

// build makes the graphs and the solver.
func (f *fitter) build(rows, rest int) (err error) {
	s := &f.Settings
	opts := graph.Options{VM: s.VM, Seed: s.Seed, Shards: s.Shards, Team: f.crew}
	if f.net, err = graph.New(f.Network, rows, opts); err != nil {
		return err
	}
	f.last = f.net
	if rest > 0 && rest != rows {
		if f.last, err = graph.New(f.Network, rest, opts); err != nil {
			return err
		}
	}
	if f.solver, err = graph.NewSolver[float32](s.Optimizer, s.LearningRate, s.Shards, f.crew); err != nil {
		return err
	}
	f.solver.ClipNorm = s.ClipNorm
	f.solver.Init(f.net.Model())
	_, f.state.slots = f.solver.State()
	return nil
}

func (f *fitter) close() {
	f.crew.Close()
	for _, n := range []*graph.Net[float32]{f.net, f.last} {
		if n != nil {
			_ = n.Close() // a VM's Close has nothing to report
		}
	}
}

// epoch runs the rest of the current epoch.
func (f *fitter) epoch(ctx context.Context) error {
	s := f.state
	shuffle(f.order, f.Settings.Seed, s.Epoch)
	for s.Batch < s.Batches {
		if ctx.Err() != nil {
			if err := s.call(f.Hooks, Interrupted); err != nil {
				return fmt.Errorf("interrupted, and not saved: %w", err)
			}
			return context.Cause(ctx)
		}
		if err := f.batch(); err != nil {
			return err
		}
		if err := s.call(f.Hooks, BatchEnd); err != nil {
			return err
		}
	}
	e := checkpoint.Epoch{Epoch: s.Epoch + 1, Train: scores(s.LossSum, s.Correct, s.Rows)}
	if f.Validation != nil && f.Validation.Len() > 0 {
		loss, correct := Loss(f.Network, f.Validation, f.Workers)
		if !finite(loss) {
			return fmt.Errorf("epoch %d, validation: %w", s.Epoch+1, ErrDiverged)
		}
		e.Validation = scores(loss, correct, f.Validation.Len())
	}
	s.History = append(s.History, e)
	s.Epoch++
	s.Batch, s.LossSum, s.Correct = 0, 0, 0
	s.keepBest()
	return s.call(f.Hooks, EpochEnd)
}

func scores(loss float64, correct, rows int) checkpoint.Scores {
	return checkpoint.Scores{"loss": checkpoint.Number(loss / float64(rows)), "accuracy": checkpoint.Number(float64(correct) / float64(rows))}
}

// batch trains the next batch.
func (f *fitter) batch() error {
	s, size := f.state, f.Settings.BatchSize
	lo := s.Batch * size
	f.rows = f.order[lo:min(lo+size, len(f.order))]
	n := f.net
	if len(f.rows) != n.Rows {
		n = f.last
	}
	s.rate, s.net = f.Settings.rate(s.Step, f.steps), n
	f.crew.Each((n.Rows+encodeRows-1)/encodeRows, f.encode)
	f.solver.Rate = s.rate
	loss, correct, err := n.Run(s.Step)
	if err != nil {
		return err
	}
	if !finite(loss) {
		return fmt.Errorf("epoch %d, batch %d: %w", s.Epoch+1, s.Batch+1, ErrDiverged)
	}
	if err := f.solver.Step(n.Model()); err != nil {
		return err
	}
	s.Step++
	s.Batch++
	s.LossSum += loss * float64(n.Rows)
	s.Correct += correct
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// encodePart writes a part of the batch where the graph reads it.
func (f *fitter) encodePart(_, part int) {
	n := f.state.net
	tokens, values := len(n.Tokens())/n.Rows, len(n.Values())/n.Rows
	for i := part * encodeRows; i < min((part+1)*encodeRows, n.Rows); i++ {
		r := f.rows[i]
		f.Train.Encode(r, n.Tokens()[i*tokens:][:tokens], n.Values()[i*values:][:values])
		c := f.Train.Class(r)
		n.Classes()[i], n.Weights()[i] = c, f.weights[c]
	}
}

// shuffle orders the rows of an epoch: a function of seed and epoch.
func shuffle(order []int, seed uint64, epoch int) {
	for i := range order {
		order[i] = i
	}
	r := rand.New(rand.NewPCG(seed, layers.Mix(uint64(epoch))))
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

// classWeights is (N/n)^γ for each class of n of N rows (Tran and others 2018, LSTM.MI).
func classWeights(e models.Examples, classes int, gamma float64) []float32 {
	counts, w := make([]int, classes), make([]float32, classes)
	for i := range e.Len() {
		counts[e.Class(i)]++
	}
	for c, n := range counts {
		w[c] = 1
		if gamma > 0 && n > 0 {
			w[c] = float32(math.Pow(float64(e.Len())/float64(n), gamma))
		}
	}
	return w
}
