package datasets

import "slices"

// Summary describes a set of names: what `datasets describe` prints.
type Summary struct {
	Names    int           `json:"names"`
	Families []FamilyShare `json:"families"` // largest first
	Minimum  int           `json:"minimum"`  // below which a family would be merged
	Merged   int           `json:"merged"`   // names that would be in MergedDGA
}

// FamilyShare is one family of a [Summary].
type FamilyShare struct {
	Count
	Share float64 `json:"share"` // of all names, 0..1
	Rare  bool    `json:"rare"`  // would be merged
}

// Summarize describes a set, and which of its families a minimum of n names each would merge (see [Set.MergeRare]).
func Summarize(s *Set, n int) Summary {
	sum := Summary{Names: s.Len(), Minimum: n}
	counts := slices.DeleteFunc(s.Counts(), func(c Count) bool { return c.Names == 0 })
	sortCounts(counts)
	for _, c := range counts {
		rare := c.Names < n && c.Family != Benign && c.Family != "" // unlabelled names are of no family
		if rare {
			sum.Merged += c.Names
		}
		sum.Families = append(sum.Families, FamilyShare{Count: c, Share: float64(c.Names) / float64(s.Len()), Rare: rare})
	}
	return sum
}

// NewFamilies gives the families that have names in b and none in a, in byte order.
func NewFamilies(a, b *Set) []string {
	known := make(map[string]bool)
	for _, c := range a.Counts() {
		known[c.Family] = c.Names > 0
	}
	var families []string
	for _, c := range b.Counts() {
		if c.Names > 0 && !known[c.Family] {
			families = append(families, c.Family)
		}
	}
	return families
}
