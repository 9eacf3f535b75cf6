package datasets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDay(t *testing.T) {
	for text, want := range map[string]int32{"1970-01-02": 1, "2000-03-01": 11017, "2020-12-31": 18627, "1969-12-31": -1} {
		day, err := ParseDay(text)
		if err != nil || day != want || FormatDay(day) != text {
			t.Error(text, day, err, FormatDay(day))
		}
	}
	if FormatDay(0) != "" {
		t.Error(FormatDay(0))
	}
	for _, text := range []string{"", "yesterday", "2020-13-01", "2020-1-1", "2020-12-31 10:00"} {
		if day, err := ParseDay(text); err == nil {
			t.Error(text, day)
		}
	}
}

// dated iterates over "name family day" rows.
func dated(list ...string) Domains {
	return func(yield func(Domain, error) bool) {
		for _, s := range list {
			var d Domain
			if n, _ := fmt.Sscan(s, &d.Name, &d.Family, &d.Day); n < 2 {
				panic(s)
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

func days(s *Set) (list []string) {
	for i := range s.Len() {
		list = append(list, fmt.Sprintf("%s %s %d", s.Name(i), s.Family(i), s.Day(i)))
	}
	return list
}

func TestCollectDays(t *testing.T) {
	in := []Input{
		{"1", dated("x.com a", "y.com a 7", "z.com benign", "v.com b 3", "w.com a 9")},
		{"2", dated("y.com a 5", "x.com a 8", "x.com b 9", "y.com a", "z.com a 2", "u.com b 2", "w.com a 11")},
	}
	for _, c := range []struct {
		opt  CollectOptions
		want []string
	}{
		{CollectOptions{}, []string{"x.com a 8", "y.com a 5", "v.com b 3", "w.com a 9", "u.com b 2"}},
		{CollectOptions{Conflicts: KeepBenign}, []string{"x.com a 8", "y.com a 5", "z.com benign 2", "v.com b 3", "w.com a 9", "u.com b 2"}},
		{CollectOptions{Duplicates: true}, []string{
			"x.com a 0", "y.com a 7", "z.com benign 0", "v.com b 3", "w.com a 9",
			"y.com a 5", "x.com a 8", "x.com b 9", "y.com a 0", "z.com a 2", "u.com b 2", "w.com a 11",
		}},
	} {
		for _, c.opt.Cache = range []*Cache{nil, NewCache(t.TempDir())} {
			set, _, err := Collect(context.Background(), c.opt, in...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, days(set)); diff != "" {
				t.Errorf("%+v: %s", c.opt, diff)
			}
			if !set.HasDays() || set.Select([]int{0, 1}).Day(1) != set.Day(1) || set.Rename("a", "c").Day(1) != set.Day(1) {
				t.Error("days are lost")
			}
			merged, _ := set.MergeRare(100)
			if merged.Day(1) != set.Day(1) {
				t.Error("days are lost")
			}
			dropped, _ := set.DropBelow(3)
			for name := range dropped.All() {
				k := slices.IndexFunc(days(dropped), func(s string) bool { return strings.HasPrefix(s, name) })
				if !slices.Contains(c.want, days(dropped)[k]) {
					t.Error(days(dropped)[k])
				}
			}
			if c.opt.Cache != nil {
				if err := c.opt.Cache.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	set := collected(t, "x.com a", "y.com benign")
	if set.HasDays() || set.days != nil || set.Select([]int{1}).days != nil {
		t.Error("days of undated names")
	}
}

// spread makes n names of a family, a day apart.
func spread(family string, n, first int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s-%d.com %s %d", family, i, family, first+i))
	}
	return list
}

func TestByTime(t *testing.T) {
	list := slices.Concat(spread("goz", 100, 1), spread("tinba", 50, 71), spread("new", 10, 95), named("old%d.com", "necurs", 20))
	list = append(list, named("good%d.com", Benign+" 200", 100)...) // a list of one day
	set, _, err := Collect(context.Background(), CollectOptions{}, Input{"in", dated(list...)})
	if err != nil {
		t.Fatal(err)
	}
	split, report, err := ByTime(set, 91, DefaultFractions, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := TimeReport{From: "1970-04-02", First: "1970-01-02", Last: "1970-05-01", Before: 110, After: 50, Undated: 20, NewFamilies: []string{"new"}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	text := "DGA names first seen from 1970-04-02 on are for the test: 50; before: 110; without a date, not for the test: 20; " +
		"dates from 1970-01-02 to 1970-05-01; families in the test alone: new"
	if report.String() != text {
		t.Error(report)
	}
	counts := func(part []int) (list []Count) {
		for _, c := range set.Select(part).Counts() {
			if c.Names > 0 {
				list = append(list, c)
			}
		}
		return list
	}
	for part, want := range map[string][]Count{
		"train":      {{Benign, 64}, {"goz", 72}, {"necurs", 16}, {"tinba", 16}},
		"validation": {{Benign, 16}, {"goz", 18}, {"necurs", 4}, {"tinba", 4}},
		"test":       {{Benign, 20}, {"goz", 10}, {"new", 10}, {"tinba", 30}},
	} {
		rows := map[string][]int{"train": split.Train, "validation": split.Validation, "test": split.Test}[part]
		if diff := cmp.Diff(want, counts(rows)); diff != "" {
			t.Error(part, diff)
		}
	}
	// A benign name's part depends on itself, on the seed and on how many others have smaller hashes, not on the order.
	back, _, err := ByTime(set.Select(reverse(set.Len())), 91, DefaultFractions, 1)
	if err != nil {
		t.Fatal(err)
	}
	benign := func(part []int, name func(int) string) (list []string) {
		for _, i := range part {
			if strings.HasPrefix(name(i), "good") {
				list = append(list, name(i))
			}
		}
		slices.Sort(list)
		return list
	}
	if diff := cmp.Diff(benign(split.Test, set.Name), benign(back.Test, set.Select(reverse(set.Len())).Name)); diff != "" {
		t.Error(diff)
	}
	if other, _, _ := ByTime(set, 91, DefaultFractions, 2); cmp.Equal(other.Test, split.Test) {
		t.Error("another seed gives the same benign test names")
	}
	for _, c := range []struct {
		set  *Set
		from int32
		f    Fractions
		want error
		text string
	}{
		{set, 500, DefaultFractions, ErrOneSided, "none is first seen on 1971-05-16 or later, their dates are from 1970-01-02 to 1970-05-01"},
		{set.Select(split.Test), 91, DefaultFractions, ErrOneSided, "none is first seen before 1970-04-02"},
		{collected(t, "x.com a", "y.com benign"), 91, DefaultFractions, ErrNoDays, "no DGA name has a date"},
		{set, 91, Fractions{Validation: .5, Test: .5}, ErrFractions, "fractions"},
	} {
		if _, _, err := ByTime(c.set, c.from, c.f, 1); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Error(err)
		}
	}
}

func reverse(n int) []int {
	all := ascending(n)
	slices.Reverse(all)
	return all
}

func TestByTimeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []string
		for i := range rapid.IntRange(0, 120).Draw(t, "rows") {
			list = append(list, fmt.Sprintf("%d.com %s %d", i, rapid.SampledFrom([]string{Benign, "a", "b"}).Draw(t, "family"), rapid.IntRange(0, 9).Draw(t, "day")))
		}
		set, _, err := Collect(context.Background(), CollectOptions{}, Input{"in", dated(list...)})
		if err != nil {
			t.Fatal(err)
		}
		f := Fractions{Validation: rapid.Float64Range(0, .45).Draw(t, "validation"), Test: rapid.Float64Range(0, .45).Draw(t, "test")}
		from := int32(rapid.IntRange(1, 9).Draw(t, "from"))
		split, report, err := ByTime(set, from, f, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			if !errors.Is(err, ErrNoDays) && !errors.Is(err, ErrOneSided) {
				t.Fatal(err)
			}
			return
		}
		checkSplit(t, split, set.Len())
		benign, tested, late := 0, 0, 0
		for i := range set.Len() {
			isTest := slices.Contains(split.Test, i)
			if set.Family(i) == Benign {
				benign++
				if isTest {
					tested++
				}
				continue
			}
			if isTest != (set.Day(i) >= from) {
				t.Fatalf("%s of day %d in the test: %v", set.Name(i), set.Day(i), isTest)
			}
			if isTest {
				late++
			}
		}
		if d := float64(tested) - f.Test*float64(benign); d > .5+1e-9 || d < -1 || report.After != late || report.Before+report.After+report.Undated != set.Len()-benign {
			t.Fatalf("%d of %d benign names tested: %+v", tested, benign, report)
		}
	})
}

func TestHoldOut(t *testing.T) {
	set := ofFamilies(t, Count{"a", 3}, Count{"b", 2}, Count{Benign, 2}, Count{"c", 1})
	kept, held, err := HoldOut(set, "b", "c")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Count{{"a", 3}, {Benign, 2}}, kept.Counts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b-0.com b", "b-1.com b", "c-0.com c"}, content(held)); diff != "" {
		t.Error(diff)
	}
	if kept, held, err := HoldOut(set); err != nil || kept.Len() != set.Len() || held.Len() != 0 {
		t.Error(err)
	}
	_, _, err = HoldOut(set, "a", "zeus")
	if !errors.Is(err, ErrNoSuchFamily) || err.Error() != `no such family: "zeus"; there are a, b, c` {
		t.Error(err)
	}
	if _, _, err := HoldOut(set.Select([]int{0, 1}), "b"); !errors.Is(err, ErrNoSuchFamily) {
		t.Error(err)
	}
	if _, _, err := HoldOut(set, Benign); !errors.Is(err, ErrHoldOutBenign) {
		t.Error(err)
	}
}
