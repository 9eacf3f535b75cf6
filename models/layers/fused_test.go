package layers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"threatnet/internal/team"
)

// paddedBatch draws rows of ids below vocabulary, padded on the left: an empty row, a full one, one with an id 0 inside.
func paddedBatch[T Float](rows, steps, vocabulary int, r *rand.Rand) *Batch[T] {
	x := &Batch[T]{Rows: rows, Cols: steps, Tokens: make([]int32, rows*steps)}
	for i := range rows {
		n := r.IntN(steps + 1)
		switch i % 7 {
		case 3:
			n = 0
		case 5:
			n = steps
		}
		for t := steps - n; t < steps; t++ {
			x.Tokens[i*steps+t] = 1 + int32(r.IntN(vocabulary-1))
		}
		if i%7 == 6 && n > 2 {
			x.Tokens[i*steps+steps-2] = 0
		}
	}
	return x
}

type pairResult[T Float] struct {
	y     []T
	grads [][]T
}

// runBoth runs the same batch through the two plain layers and through the fused one.
func runBoth[T Float](t *testing.T, units, width, vocabulary, steps, rows, shards int, recurrent string, workers int) (plain, fused pairResult[T], q *Sequential[T]) {
	t.Helper()
	q, err := New[T](Stack{Input: []int{steps}, Layers: []Spec{
		{Kind: "embedding", Vocabulary: vocabulary, Units: width},
		{Kind: "lstm", Units: units, Recurrent: recurrent},
	}})
	if err != nil {
		t.Fatal(err)
	}
	q.Init(7)
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range q.Params() { // larger weights than a new net's, so that nothing is nearly linear
		for i := range p.Data {
			p.Data[i] += T(r.NormFloat64() * 0.7 / math.Sqrt(float64(units)))
		}
	}
	crew := team.New(workers, team.Short)
	defer crew.Close()
	for round := range 2 { // the second batch finds used buffers
		x := paddedBatch[T](rows-round, steps, vocabulary, r)
		dy := &Batch[T]{Rows: x.Rows, Cols: units, X: make([]T, x.Rows*units)}
		for i := range dy.X {
			dy.X[i] = T(r.NormFloat64())
		}
		plain = runStack(q.Layers, x, dy, shards, nil)
		fused = runStack(Compile(q.Layers), x, dy, shards, crew)
	}
	return plain, fused, q
}

var workCache = map[any]any{}

func runStack[T Float](ls []Layer[T], x, dy *Batch[T], shards int, crew *team.Team) pairResult[T] {
	var xs []*Batch[T]
	var ws []*Work[T]
	for i, l := range ls {
		w, ok := workCache[l].(*Work[T])
		if !ok {
			w = &Work[T]{Train: true, Layer: uint64(i), Shards: shards}
			workCache[l] = w
		}
		w.Team = crew
		xs, ws = append(xs, x), append(ws, w)
		x = l.Forward(w, x)
	}
	res := pairResult[T]{y: append([]T(nil), x.X[:x.Rows*x.Cols]...)}
	for i := len(ls) - 1; i >= 0; i-- {
		var grads [][]T
		for _, p := range ls[i].Params() {
			g := make([]T, len(p.Data))
			for j := range g {
				g[j] = T(math.NaN()) // Backward overwrites
			}
			grads = append(grads, g)
		}
		dy = ls[i].Backward(ws[i], xs[i], dy, grads)
		res.grads = append(grads, res.grads...)
	}
	return res
}

// difference is the largest difference over the largest value.
func difference[T Float](a, b []T) float64 {
	var d, m float64
	for i := range a {
		if math.IsNaN(float64(a[i])) || math.IsNaN(float64(b[i])) {
			return math.NaN()
		}
		d, m = max(d, math.Abs(float64(a[i]-b[i]))), max(m, math.Abs(float64(a[i])))
	}
	if m == 0 {
		return d
	}
	return d / m
}

