package graph

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"threatnet/internal/team"
	"threatnet/models/layers"
)

// Param is a parameter of a Net and the node of its gradient: a gorgonia.ValueGrad for any Solver.
type Param[T layers.Float] struct {
	*layers.Param[T]
	weights, grad *G.Node
}

// Value implements gorgonia.ValueGrad.
func (p *Param[T]) Value() G.Value { return p.weights.Value() }

// Grad implements gorgonia.ValueGrad.
func (p *Param[T]) Grad() (G.Value, error) {
	if v := p.grad.Value(); v != nil {
		return v, nil
	}
	return nil, fmt.Errorf("graph: %s has no gradient yet", p.Name)
}

// Gradient is the gradient of the last run, nil before the first one.
func (p *Param[T]) Gradient() []T {
	if v := p.grad.Value(); v != nil {
		return backing[T](v)
	}
	return nil
}

// Optimizers lists the names of the update formulas. The plain names are Keras 2's; see NewSolver.
func Optimizers() []string {
	return []string{"adam", "adam-torch", "rmsprop", "rmsprop-keras3", "rmsprop-torch", "sgd"}
}

// Solver is a gorgonia.Solver with a formula of Keras or PyTorch. Its state is kept by the position of a parameter, so
// that it steps all Nets of one network.
//
//	adam            Kingma and Ba 2015, as Keras: ε 1e-7 beside the uncorrected root
//	adam-torch      ε 1e-8 beside the corrected root
//	rmsprop         Tieleman and Hinton 2012, as Keras before 2.4 and TF up to 2.10: ρ .9, ε 1e-7 outside the root
//	rmsprop-keras3  TF from 2.11, Keras 3: ε inside the root
//	rmsprop-torch   ρ .99, ε 1e-8 outside
//	sgd             momentum .9, as PyTorch: v = .9·v + g, w −= rate·v
type Solver[T layers.Float] struct {
	Rate     float64
	ClipNorm float64 // gradients are scaled down to this global norm; 0 for no limit

	formula string
	shards  int
	team    *team.Team
	steps   uint64
	fresh   bool    // no step was taken since Init
	slots   [][][]T // of each parameter: the formula's moments

	views          [][2]view[T] // of weights and gradients, by parameter
	weights, grads [][]T        // of the running step
	used           [][]bool     // of the weights of a table: the rows to step, the others have neither gradient nor moments
	scale          T
	rate, k        T // of Adam's formula, corrected for the step
	sums           []float64
	norm, update   func(int)
}

// NewSolver makes a solver of the named formula; shards and crew split the work, not the result.
func NewSolver[T layers.Float](formula string, rate float64, shards int, crew *team.Team) (*Solver[T], error) {
	if !slices.Contains(Optimizers(), formula) {
		return nil, fmt.Errorf("graph: no optimizer is called %q: want one of %v", formula, Optimizers())
	}
	s := &Solver[T]{Rate: rate, formula: formula, shards: max(1, shards), team: crew}
	s.sums = make([]float64, s.shards)
	s.norm, s.update = s.normShard, s.updateShard
	return s, nil
}

// Step implements gorgonia.Solver.
func (s *Solver[T]) Step(model []G.ValueGrad) error {
	if s.slots == nil {
		s.Init(model)
	}
	s.weights, s.grads, s.used = s.weights[:0], s.grads[:0], s.used[:0]
	for k, p := range model {
		g, err := p.Grad()
		if err != nil {
			return err
		}
		v := &s.views[k]
		s.weights, s.grads = append(s.weights, v[0].of(p.Value())), append(s.grads, v[1].of(g))
		s.used = append(s.used, s.usedRows(k, p))
	}
	s.fresh = false
	s.steps++
	s.correct()
	s.scale = 1
	if s.ClipNorm > 0 {
		s.team.Do(s.shards, s.norm)
		var sum float64
		for _, v := range s.sums {
			sum += v
		}
		if n := math.Sqrt(sum); n > s.ClipNorm {
			s.scale = T(s.ClipNorm / n)
		}
	}
	s.team.Do(s.shards, s.update)
	return nil
}

// Init makes the moments, all zero, for a model; Step does so by itself.
func (s *Solver[T]) Init(model []G.ValueGrad) {
	n := 1
	if s.formula == "adam" || s.formula == "adam-torch" {
		n = 2
	}
	s.slots, s.fresh, s.views = nil, true, make([][2]view[T], len(model))
	for k, p := range model {
		size, slots := len(s.views[k][0].of(p.Value())), make([][]T, n)
		for i := range slots {
			slots[i] = make([]T, size)
		}
		s.slots = append(s.slots, slots)
	}
}

// State is the number of steps taken and the moments, parameter after parameter, to be saved, and before the first Step
// restored, in place.
func (s *Solver[T]) State() (steps *uint64, slots [][][]T) { return &s.steps, s.slots }

var _ G.Solver = (*Solver[float32])(nil)
