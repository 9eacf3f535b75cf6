package graph

import (
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"threatnet/models/layers"
)

// whole is a parameter of which a Solver does not know the rows in use.
type whole struct{ G.ValueGrad }

// TestUnusedRows: to leave out the rows of a table that were never in use gives the same bits as to step them all, also
// when the run goes on from one in which other rows had been in use.
func TestUnusedRows(t *testing.T) {
	stack := nets["tokens to classes"]
	stack.Layers = slices.Clone(stack.Layers)
	stack.Layers[0].Vocabulary = 40 // fillBatch uses the first 12
	const before = 30               // in use before
	for _, formula := range Optimizers() {
		run := func(hide bool) (weights []float32, table *layers.Param[float32]) {
			q, err := layers.New[float32](stack)
			if err != nil {
				t.Fatal(err)
			}
			q.Init(4)
			n, err := New(q, 20, Options{VM: Flat, Shards: 3})
			if err != nil {
				t.Fatal(err)
			}
			s, err := NewSolver[float32](formula, 0.01, 3, nil)
			if err != nil {
				t.Fatal(err)
			}
			s.ClipNorm = 0.1
			model := slices.Clone(n.Model())
			if hide {
				for i, p := range model {
					model[i] = whole{p}
				}
			}
			s.Init(model)
			_, slots := s.State()
			for _, slot := range slots[0] {
				for i := range slot[before*6 : (before+1)*6] {
					slot[before*6+i] = 0.01 * float32(1+i)
				}
			}
			r := rand.New(rand.NewPCG(1, 1))
			for step := range 5 {
				fillBatch(n, q.Output(), r)
				if _, _, err := n.Run(uint64(step)); err != nil {
					t.Fatal(err)
				}
				if err := s.Step(model); err != nil {
					t.Fatal(err)
				}
			}
			for _, p := range q.Params() {
				weights = append(weights, p.Data...)
			}
			for _, slot := range slots {
				weights = append(weights, slices.Concat(slot...)...)
			}
			return weights, q.Params()[0]
		}
		got, table := run(false)
		want, _ := run(true)
		if !slices.Equal(got, want) {
			t.Errorf("%s: other bits", formula)
		}
		for row, used := range table.Used {
			if used != (row < 12 || row == before) {
				t.Errorf("%s: row %d is taken as in use: %v", formula, row, used)
			}
		}
	}
}
