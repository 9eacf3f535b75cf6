package metrics

import (
	"fmt"
	"slices"
)

// Encode turns labels into class indices: classes holds the labels present on either side, sorted (strings by code
// point), and the two other results index it.
func Encode[T ~string | ~int | ~int32 | ~int64](yTrue, yPred []T) (indexTrue, indexPred []int, classes []T) {
	index := make(map[T]int)
	for _, side := range [][]T{yTrue, yPred} {
		for _, label := range side {
			if _, ok := index[label]; !ok {
				index[label] = 0
				classes = append(classes, label)
			}
		}
	}
	slices.Sort(classes)
	for i, label := range classes {
		index[label] = i
	}
	look := func(side []T) []int {
		out := make([]int, len(side))
		for i, label := range side {
			out[i] = index[label]
		}
		return out
	}
	return look(yTrue), look(yPred), classes
}

// OneVsRest marks the rows of one class: the positives of that class against all others.
func OneVsRest(y []int, class int) []bool {
	positive := make([]bool, len(y))
	for i, label := range y {
		positive[i] = label == class
	}
	return positive
}

// Binary marks the positive rows of labels in the usual codes {0, 1} and {-1, 1}: those that are 1. Other labels are
// ErrLabel, for nothing says which of them is the positive one; OneVsRest takes it by name.
func Binary(y []int) ([]bool, error) {
	seen := distinct(y)
	for _, code := range [][]int{{0, 1}, {-1, 1}} {
		if !slices.ContainsFunc(seen, func(label int) bool { return !slices.Contains(code, label) }) {
			return OneVsRest(y, 1), nil
		}
	}
	return nil, fmt.Errorf("%w: %d classes that are neither {0, 1} nor {-1, 1}, and none named positive", ErrLabel, len(seen))
}

// distinct returns the values of its arguments in rising order, each once.
func distinct(sides ...[]int) []int {
	seen := make(map[int]bool)
	var values []int
	for _, side := range sides {
		for _, label := range side {
			if !seen[label] {
				seen[label] = true
				values = append(values, label)
			}
		}
	}
	slices.Sort(values)
	return values
}

// indexLabels maps each label to its position; a label that stands twice is ErrLabel, as is no label at all.
func indexLabels(labels []int) (map[int]int, error) {
	if len(labels) == 0 {
		return nil, fmt.Errorf("%w: none given", ErrLabel)
	}
	index := make(map[int]int, len(labels))
	for i, label := range labels {
		if _, ok := index[label]; ok {
			return nil, fmt.Errorf("%w: %d given twice", ErrLabel, label)
		}
		index[label] = i
	}
	return index, nil
}
