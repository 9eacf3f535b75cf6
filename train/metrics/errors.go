package metrics

import (
	"errors"
	"fmt"
	"math"
)

// The kinds of error of this package; each is wrapped with what was wrong.
var (
	// ErrEmpty is returned when there is no row to measure.
	ErrEmpty = errors.New("metrics: no rows")
	// ErrLength is returned for slices whose lengths do not fit together.
	ErrLength = errors.New("metrics: lengths differ")
	// ErrLabel is returned for labels that are unknown, repeated, or not as many as their names.
	ErrLabel = errors.New("metrics: unsuitable labels")
	// ErrValue is returned for a NaN, and for a number out of its range.
	ErrValue = errors.New("metrics: unsuitable value")
	// ErrOneClass is returned, beside NaN, by measures that compare two classes and find only one.
	ErrOneClass = errors.New("metrics: only one class present")
)

// checkRows returns an error unless there are rows, and as many in the second slice and in the weights, when given.
func checkRows(n, other int, weights []float64) error {
	if n != other {
		return fmt.Errorf("%w: %d and %d rows", ErrLength, n, other)
	}
	if n == 0 {
		return ErrEmpty
	}
	if weights == nil {
		return nil
	}
	if len(weights) != n {
		return fmt.Errorf("%w: %d weights for %d rows", ErrLength, len(weights), n)
	}
	sum := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("%w: weight %v of row %d", ErrValue, w, i)
		}
		sum += w
	}
	if sum == 0 {
		return fmt.Errorf("%w: all weights are 0", ErrValue)
	}
	if math.IsInf(sum, 1) {
		return fmt.Errorf("%w: the weights add up to infinity", ErrValue)
	}
	return nil
}

// checkTable returns an error unless values is a table of len(yTrue) rows and the given number of classes, yTrue are
// column numbers and every value is in [low, high].
func checkTable(yTrue []int, values []float64, classes int, weights []float64, low, high float64) error {
	if err := checkRows(len(yTrue), len(yTrue), weights); err != nil {
		return err
	}
	if classes < 1 || len(values)%classes != 0 || len(values)/classes != len(yTrue) {
		return fmt.Errorf("%w: %d values for %d rows of %d classes", ErrLength, len(values), len(yTrue), classes)
	}
	for i, y := range yTrue {
		if y < 0 || y >= classes {
			return fmt.Errorf("%w: label %d of row %d is not one of %d classes", ErrLabel, y, i, classes)
		}
	}
	for i, v := range values {
		if !(v >= low && v <= high) {
			return fmt.Errorf("%w: %v in row %d, column %d", ErrValue, v, i/classes, i%classes)
		}
	}
	return nil
}

// weightOf is the weight of row i: 1 when no weights are given.
func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
