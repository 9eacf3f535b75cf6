package datasets

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Split is a division of rows 0..n-1 for fitting, choosing and testing. Together the parts hold every row once. Within
// a part the rows are in ascending order, but for [TrainTestSplit].
type Split struct {
	Train, Validation, Test []int
}

// Fractions are the parts of the rows, 0..1, that are set aside; the rest is for training.
type Fractions struct {
	Validation, Test float64
}

// DefaultFractions trains on 64 %, chooses on 16 % and tests on 20 %.
var DefaultFractions = Fractions{Validation: .16, Test: .20}

// ErrFractions is the error of parts that cannot be set aside.
var ErrFractions = errors.New("validation and test fractions must not be negative and must leave rows to train on")

func (f Fractions) check() error {
	if f.Validation >= 0 && f.Test >= 0 && f.Validation+f.Test <= 1-leastTrain {
		return nil
	}
	return ErrFractions
}

// leastTrain is well above the rounding errors of apportion.
const leastTrain = 1e-6

// Random divides n rows without regard to their classes: a permutation drawn from PCG(seed, 0) is cut into test,
// validation and train, of sizes rounded to the nearest row.
func Random(n int, f Fractions, seed uint64) (Split, error) {
	if err := f.check(); err != nil {
		return Split{}, err
	}
	test := int(math.Round(f.Test * float64(n)))
	validation := min(int(math.Round(f.Validation*float64(n))), n-test)
	var s Split
	deal(&s, rand.New(rand.NewPCG(seed, 0)).Perm(n), [parts]int{n - test - validation, validation, test})
	s.sort()
	return s, nil
}

// Stratified divides the rows so that every class is divided in the same proportion, as far as whole rows allow: the
// share of a class in a part is its exact share rounded up or down, and so is the part's whole size, as long as no class
// is forced. A class is forced into train when its share there rounds down to nothing: every class has a row to learn from.
//
// The rows of class c (in ascending order of the classes, from 0) are shuffled with PCG(seed, c+1); the first go to test,
// the next to validation, the rest to train.
func Stratified[C cmp.Ordered](classes []C, f Fractions, seed uint64) (Split, error) {
	if err := f.check(); err != nil {
		return Split{}, err
	}
	if len(classes) > maxRows {
		panic("datasets: too many rows to split")
	}
	rows := rowsByClass[int32](classes)
	counts := make([]int, len(rows))
	for c := range rows {
		counts[c] = len(rows[c])
	}
	sizes := apportion(counts, f)
	s := sized(sizes)
	for c, sizes := range sizes {
		r := rand.New(rand.NewPCG(seed, uint64(c)+1))
		r.Shuffle(len(rows[c]), func(i, j int) { rows[c][i], rows[c][j] = rows[c][j], rows[c][i] })
		deal(&s, rows[c], sizes)
	}
	s.sort()
	return s, nil
}

// rowsByClass gives the rows of each class, both in ascending order. A missing class (NaN) is a class, the last one.
func rowsByClass[R int | int32, C cmp.Ordered](classes []C) [][]R {
	counts := make(map[C]int)
	missing := 0
	for _, c := range classes {
		if c != c { //nolint:gocritic // true for NaN alone
			missing++
		} else {
			counts[c]++
		}
	}
	sorted := slices.Sorted(maps.Keys(counts))
	rows := make([][]R, len(sorted), len(sorted)+1)
	position := make(map[C]int, len(sorted))
	for k, c := range sorted {
		position[c], rows[k] = k, make([]R, 0, counts[c])
	}
	if missing > 0 {
		rows = append(rows, make([]R, 0, missing))
	}
	for i, c := range classes {
		k, ok := position[c]
		if !ok {
			k = len(sorted)
		}
		rows[k] = append(rows[k], R(i))
	}
	return rows
}

// sized is an empty split with room for parts of these sizes.
func sized(sizes [][parts]int) Split {
	var n [parts]int
	for _, class := range sizes {
		for part := range n {
			n[part] += class[part]
		}
	}
	room := func(part int) []int { return slices.Grow([]int(nil), n[part]) }
	return Split{Train: room(inTrain), Validation: room(inValidation), Test: room(inTest)}
}

// Indices of the parts of a split in sizes.
const (
	inTrain = iota
	inValidation
	inTest
	parts
)

// deal appends the first rows to test, the next to validation, the rest to train.
func deal[R int | int32](s *Split, rows []R, sizes [parts]int) {
	test, validation := sizes[inTest], sizes[inTest]+sizes[inValidation]
	s.Test = extend(s.Test, rows[:test])
	s.Validation = extend(s.Validation, rows[test:validation])
	s.Train = extend(s.Train, rows[validation:])
}

func extend[R int | int32](part []int, rows []R) []int {
	for _, r := range rows {
		part = append(part, int(r))
	}
	return part
}

func (s *Split) sort() {
	slices.Sort(s.Train)
	slices.Sort(s.Validation)
	slices.Sort(s.Test)
}

// apportion cuts each class into whole rows for the parts. The exact shares are rounded down; the rows left over (at most
// two in a class) go to the parts whose shares were rounded down and which are furthest behind over the classes so far.
func apportion(counts []int, f Fractions) [][parts]int {
	fractions := [parts]float64{1 - f.Validation - f.Test, f.Validation, f.Test}
	sizes := make([][parts]int, len(counts))
	var behind [parts]float64 // exact minus given, over the classes so far
	for c, n := range counts {
		var down [parts]bool
		left := n
		for p, fraction := range fractions {
			// The small number makes 25 * .16 a 4 in spite of rounding.
			exact := fraction * float64(n)
			whole := math.Floor(exact + 1e-9*max(1, exact))
			sizes[c][p] = int(whole)
			down[p] = exact-whole > 1e-9*max(1, exact)
			behind[p] += exact - whole
			left -= sizes[c][p]
		}
		for ; left > 0; left-- {
			part := inTrain
			if sizes[c][inTrain] > 0 {
				part = furthestBehind(behind, down)
			}
			sizes[c][part]++
			behind[part]--
			down[part] = false
		}
	}
	return sizes
}

// furthestBehind gives the part that is furthest behind among those whose share was rounded down.
func furthestBehind(behind [parts]float64, down [parts]bool) int {
	best := inTrain
	for part := range parts {
		if down[part] && (!down[best] || behind[part] > behind[best]) {
			best = part
		}
	}
	return best
}
