package layers

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// TestFirstSteps scores the same names from several goroutines at once, where first steps are kept and where there is no
// room left for any: the results are the same bits.
func TestFirstSteps(t *testing.T) {
	const rows, steps, classes = 700, 20, 3
	q, err := New[float32](Stack{Input: []int{steps}, Layers: []Spec{
		{Kind: "embedding", Vocabulary: 40, Units: 8},
		{Kind: "lstm", Units: 20, Recurrent: RecurrentSigmoid},
		{Kind: "dense", Units: classes, Init: "glorot_uniform"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	q.Init(5)
	x := paddedBatch[float32](rows, steps, 40, rand.New(rand.NewPCG(3, 3)))
	var want []float32
	for _, room := range []int64{1 << 20, 5, 0, -1} {
		p := NewPredictor(q)
		f := p.layers[0].(*frozenLSTM[float32])
		if f.firsts.room.Store(room); room < 0 { // as of a network that is too large
			f.firsts.kept = nil
		}
		var group sync.WaitGroup
		results := make([][]float32, 4)
		for i := range results {
			results[i] = make([]float32, rows*classes)
			group.Go(func() { p.PredictAll(x, results[i], 1+i) })
		}
		group.Wait()
		if want == nil {
			want = results[0]
		}
		for _, w := range p.all.passes { // whichever worker takes what, each has its buffers
			p.predictRows(w, x, results[0], 0, rows)
		}
		if n := testing.AllocsPerRun(10, func() { p.PredictAll(x, results[0], 2) }); !testing.Short() && room > 1000 && n > 0 {
			t.Errorf("scoring allocates %v times", n)
		}
		for i, got := range results {
			if !slices.Equal(got, want) {
				t.Errorf("room for %d, goroutine %d: other results", room, i)
			}
		}
		kept := int64(0)
		for i := range f.firsts.kept {
			if f.firsts.kept[i].Load() != nil {
				kept++
			}
		}
		if kept > max(room, 0) || room > 0 && kept == 0 {
			t.Errorf("room for %d, %d are kept", room, kept)
		}
	}
}

// TestPredictorLeavesNoHelpers: what a predictor has started ends when nobody has it any more.
func TestPredictorLeavesNoHelpers(t *testing.T) {
	q, err := New[float32](Stack{Input: []int{2}, Layers: []Spec{{Kind: "dense", Units: 1, Init: "glorot_uniform"}}})
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 20 {
		x := Batch[float32]{Rows: 1000, Cols: 2, X: make([]float32, 2000)}
		NewPredictor(q).PredictAll(&x, make([]float32, 1000), 3)
	}
	if runtime.NumGoroutine() == before {
		t.Fatal("no helper was started")
	}
	for range 1000 {
		runtime.GC() // cleanups run after one, helpers end after them
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}
