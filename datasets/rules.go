package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Rest says what becomes of the families beyond the largest.
type Rest string

// What becomes of them. "" is MergeRest.
const (
	MergeRest Rest = "merge" // they are one class, MergedDGA
	DropRest  Rest = "drop"  // their names are left out
)

// FamilyRules say which families of a set are classes, and how many names of each are taken. The zero value changes nothing.
// The benign class and names without a label are in no rule but MaxBenign: they are never renamed, merged, dropped, or
// counted among the families. [MergedDGA] is never among the MaxFamilies; it is one family for all other rules.
//
// The rules are applied in the order of the fields, each to what the one before has left:
//
//  1. Rename gives families other names, all at once (a→b and b→c makes a name of a one of b). Families of the same name
//     are then one; what is called benign joins the benign class.
//  2. DropBelow leaves out the families of fewer names.
//  3. MergeBelow makes one class, MergedDGA, of the families of fewer names.
//  4. MaxFamilies keeps that many of the largest, of equal ones those first in byte order; Rest merges or drops the others.
//  5. MaxPerFamily takes at most so many names of each family, MaxBenign of the benign class. Which ones depends on the
//     seed and the names alone: a name stays chosen when families change, or when the limit rises.
type FamilyRules struct {
	Rename       map[string]string `json:"rename,omitempty"`
	DropBelow    int               `json:"drop_below,omitempty"`
	MergeBelow   int               `json:"merge_below,omitempty"`
	MaxFamilies  int               `json:"max_families,omitempty"` // 0: no limit
	Rest         Rest              `json:"rest,omitempty"`
	MaxPerFamily int               `json:"max_per_family,omitempty"` // 0: no limit
	MaxBenign    int               `json:"max_benign,omitempty"`     // 0: no limit
	Seed         uint64            `json:"seed"`
}

// Check says what is wrong with the rules, if anything.
func (r FamilyRules) Check() error {
	switch r.Rest {
	case "", MergeRest, DropRest:
	default:
		return fmt.Errorf("families beyond the largest %q: want %s or %s", r.Rest, MergeRest, DropRest)
	}
	if min(r.DropBelow, r.MergeBelow, r.MaxFamilies, r.MaxPerFamily, r.MaxBenign) < 0 {
		return errors.New("a number of families or names is negative")
	}
	for _, to := range r.Rename {
		if to == "" {
			return fmt.Errorf("renaming: %w", ErrNoFamily)
		}
	}
	return nil
}

// Apply gives the set that the rules make of s, its names in the same order, and what each rule did. Rules that Check
// refuses are a programming error.
func (r FamilyRules) Apply(s *Set) (*Set, FamilyReport) {
	if r.Check() != nil {
		panic("datasets: bad family rules")
	}
	t := newClasses(s)
	report := FamilyReport{Before: t.counts()}
	r.rename(t, &report)
	report.Dropped = t.drop(t.below(r.DropBelow))
	report.Merged = t.merge(t.below(r.MergeBelow))
	switch {
	case r.MaxFamilies == 0:
	case r.Rest == DropRest:
		report.Beyond, report.Rest = t.drop(t.beyond(r.MaxFamilies)), DropRest
	default:
		report.Beyond, report.Rest = t.merge(t.beyond(r.MaxFamilies)), MergeRest
	}
	out := t.apply(s)
	out, report.Sampled = out.CapNames(r.MaxPerFamily, r.MaxBenign, r.Seed)
	report.After = newClasses(out).counts()
	return out, report
}

// rename applies the map and notes which of its entries were of use.
func (r FamilyRules) rename(t *classes, report *FamilyReport) {
	old := make([]string, 0, len(r.Rename))
	for from := range r.Rename {
		old = append(old, from)
	}
	slices.Sort(old)
	for _, from := range old {
		n := 0
		for code, family := range t.was {
			if family == from && isDGA(family) && t.names[code] > 0 {
				n += t.names[code]
				t.is[code] = r.Rename[from]
			}
		}
		if n == 0 {
			report.Unused = append(report.Unused, from)
		} else {
			report.Renamed = append(report.Renamed, Renamed{From: from, To: r.Rename[from], Names: n})
		}
	}
}

// isDGA tells the families that rules are for.
func isDGA(family string) bool { return family != Benign && family != "" }

// classes is what rules have made of the families of a set: by its code, what each was and is called, whether it is left
// out, and how many names it has.
type classes struct {
	was, is []string
	out     []bool
	names   []int
}

func newClasses(s *Set) *classes {
	t := &classes{was: s.families, is: slices.Clone(s.families), out: make([]bool, len(s.families)), names: make([]int, len(s.families))}
	for _, c := range s.codes {
		t.names[c]++
	}
	return t
}

// counts gives the classes as they now are, largest first, without those that have no names.
func (t *classes) counts() []Count {
	names := make(map[string]int)
	for code, family := range t.is {
		if !t.out[code] && t.names[code] > 0 {
			names[family] += t.names[code]
		}
	}
	counts := make([]Count, 0, len(names))
	for family, n := range names {
		counts = append(counts, Count{family, n})
	}
	sortCounts(counts)
	return counts
}

// below gives the families of fewer than n names.
func (t *classes) below(n int) (small []Count) {
	for _, c := range t.counts() {
		if isDGA(c.Family) && c.Names < n {
			small = append(small, c)
		}
	}
	return small
}

