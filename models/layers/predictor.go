package layers

import (
	"sync"

	"threatnet/internal/team"
)

// Predictor scores batches of any size. It keeps its own copy of the weights, in the form that scoring reads, and may be
// used by many goroutines. A row's result does not depend on the batch that it comes in.
type Predictor[T Float] struct {
	layers  []Forwarder[T]
	input   int
	outputs int
	pool    sync.Pool // of *pass[T]

	busy sync.Mutex // guards the rest
	team *team.Team
	all  predictAll[T]
	task func(worker, i int) // run
}

// pass is what one goroutine needs to take a batch through the layers.
type pass[T Float] struct {
	works []*Work[T]
	rows  Batch[T]
}

func newPass[T Float](layers int) *pass[T] {
	w := &pass[T]{works: make([]*Work[T], layers)}
	for i := range w.works {
		w.works[i] = &Work[T]{Shards: 1}
	}
	return w
}

// NewPredictor compiles a stack.
func NewPredictor[T Float](q *Sequential[T]) *Predictor[T] {
	own, err := New[T](q.Stack())
	if err != nil {
		panic("layers: a stack that was made before is good")
	}
	CopyParams(own, q)
	p := &Predictor[T]{input: q.Input.Size(), outputs: q.Output()}
	for _, l := range Compile(own.Layers) {
		p.layers = append(p.layers, frozen(l, q.Input[0])...)
	}
	p.pool.New = func() any { return newPass[T](len(p.layers)) }
	p.task = p.run
	return p
}

// frozen is a layer in the form that scoring runs, for inputs of so many steps: none for a Dropout, some for a block.
func frozen[T Float](l Layer[T], steps int) []Forwarder[T] {
	switch l := l.(type) {
	case *EmbeddingLSTM[T]:
		return []Forwarder[T]{l.freeze(steps)}
	case *Dense[T]:
		return []Forwarder[T]{l.freeze()}
	case *DenseBlock[T]:
		d, rest := l.dense.freeze(), l.rest
		if s := rest[0].Spec(); s.Function == "relu" {
			d.relu, rest = true, rest[1:]
		}
		fs := []Forwarder[T]{d}
		for _, r := range rest {
			fs = append(fs, frozen(r, steps)...)
		}
		return fs
	case *BatchNorm[T]:
		return []Forwarder[T]{l.freeze()}
	case *Dropout[T]:
		return nil
	}
	return []Forwarder[T]{l}
}

// Outputs is the number of outputs of a row.
func (p *Predictor[T]) Outputs() int { return p.outputs }

// Predict writes Rows×Outputs outputs. It runs on the calling goroutine.
func (p *Predictor[T]) Predict(x *Batch[T], out []T) {
	w := p.pool.Get().(*pass[T])
	p.predict(w, x, out)
	p.pool.Put(w)
}

func (p *Predictor[T]) predict(w *pass[T], x *Batch[T], out []T) {
	y := x
	for i, l := range p.layers {
		y = l.Forward(w.works[i], y)
	}
	copy(out[:x.Rows*p.outputs], y.X)
}
