package datasets

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func fromRows(t *rapid.T, list []string) *Set {
	set, _, err := Collect(context.Background(), CollectOptions{Duplicates: true, Unlabelled: true}, Input{"in", rows(list...)})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestNearDuplicates(t *testing.T) {
	set := collected(t, "one.com a", "qxv.co.uk a", "two.org benign", "qxv.com b", "www.two.org benign", "two.net b", "qxv.com a", "com benign",
		"co.uk a", "three.com b", "three benign", "qxv.ddns.net b", "x.github.io a", "x.com a", "y.com", "y.org a", "qxv.biz b")
	want := Near{
		Names: 12 - 1, Groups: 5, Across: 4,
		Families: []Count{{"b", 5}, {"a", 4}, {Benign, 2}},
		First:    [][]string{{"qxv.co.uk", "qxv.com", "qxv.ddns.net"}, {"two.org", "two.net"}, {"three.com", "three"}},
		Crossing: [][]string{{"two.org", "two.net"}, {"three.com", "three"}},
	}
	got := NearDuplicates(set)
	// y.com has no label: it counts, but in no family of its own.
	want.Names, want.Families = 12, append(want.Families, Count{"", 1})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Near{}, NearDuplicates(collected(t))); diff != "" {
		t.Error(diff)
	}
}

func TestNearOverlap(t *testing.T) {
	a := collected(t, "qxv.com goz", "qxv.net tinba", "two.org benign", "same.com goz", "same.net goz", "com goz")
	b := collected(t, "two.com goz", "same.com goz", "qxv.biz tinba", "new.com goz", "qxv.biz tinba", "www.two.org benign", "qxv.info goz", "net benign")
	want := NearShared{
		Names: 3, Relabelled: 1, Families: []Count{{"goz", 2}, {"tinba", 1}},
		First: [][2]string{{"two.com", "two.org"}, {"qxv.biz", "qxv.com"}, {"qxv.info", "qxv.com"}},
	}
	if diff := cmp.Diff(want, NearOverlap(a, b)); diff != "" {
		t.Error(diff)
	}
	for _, empty := range []NearShared{NearOverlap(a, collected(t)), NearOverlap(collected(t), b)} {
		if diff := cmp.Diff(NearShared{}, empty); diff != "" {
			t.Error(diff)
		}
	}
}

// Against the definition: all pairs.
func TestNearProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() (list []string) {
			for range rapid.IntRange(0, 30).Draw(t, "rows") {
				list = append(list, rapid.StringMatching(`([ab]\.)?[abc](\.com|\.co\.uk|\.github\.io|)`).Draw(t, "name")+" "+
					rapid.SampledFrom([]string{Benign, "a", "b"}).Draw(t, "family"))
			}
			return list
		}
		a, b := fromRows(t, draw()), fromRows(t, draw())
		near := func(x, y string) bool { return x != y && WithoutSuffix.Of(x) == WithoutSuffix.Of(y) }
		firstRows := func(s *Set) (rows []int) {
			for i := range s.Len() {
				if !slices.ContainsFunc(rows, func(k int) bool { return s.Name(k) == s.Name(i) }) {
					rows = append(rows, i)
				}
			}
			return rows
		}
		names, across := 0, 0
		for _, i := range firstRows(a) {
			has, crosses, mine := false, false, a.Family(i) == Benign
			for _, k := range firstRows(a) {
				if near(a.Name(i), a.Name(k)) {
					has = true
					crosses = crosses || (a.Family(k) == Benign) != mine
				}
			}
			if has {
				names++
			}
			if crosses {
				across++
			}
		}
		got := NearDuplicates(a)
		if got.Names != names || total(got.Families) != names || got.Across < across {
			t.Fatalf("%d names, %d across: %+v", names, across, got)
		}
		names, relabelled := 0, 0
		for _, i := range firstRows(b) {
			known, has, other := false, false, true
			for _, k := range firstRows(a) {
				known = known || a.Name(k) == b.Name(i)
				if near(a.Name(k), b.Name(i)) {
					has = true
					other = other && a.Family(k) != b.Family(i)
				}
			}
			if has && !known {
				names++
				if other {
					relabelled++
				}
			}
		}
		shared := NearOverlap(a, b)
		if shared.Names != names || shared.Relabelled != relabelled || total(shared.Families) != names {
			t.Fatalf("%d names, %d relabelled: %+v", names, relabelled, shared)
		}
	})
}

// The first in the order of the rows, though groups come by their hashes.
func TestEarliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9).Draw(t, "n")
		var e earliest[string]
		for _, row := range rapid.Permutation(ascending(n)).Draw(t, "order") {
			e.add(row, fmt.Sprint(row))
		}
		var want []string
		for row := range min(n, examples) {
			want = append(want, fmt.Sprint(row))
		}
		if diff := cmp.Diff(want, e.values); diff != "" {
			t.Fatal(diff)
		}
	})
}
