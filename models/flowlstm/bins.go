package flowlstm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"threatnet/datasets"
	"threatnet/models/flowfeatures"
)

// Bounds of the number of a feature's bins.
const (
	DefaultBins = 16
	minBins     = 1
	maxBins     = 1024
)

// Bins turns a flow into a row of tokens, one for each feature and then one for each identity column.
//
// A feature's bins are divided by edges, which rise: a value is in the bin of the number of edges below it, so an edge is the
// largest value of its bin, −Inf is in the first bin and +Inf in the last. NaN has a token of its own after the bins. The
// tokens of the features follow on one another, and then come those of the identity columns' codes. Token 0 is not used:
// to a recurrent layer it is padding.
//
// The JSON form is {"features": names, "edges": those of each feature, "identity": columns and their values, if there are any}.
type Bins struct {
	columns    flowfeatures.Columns
	edges      [][]float32
	identity   flowfeatures.Identity
	first      []int32 // token of each feature, then of each identity column
	vocabulary int     // one above the last token
}

// Features are the names of the features.
func (b *Bins) Features() []string { return b.columns.Names() }

// FitBins takes the features that are not constant on a set, each with up to n bins, and the named identity columns.
func FitBins(set *datasets.FlowSet, n int, identity []string) (*Bins, error) {
	if n < minBins || n > maxBins {
		return nil, fmt.Errorf("%d bins: want %d to %d", n, minBins, maxBins)
	}
	columns, err := flowfeatures.Varying(set)
	if err != nil {
		return nil, err
	}
	columnsOf, err := flowfeatures.FitIdentity(set, identity)
	if err != nil {
		return nil, err
	}
	edges := make([][]float32, len(columns))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(columns))
	for w := range workers {
		wg.Go(func() {
			values := make([]float32, 0, set.Len())
			for k := w; k < len(columns); k += workers {
				values = values[:0]
				for i := range set.Len() {
					if v := set.Row(i)[columns[k]]; !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) {
						values = append(values, v)
					}
				}
				edges[k] = quantiles(values, n)
			}
		})
	}
	wg.Wait()
	return newBins(columns, edges, columnsOf), nil
}

// quantiles gives the edges of up to n bins of values, which it sorts. With q(k) the ⌈k·len/n⌉-th smallest value, k = 1 … n,
// they are the distinct q(k) but the largest value, above which there is nothing. Where q(k) = q(k−1), a value that fills
// more than a bin, the next smaller value is an edge too: so it has a bin of its own, and what is on either side of it is
// not lost in it.
func quantiles(values []float32, n int) []float32 {
	edges := []float32{}
	if len(values) == 0 {
		return edges
	}
	slices.Sort(values)
	largest := values[len(values)-1]
	add := func(v float32) {
		if v < largest && (len(edges) == 0 || v > edges[len(edges)-1]) {
			edges = append(edges, v+0) // no −0
		}
	}
	for k := 1; k <= n; k++ {
		q := values[(k*len(values)+n-1)/n-1]
		if k > 1 && q == values[((k-1)*len(values)+n-1)/n-1] {
			continue
		}
		if k < n && q == values[((k+1)*len(values)+n-1)/n-1] {
			if at, _ := slices.BinarySearch(values, q); at > 0 {
				add(values[at-1])
			}
		}
		add(q)
	}
	return edges
}

func newBins(columns flowfeatures.Columns, edges [][]float32, identity flowfeatures.Identity) *Bins {
	b := &Bins{columns: columns, edges: edges, identity: identity, vocabulary: 1}
	for _, e := range edges {
		b.first = append(b.first, int32(b.vocabulary))
		b.vocabulary += len(e) + 2
	}
	for k := range identity {
		b.first = append(b.first, int32(b.vocabulary))
		b.vocabulary += identity.Codes(k)
	}
	return b
}

// Size is the length of a row of tokens.
func (b *Bins) Size() int { return len(b.first) }

// Vocabulary is the number of tokens, the unused one among them.
func (b *Bins) Vocabulary() int { return b.vocabulary }

// Encode writes the tokens of a flow.
func (b *Bins) Encode(f *datasets.Flow, tokens []int32) {
	n := len(b.columns)
	for k, j := range b.columns {
		tokens[k] = b.first[k] + int32(bin(b.edges[k], f.Values[j]))
	}
	for k := range b.identity {
		tokens[n+k] = b.first[n+k] + int32(b.identity.Code(k, f))
	}
}

// bin is the number of edges below v; of NaN it is one above the last bin. The search halves without branches that depend on
// the values, which nothing could predict.
func bin(edges []float32, v float32) int {
	if v != v {
		return len(edges) + 1
	}
	n, size := 0, len(edges)
	for size > 1 {
		half := size / 2
		if edges[n+half-1] < v {
			n += half
		}
		size -= half
	}
	if size == 1 && edges[n] < v {
		n++
	}
	return n
}

type binsForm struct {
	Features flowfeatures.Columns  `json:"features"`
	Edges    [][]float32           `json:"edges"`
	Identity flowfeatures.Identity `json:"identity,omitempty"`
}

// MarshalJSON writes the JSON form.
func (b *Bins) MarshalJSON() ([]byte, error) {
	return json.Marshal(binsForm{b.columns, b.edges, b.identity})
}

// UnmarshalJSON reads the JSON form. It refuses what FitBins does not make; b is unchanged then.
func (b *Bins) UnmarshalJSON(text []byte) error {
	var f binsForm
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if len(f.Features) == 0 {
		return errors.New("no features")
	}
	if len(f.Edges) != len(f.Features) {
		return fmt.Errorf("edges of %d features, not %d", len(f.Edges), len(f.Features))
	}
	for k, edges := range f.Edges {
		if len(edges) >= maxBins {
			return fmt.Errorf("%s has %d edges", f.Features.Names()[k], len(edges))
		}
		for i := 1; i < len(edges); i++ {
			if edges[i] <= edges[i-1] {
				return fmt.Errorf("the edges of %s do not rise", f.Features.Names()[k])
			}
		}
	}
	*b = *newBins(f.Features, f.Edges, f.Identity)
	return nil
}