// beyond gives the families after the n largest.
func (t *classes) beyond(n int) (rest []Count) {
	for _, c := range t.counts() {
		if !isDGA(c.Family) || c.Family == MergedDGA {
			continue
		}
		if n--; n < 0 {
			rest = append(rest, c)
		}
	}
	return rest
}

// merge makes one class of the families, and returns them.
func (t *classes) merge(families []Count) []Count {
	for _, code := range t.codes(families) {
		t.is[code] = MergedDGA
	}
	return families
}

// drop leaves the families out, and returns them.
func (t *classes) drop(families []Count) []Count {
	for _, code := range t.codes(families) {
		t.out[code] = true
	}
	return families
}

// codes gives the codes of families as they are now called.
func (t *classes) codes(families []Count) (codes []int) {
	if len(families) == 0 {
		return nil
	}
	wanted := make(map[string]bool, len(families))
	for _, c := range families {
		wanted[c.Family] = true
	}
	for code, family := range t.is {
		if wanted[family] && !t.out[code] {
			codes = append(codes, code)
		}
	}
	return codes
}

// apply makes the set.
func (t *classes) apply(s *Set) *Set {
	if !slices.Contains(t.out, true) {
		if slices.Equal(t.was, t.is) {
			return s
		}
		return newSet(s.names, slices.Clone(s.codes), s.days, t.is)
	}
	kept := make([]int, 0, s.Len())
	for i, c := range s.codes {
		if !t.out[c] {
			kept = append(kept, i)
		}
	}
	part := s.Select(kept)
	return newSet(part.names, part.codes, part.days, t.is)
}

// DropBelow gives the set without the families of fewer than n names, and these, largest first. The benign class stays.
func (s *Set) DropBelow(n int) (*Set, []Count) {
	out, report := FamilyRules{DropBelow: max(n, 0)}.Apply(s)
	return out, report.Dropped
}

// CapFamilies gives the set with the k largest families as they are, and the others, largest first, which are merged into
// [MergedDGA] or dropped (see [FamilyRules]). k must be 1 or more.
func (s *Set) CapFamilies(k int, rest Rest) (*Set, []Count) {
	if k < 1 {
		panic("datasets: fewer families than one")
	}
	out, report := FamilyRules{MaxFamilies: k, Rest: rest}.Apply(s)
	return out, report.Beyond
}

// RenameAll gives the set in which every family that is a key of names has its value as its name (see [FamilyRules]).
func (s *Set) RenameAll(names map[string]string) (*Set, []Renamed) {
	out, report := FamilyRules{Rename: names}.Apply(s)
	return out, report.Renamed
}

// FamilyReport says what [FamilyRules] did. Lists of families begin with the largest.
type FamilyReport struct {
	Before  []Count   `json:"before"`
	Renamed []Renamed `json:"renamed,omitempty"` // in byte order of the old names
	Unused  []string  `json:"unused,omitempty"`  // old names of the map that no family has
	Dropped []Count   `json:"dropped,omitempty"` // too small
	Merged  []Count   `json:"merged,omitempty"`  // too small
	Beyond  []Count   `json:"beyond,omitempty"`  // not among the largest
	Rest    Rest      `json:"rest,omitempty"`    // what became of these
	Sampled []Sampled `json:"sampled,omitempty"`
	After   []Count   `json:"after"`
}

// Renamed is a family that was given another name.
type Renamed struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Names int    `json:"names"`
}

// Sampled is a family of which not all names were taken.
type Sampled struct {
	Family string `json:"family"`
	Names  int    `json:"names"` // there were
	Taken  int    `json:"taken"`
}

// String gives the report for people: a line for each rule that did something, and the sums if any did.
func (r FamilyReport) String() string {
	var b strings.Builder
	if len(r.Renamed) > 0 {
		b.WriteString("renamed")
		for i, n := range r.Renamed {
			fmt.Fprintf(&b, "%s %s to %s (%d)", comma(i), n.From, n.To, n.Names)
		}
		b.WriteByte('\n')
	}
	if len(r.Unused) > 0 {
		fmt.Fprintf(&b, "renamed nothing, no such family: %s\n", strings.Join(r.Unused, ", "))
	}
	line := func(what string, counts []Count) {
		if len(counts) == 0 {
			return
		}
		fmt.Fprintf(&b, "%s: %d families, %d names:", what, len(counts), total(counts))
		for i, c := range counts {
			fmt.Fprintf(&b, "%s %s (%d)", comma(i), c.Family, c.Names)
		}
		b.WriteByte('\n')
	}
	line("dropped as too small", r.Dropped)
	line("merged as too small", r.Merged)
	if r.Rest == DropRest {
		line("dropped beyond the largest", r.Beyond)
	} else {
		line("merged beyond the largest", r.Beyond)
	}
	if len(r.Sampled) > 0 {
		b.WriteString("sampled")
		for i, s := range r.Sampled {
			fmt.Fprintf(&b, "%s %s (%d of %d)", comma(i), s.Family, s.Taken, s.Names)
		}
		b.WriteByte('\n')
	}
	if b.Len() > 0 {
		fmt.Fprintf(&b, "classes: %d of %d names before, %d of %d names after\n", len(r.Before), total(r.Before), len(r.After), total(r.After))
	}
	return b.String()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func total(counts []Count) (n int) {
	for _, c := range counts {
		n += c.Names
	}
	return n
}
