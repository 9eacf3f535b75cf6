package datasets

import (
	"iter"
	"slices"
)

// Set is an ordered list of names with their families and, where a source has dates, the day on which each name was first
// seen. It does not change once made. The names are in memory or in a [Cache]; users of a set need not know which.
type Set struct {
	names    texts
	codes    []int32
	days     []int32  // nil when no day is known
	families []string // in byte order
}

// texts holds the names of a set.
type texts interface {
	at(i int) string            // for any number of goroutines
	reader() func(i int) string // for one goroutine, quicker than at where i goes up
	pick(indices []int) texts
}

// inMemory are names that share the blocks they were read into.
type inMemory []string

func (m inMemory) at(i int) string            { return m[i] }
func (m inMemory) reader() func(i int) string { return m.at }

func (m inMemory) pick(indices []int) texts {
	part := make(inMemory, len(indices))
	for k, i := range indices {
		part[k] = m[i]
	}
	return part
}

// newSet makes a set whose codes index families, which may be in any order, unused, or alike. It takes codes and days over.
func newSet(names texts, codes, days []int32, families []string) *Set {
	used := make([]bool, len(families))
	for _, c := range codes {
		used[c] = true
	}
	var sorted []string
	for c, family := range families {
		if used[c] {
			sorted = append(sorted, family)
		}
	}
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	code := make([]int32, len(families))
	for c, family := range families {
		at, _ := slices.BinarySearch(sorted, family)
		code[c] = int32(at)
	}
	for i, c := range codes {
		codes[i] = code[c]
	}
	return &Set{names: names, codes: codes, days: days, families: sorted}
}

// Len is the number of names.
func (s *Set) Len() int { return len(s.codes) }

// Name is name i.
func (s *Set) Name(i int) string { return s.names.at(i) }

// Family is the family of name i.
func (s *Set) Family(i int) string { return s.families[s.codes[i]] }

// Code is the index of name i's family in [Set.Families].
func (s *Set) Code(i int) int { return int(s.codes[i]) }

// Codes gives the index in [Set.Families] of every name's family. The slice is the set's own: not to be written to.
func (s *Set) Codes() []int32 { return s.codes }

// Day is the day on which name i was first seen, in days since 1970-01-01; 0 is unknown.
func (s *Set) Day(i int) int32 {
	if s.days == nil {
		return 0
	}
	return s.days[i]
}

// HasDays tells whether the day of any name is known.
func (s *Set) HasDays() bool {
	return slices.ContainsFunc(s.days, func(day int32) bool { return day != 0 })
}

// Families gives the families in byte order, the order of class labels (see [Factorize]).
func (s *Set) Families() []string { return slices.Clone(s.families) }

// All iterates over names and families, in order.
func (s *Set) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		name := s.names.reader()
		for i, c := range s.codes {
			if !yield(name(i), s.families[c]) {
				return
			}
		}
	}
}

// Names iterates over the names, in order.
func (s *Set) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range s.All() {
			if !yield(name) {
				return
			}
		}
	}
}

// Counts gives the number of names of each family, in the order of [Set.Families].
func (s *Set) Counts() []Count {
	counts := make([]Count, len(s.families))
	for i, f := range s.families {
		counts[i].Family = f
	}
	for _, c := range s.codes {
		counts[c].Names++
	}
	return counts
}

// Select gives the names at the given indices, in that order. The families stay those of s, so that the codes of all
// parts of a split agree; a family may be left without names.
func (s *Set) Select(indices []int) *Set {
	return &Set{names: s.names.pick(indices), codes: pick(s.codes, indices), days: pick(s.days, indices), families: s.families}
}

// pick gives the values at the indices; of nil it is nil.
func pick(values []int32, indices []int) []int32 {
	if values == nil {
		return nil
	}
	part := make([]int32, len(indices))
	for k, i := range indices {
		part[k] = values[i]
	}
	return part
}

// MergeRare gives the set in which families of fewer than n names are one, [MergedDGA], and the families that were merged,
// largest first. The benign class is never merged. The names are shared with s.
func (s *Set) MergeRare(n int) (*Set, []Count) {
	_, merged := Rare(s.Counts(), n)
	if len(merged) == 0 {
		return s, nil
	}
	families := slices.Clone(s.families)
	for _, c := range merged {
		i, _ := slices.BinarySearch(s.families, c.Family)
		families[i] = MergedDGA
	}
	return newSet(s.names, slices.Clone(s.codes), s.days, families), merged
}

// Shared counts the names that two sets have in common.
type Shared struct {
	Names      int `json:"names"`      // names in both sets
	Relabelled int `json:"relabelled"` // of these, with another family
}

// Overlap counts the names that are in both sets, each once; one that is several times in a set has its first family.
func Overlap(a, b *Set) Shared {
	if a.Len() < b.Len() {
		a, b = b, a
	}
	index := newIndex(b.Len())
	var names []string // of b, each once
	var rows []int     // of the names in b; -1 once counted
	at := b.names.reader()
	for i := range b.Len() {
		name := at(i)
		if _, isNew := index.enter(names, name); isNew {
			names, rows = append(names, name), append(rows, i)
		}
	}
	var shared Shared
	at = a.names.reader()
	for i := range a.Len() {
		k := index.find(names, at(i))
		if k < 0 || rows[k] < 0 {
			continue
		}
		shared.Names++
		if a.Family(i) != b.Family(rows[k]) {
			shared.Relabelled++
		}
		rows[k] = -1
	}
	return shared
}

// Rename gives the set in which family from is called to, and is one with it if there is one; the names are shared with s.
func (s *Set) Rename(from, to string) *Set {
	families := slices.Clone(s.families)
	for i, f := range families {
		if f == from {
			families[i] = to
		}
	}
	return newSet(s.names, slices.Clone(s.codes), s.days, families)
}
