package metrics

import (
	"fmt"
	"math"
)

// Scheme says how an area under the ROC curve, which is of two classes, is taken of many.
type Scheme int

// The schemes.
const (
	OVR Scheme = iota // one against the rest: an area per class
	OVO               // one against one: an area per pair of classes, on the rows of the two
)

// Averaging says how the figures of classes become one.
type Averaging int

// The averagings.
const (
	Macro    Averaging = iota // the plain mean
	Weighted                  // weighted by the number of rows of the class, or of the two classes
)

// MultiClassROCAUC is the mean area under the ROC curves of the classes 0 … classes−1; scores has a row per label and a
// column per class. With OVO the area of a pair {a, b} is the mean of "a against b" by column a and "b against a" by
// column b (Hand and Till, "A simple generalisation of the area under the ROC curve", 2001).
//
// A class without rows has no area: OVR with Macro is then NaN and ErrOneClass, with Weighted it counts nothing, and OVO
// takes the pairs of classes that have rows. Fewer than two such classes are NaN and ErrOneClass. OVR takes
// O(classes·n log n) time, OVO the same as it sorts each row once for every other class.
func MultiClassROCAUC(yTrue []int, scores []float64, classes int, scheme Scheme, averaging Averaging) (float64, error) {
	if err := checkTable(yTrue, scores, classes, nil, -math.MaxFloat64, math.MaxFloat64); err != nil {
		return math.NaN(), err
	}
	if averaging != Macro && averaging != Weighted {
		panic("metrics: unknown averaging")
	}
	rows := make([][]int, classes) // of each class
	for i, y := range yTrue {
		rows[y] = append(rows[y], i)
	}
	var areas, weights []float64
	var err error
	switch scheme {
	case OVR:
		areas, weights, err = oneVsRestAreas(rows, yTrue, scores, averaging)
	case OVO:
		areas, weights, err = oneVsOneAreas(rows, scores)
	default:
		panic("metrics: unknown scheme")
	}
	if err != nil {
		return math.NaN(), err
	}
	if len(areas) == 0 {
		return math.NaN(), fmt.Errorf("%w: the area under the ROC curve is not defined", ErrOneClass)
	}
	if averaging == Macro {
		weights = nil
	}
	return average(areas, weights), nil
}

func oneVsRestAreas(rows [][]int, yTrue []int, scores []float64, averaging Averaging) (areas, weights []float64, err error) {
	classes := len(rows)
	column := make([]float64, len(yTrue))
	for class := range rows {
		if len(rows[class]) == 0 && averaging == Weighted {
			continue
		}
		for i := range column {
			column[i] = scores[i*classes+class]
		}
		area, err := ROCAUC(OneVsRest(yTrue, class), column, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("class %d: %w", class, err)
		}
		areas = append(areas, area)
		weights = append(weights, float64(len(rows[class])))
	}
	return areas, weights, nil
}

func oneVsOneAreas(rows [][]int, scores []float64) (areas, weights []float64, err error) {
	for a := range rows {
		for b := a + 1; b < len(rows); b++ {
			if len(rows[a]) == 0 || len(rows[b]) == 0 {
				continue
			}
			first, err := pairArea(rows, scores, a, b)
			if err != nil {
				return nil, nil, err
			}
			second, err := pairArea(rows, scores, b, a)
			if err != nil {
				return nil, nil, err
			}
			areas = append(areas, (first+second)/2)
			weights = append(weights, float64(len(rows[a])+len(rows[b])))
		}
	}
	return areas, weights, nil
}

// pairArea is the area of class a against class b by the scores of a.
func pairArea(rows [][]int, scores []float64, a, b int) (float64, error) {
	n := len(rows[a]) + len(rows[b])
	positive, column := make([]bool, 0, n), make([]float64, 0, n)
	for _, class := range []int{a, b} {
		for _, i := range rows[class] {
			positive = append(positive, class == a)
			column = append(column, scores[i*len(rows)+a])
		}
	}
	return ROCAUC(positive, column, nil)
}
