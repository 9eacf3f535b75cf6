package metrics

// tally counts, per label, the rows (or their weights) that have the label, were given it, and both.
type tally struct {
	hits, predicted, actual []float64
	rows                    float64 // all rows, those of other labels too
	correct                 float64 // rows given their own label, whatever it is
	covers                  bool    // the labels include every label seen on either side
}

// count fills a tally for labels whose positions are in index.
func count(yTrue, yPred []int, weights []float64, index map[int]int) *tally {
	n := len(index)
	t := &tally{hits: make([]float64, n), predicted: make([]float64, n), actual: make([]float64, n), covers: true}
	for row, label := range yTrue {
		w := weightOf(weights, row)
		t.rows += w
		k, ok := index[label]
		if ok {
			t.actual[k] += w
		}
		if yPred[row] == label {
			t.correct += w
			if ok {
				t.hits[k] += w
				t.predicted[k] += w
			}
		} else if j, known := index[yPred[row]]; known {
			t.predicted[j] += w
		} else {
			t.covers = false
		}
		t.covers = t.covers && ok
	}
	if weights != nil {
		// scikit-learn keeps the misses and adds the hits again; with weights this may change the last bit.
		for k, hits := range t.hits {
			t.predicted[k] = hits + (t.predicted[k] - hits)
			t.actual[k] = hits + (t.actual[k] - hits)
		}
	}
	return t
}
