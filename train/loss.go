package train

import (
	"threatnet/models"
	"threatnet/models/layers"
)

// lossRows is how many examples are encoded at a time.
const lossRows = 8192

// Loss returns the sum of the losses of examples, unweighted and without penalties, and how many the network classes
// right. It runs on up to workers goroutines; the result does not depend on their number.
func Loss(q *layers.Sequential[float32], e models.Examples, workers int) (sum float64, correct int) {
	ls, function := q.Logits()
	logits := layers.NewPredictor(&layers.Sequential[float32]{Input: q.Input, Layers: ls})
	k, cols := logits.Outputs(), q.Input.Size()
	x := layers.Batch[float32]{Cols: cols}
	if models.TakesTokens(q) {
		x.Tokens = make([]int32, min(lossRows, e.Len())*cols)
	} else {
		x.X = make([]float32, min(lossRows, e.Len())*cols)
	}
	out := make([]float32, min(lossRows, e.Len())*k)
	for lo := 0; lo < e.Len(); lo += lossRows {
		x.Rows = min(lossRows, e.Len()-lo)
		for i := range x.Rows {
			if x.Tokens != nil {
				e.Encode(lo+i, x.Tokens[i*cols:][:cols], nil)
			} else {
				e.Encode(lo+i, nil, x.X[i*cols:][:cols])
			}
		}
		logits.PredictAll(&x, out, workers)
		for i := range x.Rows {
			row, class := out[i*k:][:k], e.Class(lo+i)
			if function == "sigmoid" {
				l, _ := layers.SigmoidCrossEntropy(row[0], float32(class), 1)
				sum += l
				if (row[0] >= 0) == (class == 1) {
					correct++
				}
				continue
			}
			sum += layers.SoftmaxCrossEntropy(row, class, 1, nil)
			if models.Class(row) == int(class) {
				correct++
			}
		}
	}
	return sum, correct
}