func TestFusedEqualsPlain(t *testing.T) {
	for _, c := range []struct{ units, width, vocabulary, steps, rows, shards int }{
		{128, 128, 40, 75, 33, 2},
		{128, 128, 40, 40, 20, 1},
		{3, 4, 12, 6, 5, 2},
		{2, 3, 6, 5, 4, 1},
		{32, 32, 200, 20, 70, 3},
		{17, 70, 9, 11, 64, 4},
		{80, 16, 30, 8, 33, 2},
		{16, 1, 2, 1, 20, 1},
		{64, 64, 5, 30, 1, 1},
		{100, 50, 30, 12, 50, 2},
	} {
		for _, recurrent := range []string{RecurrentSigmoid, RecurrentHardSigmoid, RecurrentHardSigmoid3} {
			t.Run(fmt.Sprintf("%+v/%s", c, recurrent), func(t *testing.T) {
				check := func(d, limit float64, what string) {
					if !(d <= limit) {
						t.Errorf("%s differs by %.2g, allowed is %.2g", what, d, limit)
					}
				}
				p64, f64, q := runBoth[float64](t, c.units, c.width, c.vocabulary, c.steps, c.rows+1, c.shards, recurrent, 2)
				check(difference(p64.y, f64.y), 1e-12, "output, float64")
				p32, f32, _ := runBoth[float32](t, c.units, c.width, c.vocabulary, c.steps, c.rows+1, c.shards, recurrent, 2)
				check(difference(p32.y, f32.y), 1e-5, "output, float32")
				for i, p := range q.Params() {
					check(difference(p64.grads[i], f64.grads[i]), 1e-12, p.Name+", float64")
					check(difference(p32.grads[i], f32.grads[i]), 1e-4, p.Name+", float32")
				}
			})
		}
	}
}

func TestFusedSameBitsOnAnyTeam(t *testing.T) {
	_, one, _ := runBoth[float32](t, 48, 20, 30, 25, 65, 4, RecurrentSigmoid, 1)
	for workers := 2; workers <= 5; workers++ {
		_, many, _ := runBoth[float32](t, 48, 20, 30, 25, 65, 4, RecurrentSigmoid, workers)
		for i := range one.grads {
			for j := range one.grads[i] {
				if one.grads[i][j] != many.grads[i][j] {
					t.Fatalf("%d workers: gradient %d differs at %d", workers, i, j)
				}
			}
		}
	}
}

// TestFusedKeptGradients: gradients in slices that are kept between steps, with other characters in use in each, are those
// in fresh ones.
func TestFusedKeptGradients(t *testing.T) {
	q, err := New[float32](Stack{Input: []int{12}, Layers: []Spec{
		{Kind: "embedding", Vocabulary: 60, Units: 8}, {Kind: "lstm", Units: 16, Recurrent: RecurrentSigmoid},
	}})
	if err != nil {
		t.Fatal(err)
	}
	q.Init(5)
	r := rand.New(rand.NewPCG(5, 4))
	l, w, fresh := Compile(q.Layers)[0], &Work[float32]{Train: true, Shards: 2}, &Work[float32]{Train: true, Shards: 2}
	slices := func() (grads [][]float32) {
		for _, p := range l.Params() {
			grads = append(grads, make([]float32, len(p.Data)))
		}
		return grads
	}
	kept := slices()
	for step := range 8 {
		x := paddedBatch[float32](9, 12, 20, r)
		for i, id := range x.Tokens {
			if id > 0 {
				x.Tokens[i] = id + int32(5*step)
			}
		}
		dy := &Batch[float32]{Rows: 9, Cols: 16, X: make([]float32, 9*16)}
		for i := range dy.X {
			dy.X[i] = float32(r.NormFloat64())
		}
		want := slices()
		l.Forward(fresh, x)
		l.Backward(fresh, x, dy, want)
		l.Forward(w, x)
		l.Backward(w, x, dy, kept)
		for i := range want {
			for j, v := range want[i] {
				if kept[i][j] != v {
					t.Fatalf("step %d: gradient %d is %v at %d, want %v", step, i, kept[i][j], j, v)
				}
			}
			for j := range kept[i] { // as a solver does that clips
				kept[i][j] *= 0.5
			}
		}
	}
}

