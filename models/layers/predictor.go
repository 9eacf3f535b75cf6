package layers

import (
	"runtime"
	"sync"
	"sync/atomic"

	"threatnet/internal/team"
)

// Predictor scores batches of any size. It keeps its own copy of the weights, in the form that scoring reads, and may be
// used by many goroutines. A row's result does not depend on the batch that it comes in.
type Predictor[T Float] struct {
	layers  []Forwarder[T]
	input   int
	outputs int
	pool    sync.Pool // of *[]*Work[T]
	busy    sync.Mutex
	team    *team.Team
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
	p.pool.New = func() any {
		ws := make([]*Work[T], len(p.layers))
		for i := range ws {
			ws[i] = &Work[T]{Shards: 1}
		}
		return &ws
	}
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
	ws := p.pool.Get().(*[]*Work[T])
	y := x
	for i, l := range p.layers {
		y = l.Forward((*ws)[i], y)
	}
	copy(out[:x.Rows*p.outputs], y.X)
	p.pool.Put(ws)
}

// A chunk is what PredictAll gives to a goroutine at a time. Names are enough for the fused layer to sort them by length
// into full blocks; of values, the rows between two layers stay in the second-level cache.
const (
	chunkNames, leastNames   = 2048, 8
	chunkValues, leastValues = 128, 64 // less is done before another core awakes
)

// PredictAll is Predict on up to workers goroutines.
func (p *Predictor[T]) PredictAll(x *Batch[T], out []T, workers int) {
	most, least := chunkValues, leastValues
	if x.Tokens != nil {
		most, least = chunkNames, leastNames
	}
	chunk := min(most, max(least, (x.Rows+workers-1)/workers))
	if workers <= 1 || x.Rows <= chunk {
		for lo := 0; lo < x.Rows; lo += chunk {
			p.predictRows(x, out, lo, min(lo+chunk, x.Rows))
		}
		return
	}
	var next atomic.Int64
	p.together(workers, func(int) {
		for hi := int(next.Add(int64(chunk))); hi-chunk < x.Rows; hi = int(next.Add(int64(chunk))) {
			p.predictRows(x, out, hi-chunk, min(hi, x.Rows))
		}
	})
}

// together runs a task on so many workers at once; on the caller alone where the others serve another caller, since then
// all cores have work.
func (p *Predictor[T]) together(workers int, task func(int)) {
	if !p.busy.TryLock() {
		task(0)
		return
	}
	defer p.busy.Unlock()
	if p.team.Workers() != workers {
		p.team.Close()
		p.team = team.New(workers)
		runtime.AddCleanup(p, (*team.Team).Close, p.team)
	}
	p.team.Do(workers, task)
}

func (p *Predictor[T]) predictRows(x *Batch[T], out []T, lo, hi int) {
	part := Batch[T]{Rows: hi - lo, Cols: x.Cols}
	if x.Tokens != nil {
		part.Tokens = x.Tokens[lo*x.Cols : hi*x.Cols]
	} else {
		part.X = x.X[lo*x.Cols : hi*x.Cols]
	}
	p.Predict(&part, out[lo*p.outputs:hi*p.outputs])
}
