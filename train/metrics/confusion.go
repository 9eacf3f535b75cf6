package metrics

import (
	"cmp"
	"fmt"
	"slices"
)

// Confusion is the confusion matrix: Counts[i][j] is the number (or weight) of rows of class Labels[i] that were given
// class Labels[j].
type Confusion struct {
	Labels []int
	Counts [][]float64
}

// NewConfusion counts the pairs of true and predicted label. labels are the classes in order, each once; nil means those
// seen on either side, sorted. Rows with another label on either side are not counted; labels none of which is in yTrue
// are ErrLabel. The matrix takes len(labels)² numbers.
func NewConfusion(yTrue, yPred, labels []int, weights []float64) (*Confusion, error) {
	if err := checkRows(len(yTrue), len(yPred), weights); err != nil {
		return nil, err
	}
	if labels == nil {
		labels = distinct(yTrue, yPred)
	}
	index, err := indexLabels(labels)
	if err != nil {
		return nil, err
	}
	n := len(labels)
	c := &Confusion{Labels: slices.Clone(labels), Counts: table(n)}
	found := false
	for row, label := range yTrue {
		i, ok := index[label]
		if !ok {
			continue
		}
		found = true
		if j, ok := index[yPred[row]]; ok {
			c.Counts[i][j] += weightOf(weights, row)
		}
	}
	if !found {
		return nil, fmt.Errorf("%w: none of them is a true label", ErrLabel)
	}
	return c, nil
}

// table is a square of zeros.
func table(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

// Correct is the number (or weight) of the rows on the diagonal.
func (c *Confusion) Correct() float64 {
	diagonal := make([]float64, len(c.Counts))
	for i, row := range c.Counts {
		diagonal[i] = row[i]
	}
	return sum(diagonal)
}

// Normalization says which sum is 1 in a normalized confusion matrix.
type Normalization int

// The normalizations.
const (
	ByTrue      Normalization = iota // each row: of a true class, the share given each class; the diagonal is recall
	ByPredicted                      // each column: of a predicted class, the share of each class; the diagonal is precision
	ByAll                            // the whole matrix
)

// Normalize returns the shares in place of the counts. Where the sum is 0 the shares are 0.
func (c *Confusion) Normalize(by Normalization) [][]float64 {
	n := len(c.Counts)
	rows, columns, all := make([]float64, n), make([]float64, n), 0.0
	for i, row := range c.Counts {
		for j, v := range row {
			rows[i] += v
			columns[j] += v
			all += v
		}
	}
	shares := table(n)
	for i, row := range c.Counts {
		for j, v := range row {
			var total float64
			switch by {
			case ByTrue:
				total = rows[i]
			case ByPredicted:
				total = columns[j]
			case ByAll:
				total = all
			default:
				panic("metrics: unknown normalization")
			}
			if total != 0 {
				shares[i][j] = v / total
			}
		}
	}
	return shares
}

// Confused is a pair of different labels and the number (or weight) of rows of the first that were taken for the second.
type Confused struct {
	True, Predicted int
	Count           float64
}

// MostConfused returns the pairs most often confused, the most frequent first, at most limit of them; a negative limit
// means all. Pairs of equal count stand in the order of Labels, of the true one first. Pairs that never occur are left
// out.
func (c *Confusion) MostConfused(limit int) []Confused {
	var pairs []Confused
	for i, row := range c.Counts {
		for j, v := range row {
			if i != j && v > 0 {
				pairs = append(pairs, Confused{c.Labels[i], c.Labels[j], v})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b Confused) int { return cmp.Compare(b.Count, a.Count) })
	if limit >= 0 && limit < len(pairs) {
		pairs = pairs[:limit]
	}
	return pairs
}

// Accuracy is the share of rows, by weight, whose label was predicted.
func Accuracy(yTrue, yPred []int, weights []float64) (float64, error) {
	if err := checkRows(len(yTrue), len(yPred), weights); err != nil {
		return 0, err
	}
	var correct, all float64
	for i, label := range yTrue {
		w := weightOf(weights, i)
		all += w
		if yPred[i] == label {
			correct += w
		}
	}
	return correct / all, nil
}
