package datasets

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// TrainTest are the arguments of scikit-learn's train_test_split.
type TrainTest struct {
	Size        float64 // test_size: a fraction if below 1, else a number of rows
	RandomState uint32
	NoShuffle   bool  // shuffle=False: the last rows are the test rows
	Stratify    []int // the class of each row, or nil
}

// ErrTrainTest is the error of arguments that [TrainTestSplit] cannot follow.
var ErrTrainTest = errors.New("train_test_split")

// TrainTestSplit divides rows 0..n-1 as scikit-learn's train_test_split does, row for row and in its order: ⌈n·size⌉ rows
// for the test, chosen by numpy's RandomState(seed).permutation (ShuffleSplit; with classes, StratifiedShuffleSplit).
// Checked against scikit-learn 1.2.1 and numpy 1.24. Parity modes need it; [Stratified] is the better split.
func TrainTestSplit(n int, opt TrainTest) (train, test []int, err error) {
	var tests int
	switch size := opt.Size; {
	case size > 0 && size < 1:
		tests = int(math.Ceil(size * float64(n)))
	case size >= 1 && size < float64(n) && size == math.Trunc(size):
		tests = int(size)
	default:
		return nil, nil, fmt.Errorf("%w: test size %v of %d rows", ErrTrainTest, size, n)
	}
	trains := n - tests
	if trains < 1 {
		return nil, nil, fmt.Errorf("%w: of %d rows none is left to train on", ErrTrainTest, n)
	}
	if opt.NoShuffle {
		if opt.Stratify != nil {
			return nil, nil, fmt.Errorf("%w: stratify needs shuffle", ErrTrainTest)
		}
		rows := ascending(n)
		return rows[:trains:trains], rows[trains:], nil
	}
	random := newRandomState(opt.RandomState)
	if opt.Stratify != nil {
		return stratifiedShuffle(n, opt.Stratify, trains, tests, random)
	}
	rows := random.permutation(ascending(n))
	return rows[tests:], rows[:tests:tests], nil
}

func stratifiedShuffle(n int, classes []int, trains, tests int, random *randomState) (train, test []int, err error) {
	if len(classes) != n {
		return nil, nil, fmt.Errorf("%w: %d classes for %d rows", ErrTrainTest, len(classes), n)
	}
	rows := rowsByClass[int](classes)
	if trains < len(rows) || tests < len(rows) {
		return nil, nil, fmt.Errorf("%w: %d train and %d test rows are too few for %d classes", ErrTrainTest, trains, tests, len(rows))
	}
	counts := make([]int, len(rows))
	for c := range rows {
		if counts[c] = len(rows[c]); counts[c] < 2 {
			return nil, nil, fmt.Errorf("%w: row %d is the only one of its class", ErrTrainTest, rows[c][0])
		}
	}
	inTrain := random.approximateMode(counts, trains)
	rest := make([]int, len(rows))
	for c := range rows {
		rest[c] = counts[c] - inTrain[c]
	}
	inTest := random.approximateMode(rest, tests)
	for c := range rows {
		random.permutation(rows[c])
		train = append(train, rows[c][:inTrain[c]]...)
		test = append(test, rows[c][inTrain[c]:inTrain[c]+inTest[c]]...)
	}
	return random.permutation(train), random.permutation(test), nil
}

// approximateMode divides draws over classes in proportion to their counts, as scikit-learn's function of this name does:
// the shares are rounded down, and what is left goes to the largest remainders, ties by lot.
func (r *randomState) approximateMode(counts []int, draws int) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	shares := make([]int, len(counts))
	byRemainder := make(map[float64][]int)
	left := draws
	for c, n := range counts {
		exact := float64(n) / float64(total) * float64(draws)
		shares[c] = int(exact)
		left -= shares[c]
		byRemainder[exact-math.Floor(exact)] = append(byRemainder[exact-math.Floor(exact)], c)
	}
	remainders := make([]float64, 0, len(byRemainder))
	for v := range byRemainder {
		remainders = append(remainders, v)
	}
	slices.Sort(remainders)
	for _, v := range slices.Backward(remainders) {
		if left <= 0 {
			break
		}
		tied := r.permutation(byRemainder[v]) // numpy's choice without replacement is a permutation's beginning
		for _, c := range tied[:min(len(tied), left)] {
			shares[c]++
			left--
		}
	}
	return shares
}

func ascending(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
