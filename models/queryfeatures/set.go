// Package queryfeatures turns DNS queries into numbers: how often each character stands in the name, and what the names
// that one client asks of one domain look like together.
//
// A name is host and domain: www.example.com is the host www of the domain example.com. The window of a query is a set of
// queries of the same client and domain. There are three sets of features.
//
// The default one, window107, takes a name in lower case (A to Z alone; a byte is a character) without the dots at its end.
// The domain is the registrable one by the list of public suffixes, private ones among them (see datasets.Form). The
// window is causal: the last 10 queries of the client for the domain, the current one included. So a stream has the same
// features as a table, row after row (see Stream).
//
//	count_0 … count_~  how often each of Characters stands in the whole name; of capitals always 0
//	len                bytes of the host
//	entropy            Shannon entropy of the host's bytes, in bits
//	size_avg           mean of len over the window
//	entropy_avg        mean of entropy over the window
//	window_distinct_share  different hosts / queries
//	window_distinct        different hosts
//	window_queries         queries, 1 to 10
//	window_longest         bytes of the longest host
//	window_len_std         standard deviation of len, the population's
//	window_label           mean length of a host's longest label
//	window_digits          mean share of digits in a host
//	window_other           mean share of characters other than letters, digits, '-', '.' and '_'
//	window_alphabet        different characters in all hosts together
//
// notebook98 is the first 98 of these as the source notebook computes them: the case is kept, a character is a code point
// (a byte that is no UTF-8 is one too), the host is what rsplit('.', 2)[0] leaves, the domain is the name with every
// occurrence of the host deleted and without dots at its beginning, and the window is the whole table, later rows
// included. notebook99 has one more column after the counts, is_exfiltration: there the label of the row, which had got
// among the inputs. Nobody knows it of a row that is to be judged, so here it is 0.
//
// Every name has features, all finite: an empty host has length, entropy and shares 0. A character that is not among
// Characters is counted as unknown and is in no count_ column.
package queryfeatures

import (
	"fmt"
	"slices"
)

// Set names a set of features.
type Set string

// The sets.
const (
	Window107  Set = "window107"
	Notebook98 Set = "notebook98"
	Notebook99 Set = "notebook99"
)

// Sets gives all sets.
func Sets() []Set { return []Set{Window107, Notebook98, Notebook99} }

// ParseSet gives the set of that name.
func ParseSet(text string) (Set, error) {
	if s := Set(text); slices.Contains(Sets(), s) {
		return s, nil
	}
	return "", fmt.Errorf("set of features %q: want one of %v", text, Sets())
}

// Causal tells whether the features of a query depend on the queries before it alone, so that a stream has them.
func (s Set) Causal() bool { return s == Window107 }

// Size is the number of features.
func (s Set) Size() int {
	switch s {
	case Window107:
		return len(Characters) + len(basics) + len(shape)
	case Notebook98:
		return len(Characters) + len(basics)
	case Notebook99:
		return len(Characters) + 1 + len(basics)
	}
	panic("queryfeatures: unknown set of features")
}

var (
	basics = []string{"len", "entropy", "size_avg", "entropy_avg"}
	shape  = []string{
		"window_distinct_share", "window_distinct", "window_queries", "window_longest", "window_len_std",
		"window_label", "window_digits", "window_other", "window_alphabet",
	}
)

// Names gives the features' names in the order of the columns.
func Names(s Set) []string {
	names := make([]string, 0, s.Size())
	for _, c := range Characters {
		names = append(names, "count_"+string(c))
	}
	if s == Notebook99 {
		names = append(names, "is_exfiltration")
	}
	names = append(names, basics...)
	if s == Window107 {
		names = append(names, shape...)
	}
	return names
}
