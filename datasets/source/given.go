package source

import (
	"iter"

	"threatnet/datasets/feed"
)

// given labels records with the family that is given for their source, if one is, unless all of them are benign. A record
// with a label of its own is then the error that it is for lists of names: nothing tells which of the two is meant.
func given[R any](rows iter.Seq2[R, error], family string, benign bool, of func(string) string, label func(*R) *string) iter.Seq2[R, error] {
	if family = of(family); family == "" || benign {
		return rows
	}
	return func(yield func(R, error) bool) {
		var zero R
		for r, err := range rows {
			if err == nil {
				own := label(&r)
				if *own != "" {
					yield(zero, feed.ErrHasLabels)
					return
				}
				*own = family
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