func TestFusedDoesNotAllocate(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, allocates")
	}
	q, err := New[float32](Stack{Input: []int{20}, Layers: []Spec{
		{Kind: "embedding", Vocabulary: 30, Units: 16}, {Kind: "lstm", Units: 16, Recurrent: RecurrentSigmoid},
	}})
	if err != nil {
		t.Fatal(err)
	}
	crew := team.New(2, team.Short)
	defer crew.Close()
	x := paddedBatch[float32](64, 20, 30, rand.New(rand.NewPCG(3, 4)))
	l, w := Compile(q.Layers)[0], &Work[float32]{Train: true, Shards: 2, Team: crew}
	var grads [][]float32
	for _, p := range l.Params() {
		grads = append(grads, make([]float32, len(p.Data)))
	}
	dy := &Batch[float32]{Rows: 64, Cols: 16, X: make([]float32, 64*16)}
	step := func() {
		l.Forward(w, x)
		l.Backward(w, x, dy, grads)
	}
	step()
	if n := testing.AllocsPerRun(5, step); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

func TestPredictorEqualsLayers(t *testing.T) {
	for _, c := range []struct{ units, width, vocabulary, steps, classes int }{{128, 128, 40, 75, 19}, {3, 4, 12, 6, 2}, {70, 33, 25, 12, 5}} {
		q, err := New[float64](Stack{Input: []int{c.steps}, Layers: []Spec{
			{Kind: "embedding", Vocabulary: c.vocabulary, Units: c.width},
			{Kind: "lstm", Units: c.units, Recurrent: RecurrentSigmoid},
			{Kind: "dropout", Rate: 0.5},
			{Kind: "dense", Units: c.classes, Init: "glorot_uniform"},
			{Kind: "activation", Function: "softmax"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		q.Init(5)
		x := paddedBatch[float64](301, c.steps, c.vocabulary, rand.New(rand.NewPCG(9, 9)))
		y := x
		for _, l := range q.Layers {
			y = l.Forward(&Work[float64]{Shards: 1}, y)
		}
		p := NewPredictor(q)
		got := make([]float64, 301*c.classes)
		p.PredictAll(x, got, 3)
		if d := difference(y.X[:len(got)], got); !(d < 1e-12) {
			t.Errorf("%+v: differs by %.2g", c, d)
		}
		one := make([]float64, c.classes)
		for r := range 60 {
			p.Predict(&Batch[float64]{Rows: 1, Cols: c.steps, Tokens: x.Tokens[r*c.steps:][:c.steps]}, one)
			for j, v := range one {
				if v != got[r*c.classes+j] {
					t.Fatalf("%+v: row %d alone gives %v, in a batch %v", c, r, v, got[r*c.classes+j])
				}
			}
		}
	}
}

// TestRowsDoNotDependOnTheirBatch scores rows alone and in batches of several sizes, in single precision.
func TestRowsDoNotDependOnTheirBatch(t *testing.T) {
	for _, outputs := range []int{1, 2, 19} {
		q, err := New[float32](Stack{Input: []int{20}, Layers: []Spec{
			{Kind: "embedding", Vocabulary: 40, Units: 32},
			{Kind: "lstm", Units: 48, Recurrent: RecurrentSigmoid},
			{Kind: "dense", Units: outputs, Init: "glorot_uniform"},
			{Kind: "activation", Function: "sigmoid"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		q.Init(5)
		const rows = 500
		x := paddedBatch[float32](rows, 20, 40, rand.New(rand.NewPCG(9, 9)))
		p := NewPredictor(q)
		want := make([]float32, rows*outputs)
		p.PredictAll(x, want, 1)
		for _, size := range []int{1, 2, 7, 64, 97, 250} {
			got := make([]float32, rows*outputs)
			for lo := 0; lo < rows; lo += size {
				p.predictRows(newPass[float32](len(p.layers)), x, got, lo, min(lo+size, rows))
			}
			for i, v := range want {
				if got[i] != v {
					t.Fatalf("%d outputs, batches of %d: element %d is %v, want %v", outputs, size, i, got[i], v)
				}
			}
		}
	}
}
