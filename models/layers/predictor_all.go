package layers

import (
	"runtime"

	"threatnet/internal/team"
)

// predictAll is what PredictAll has to do, chunk by chunk.
type predictAll[T Float] struct {
	x      Batch[T]
	out    []T
	chunk  int
	passes []*pass[T] // one for each worker
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
	// Where the team serves another caller, all cores have work.
	if workers <= 1 || x.Rows <= chunk || !p.busy.TryLock() {
		w := p.pool.Get().(*pass[T])
		for lo := 0; lo < x.Rows; lo += chunk {
			p.predictRows(w, x, out, lo, min(lo+chunk, x.Rows))
		}
		p.pool.Put(w)
		return
	}
	defer p.busy.Unlock()
	if p.team.Workers() != workers {
		p.team.Close()
		p.team = team.New(workers, team.Short)
		runtime.AddCleanup(p, (*team.Team).Close, p.team)
		for len(p.all.passes) < workers {
			p.all.passes = append(p.all.passes, newPass[T](len(p.layers)))
		}
	}
	p.all.x, p.all.out, p.all.chunk = *x, out, chunk
	p.team.Each((x.Rows+chunk-1)/chunk, p.task)
	p.all.x, p.all.out = Batch[T]{}, nil
}

// run scores a chunk of what there is to do.
func (p *Predictor[T]) run(worker, i int) {
	a := &p.all
	p.predictRows(a.passes[worker], &a.x, a.out, i*a.chunk, min((i+1)*a.chunk, a.x.Rows))
}

func (p *Predictor[T]) predictRows(w *pass[T], x *Batch[T], out []T, lo, hi int) {
	w.rows = Batch[T]{Rows: hi - lo, Cols: x.Cols}
	if x.Tokens != nil {
		w.rows.Tokens = x.Tokens[lo*x.Cols : hi*x.Cols]
	} else {
		w.rows.X = x.X[lo*x.Cols : hi*x.Cols]
	}
	p.predict(w, &w.rows, out[lo*p.outputs:hi*p.outputs])
	w.rows = Batch[T]{}
}
