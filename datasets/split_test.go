package datasets

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkSplit wants every row once, parts in order.
func checkSplit(t *rapid.T, s Split, n int) {
	var all []int
	for _, part := range [][]int{s.Train, s.Validation, s.Test} {
		if !slices.IsSorted(part) {
			t.Fatalf("not in order: %v", part)
		}
		all = append(all, part...)
	}
	slices.Sort(all)
	if !cmp.Equal(all, ascending(n)) && n > 0 {
		t.Fatalf("%d rows, but %v", n, all)
	}
}

func TestStratifiedProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(2, 120), 1, 30).Draw(t, "counts")
		f, exact := DefaultFractions, [parts]float64{.64, .16, .20}
		if rapid.Bool().Draw(t, "other") {
			f.Validation = rapid.Float64Range(0, .25).Draw(t, "validation")
			f.Test = rapid.Float64Range(0, .25).Draw(t, "test")
			exact = [parts]float64{1 - f.Validation - f.Test, f.Validation, f.Test}
		}
		var classes []int
		for c, n := range counts {
			for range n {
				classes = append(classes, c)
			}
		}
		s, err := Stratified(classes, f, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		checkSplit(t, s, len(classes))
		for p, part := range [parts][]int{s.Train, s.Validation, s.Test} {
			if d := math.Abs(float64(len(part)) - exact[p]*float64(len(classes))); d > 1 {
				t.Fatalf("part %d has %d of %d rows", p, len(part), len(classes))
			}
			got := make([]int, len(counts))
			for _, i := range part {
				got[classes[i]]++
			}
			for c, n := range counts {
				if math.Abs(float64(got[c])-exact[p]*float64(n)) >= 1 {
					t.Fatalf("part %d has %d of class %d, %d rows", p, got[c], c, n)
				}
				if p == inTrain && got[c] == 0 {
					t.Fatalf("class %d is not in train", c)
				}
			}
		}
	})
}

// Whatever the fractions, no class is left out of train.
func TestApportionTrain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 20).Draw(t, "counts")
		f := Fractions{Validation: rapid.Float64Range(0, .499).Draw(t, "validation"), Test: rapid.Float64Range(0, .499).Draw(t, "test")}
		for c, sizes := range apportion(counts, f) {
			if sizes[0]+sizes[1]+sizes[2] != counts[c] || slices.Min(sizes[:]) < 0 || sizes[inTrain] == 0 && counts[c] > 0 {
				t.Fatalf("%d rows: %v", counts[c], sizes)
			}
		}
	})
}

func TestStratifiedExact(t *testing.T) {
	var classes []string
	for range 25 {
		classes = append(classes, "b", "a")
	}
	s, err := Stratified(classes, DefaultFractions, 1)
	if err != nil || len(s.Train) != 32 || len(s.Validation) != 8 || len(s.Test) != 10 {
		t.Error(s, err)
	}
	again, _ := Stratified(classes, DefaultFractions, 1)
	if !cmp.Equal(s, again) {
		t.Error("the same seed gives another split")
	}
	other, _ := Stratified(classes, DefaultFractions, 2)
	if cmp.Equal(s, other) {
		t.Error("another seed gives the same split")
	}
}

// The rows that a seed chooses are fixed for good.
func TestSplitsAreFixed(t *testing.T) {
	classes := []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	s, _ := Stratified(classes, DefaultFractions, 7)
	if diff := cmp.Diff(Split{Train: []int{1, 2, 6, 7, 8, 9, 10, 12, 13, 14}, Validation: []int{3, 4}, Test: []int{0, 5, 11}}, s); diff != "" {
		t.Error(diff)
	}
	s, _ = Random(10, DefaultFractions, 7)
	if diff := cmp.Diff(Split{Train: []int{1, 2, 3, 5, 7, 9}, Validation: []int{4, 6}, Test: []int{0, 8}}, s); diff != "" {
		t.Error(diff)
	}
}

func TestRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "n")
		s, err := Random(n, DefaultFractions, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		checkSplit(t, s, n)
		if len(s.Test) != int(math.Round(.2*float64(n))) || len(s.Validation) != int(math.Round(.16*float64(n))) {
			t.Fatal(len(s.Train), len(s.Validation), len(s.Test))
		}
	})
}

func TestFractions(t *testing.T) {
	for _, f := range []Fractions{{-.1, .2}, {.2, -.1}, {.5, .5}, {1, 0}, {.5, .5 - 1e-9}, {math.NaN(), 0}, {0, math.Inf(1)}} {
		if _, err := Random(10, f, 0); !errors.Is(err, ErrFractions) {
			t.Error(f, err)
		}
		if _, err := Stratified([]int{1}, f, 0); !errors.Is(err, ErrFractions) {
			t.Error(f, err)
		}
	}
	s, err := Stratified([]float64{1, math.NaN(), 1, math.NaN()}, Fractions{}, 0)
	if err != nil || !cmp.Equal(s, Split{Train: []int{0, 1, 2, 3}}) {
		t.Error(s, err)
	}
}
