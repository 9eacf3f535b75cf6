package metrics

import (
	"fmt"
	"math"
)

// epsilon keeps probabilities away from 0 and 1, whose logarithms are infinite: the distance from 1 to the next float64.
const epsilon = 0x1p-52

// LogLoss is the mean of −ln p, in nats, where p is the probability given to the true class, clipped to [2⁻⁵², 1 − 2⁻⁵²].
// probabilities has a row per label and a column per class; rows should add up to 1, which is neither checked nor made
// so, as in scikit-learn from 1.5 on.
func LogLoss(yTrue []int, probabilities []float64, classes int, weights []float64) (float64, error) {
	if err := checkTable(yTrue, probabilities, classes, weights, 0, 1); err != nil {
		return math.NaN(), err
	}
	losses := make([]float64, len(yTrue))
	for i, y := range yTrue {
		losses[i] = negativeLog(probabilities[i*classes+y])
	}
	return average(losses, weights), nil
}

// BinaryLogLoss is LogLoss of two classes, given the probability of being positive.
func BinaryLogLoss(positive []bool, probabilities, weights []float64) (float64, error) {
	if err := checkProbabilities(positive, probabilities, weights); err != nil {
		return math.NaN(), err
	}
	losses := make([]float64, len(positive))
	for i, p := range probabilities {
		if !positive[i] {
			p = 1 - p
		}
		losses[i] = negativeLog(p)
	}
	return average(losses, weights), nil
}

// Brier is the mean of (p − y)², where p is the probability of being positive and y is 1 for positives and 0 for
// negatives: between 0, the best, and 1 (Brier, "Verification of forecasts expressed in terms of probability", 1950).
func Brier(positive []bool, probabilities, weights []float64) (float64, error) {
	if err := checkProbabilities(positive, probabilities, weights); err != nil {
		return math.NaN(), err
	}
	squares := make([]float64, len(positive))
	for i, p := range probabilities {
		if positive[i] {
			p = 1 - p
		}
		squares[i] = p * p
	}
	return average(squares, weights), nil
}

// TopKAccuracy is the share of rows, by weight, whose true class has one of the k highest scores of its row. Of equal
// scores the higher class index ranks first, as in scikit-learn; so with ties the top-1 accuracy may differ from the
// accuracy of an arg max, which takes the lower one. With k of at least classes it is 1; k below 1 is ErrValue.
func TopKAccuracy(yTrue []int, scores []float64, classes, k int, weights []float64) (float64, error) {
	if err := checkTable(yTrue, scores, classes, weights, -math.MaxFloat64, math.MaxFloat64); err != nil {
		return math.NaN(), err
	}
	if k < 1 {
		return math.NaN(), fmt.Errorf("%w: the top %d", ErrValue, k)
	}
	hits := make([]float64, len(yTrue))
	for i, y := range yTrue {
		row := scores[i*classes : (i+1)*classes]
		before := 0
		for class, score := range row {
			if score > row[y] || score == row[y] && class > y {
				before++
			}
		}
		if before < k {
			hits[i] = 1
		}
	}
	return average(hits, weights), nil
}

func negativeLog(p float64) float64 { return -math.Log(min(max(p, epsilon), 1-epsilon)) }

// checkProbabilities returns an error unless there is a probability for every row.
func checkProbabilities(positive []bool, probabilities, weights []float64) error {
	if err := checkRows(len(positive), len(probabilities), weights); err != nil {
		return err
	}
	for i, p := range probabilities {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("%w: probability %v of row %d", ErrValue, p, i)
		}
	}
	return nil
}
