package datasets

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Names of classes.
const (
	Benign    = "benign"    // the benign class, whatever the source calls it
	MergedDGA = "mergedDGA" // families too small to be classes of their own
	AnyDGA    = "dga"       // a DGA of unnamed family, as sources with a 0/1 label have it
)

// benignLabels are the values by which sources mark the benign class, in lower case.
var benignLabels = []string{"legit", Benign, "nondga", "normal", "alexa", "tranco", "umbrella"}

// IsBenign tells whether a label stands for the benign class, in any case: legit, benign, nonDGA, normal, alexa, tranco,
// umbrella.
func IsBenign(label string) bool {
	return slices.ContainsFunc(benignLabels, func(b string) bool { return strings.EqualFold(b, label) })
}

// FamilyOf gives the family that a label names: [Benign] for its synonyms, else the label without surrounding spaces and
// quotes. Families stand in reports of lines and columns: control characters and line ends within a label, which a quoted
// field may hold, are one space.
func FamilyOf(label string) string {
	if strings.ContainsFunc(label, isControl) {
		label = strings.Join(strings.FieldsFunc(label, isControl), " ")
	}
	label = strings.Trim(label, " \"")
	if IsBenign(label) {
		return Benign
	}
	return label
}

// isControl tells control characters, and what Unicode has for the ends of lines and paragraphs.
func isControl(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// DefaultMinimum is the number of names below which a family is merged by default (see [Set.MergeRare]).
const DefaultMinimum = 50

// Count is a family and how many names it has.
type Count struct {
	Family string `json:"family"`
	Names  int    `json:"names"`
}

// sortCounts puts the largest families first, equal ones in byte order.
func sortCounts(counts []Count) {
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Names, a.Names), cmp.Compare(a.Family, b.Family))
	})
}

// Rare divides families into those that stay classes and those with fewer than n names, which become [MergedDGA]. The
// benign class always stays. Both lists begin with the largest family; equal ones are in byte order.
func Rare(counts []Count, n int) (kept, merged []Count) {
	counts = slices.Clone(counts)
	sortCounts(counts)
	for _, c := range counts {
		if c.Names < n && c.Family != Benign {
			merged = append(merged, c)
		} else {
			kept = append(kept, c)
		}
	}
	return kept, merged
}

// Factorize gives the distinct values in ascending order (strings in byte order: capitals first) and, for each value, its
// index among them, as pandas.factorize(sort=True) and scikit-learn's LabelEncoder do. A NaN is missing: its code is -1.
func Factorize[T cmp.Ordered](values []T) (codes []int, uniques []T) {
	index := make(map[T]int)
	for _, v := range values {
		if v == v { //nolint:gocritic // false for NaN alone
			index[v] = 0
		}
	}
	uniques = make([]T, 0, len(index))
	for v := range index {
		uniques = append(uniques, v)
	}
	slices.Sort(uniques)
	for i, v := range uniques {
		index[v] = i
	}
	codes = make([]int, len(values))
	for i, v := range values {
		if code, ok := index[v]; ok {
			codes[i] = code
		} else {
			codes[i] = -1
		}
	}
	return codes, uniques
}
