package datasets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// rows makes an iteration of "name family" strings; "!reason" is a bad row.
func rows(list ...string) Domains {
	return func(yield func(Domain, error) bool) {
		for i, s := range list {
			if reason, ok := strings.CutPrefix(s, "!"); ok {
				if !yield(Domain{}, &RowError{Pos: Pos{"f", i + 1, 1}, Reason: Reason(reason)}) {
					return
				}
				continue
			}
			name, family, _ := strings.Cut(s, " ")
			if !yield(Domain{Name: name, Family: family}, nil) {
				return
			}
		}
	}
}

func content(s *Set) (list []string) {
	for name, family := range s.All() {
		list = append(list, strings.TrimSpace(name+" "+family))
	}
	return list
}

func TestCollect(t *testing.T) {
	a := Input{"a", rows("x.com tinba", "y.com benign", "x.com tinba", "!empty name", "z.com goz")}
	b := Input{"b", rows("x.com goz", "y.com tinba", "w.com benign", "!empty name", "!bad quotes", "!empty name", "w.com benign")}
	for _, c := range []struct {
		policy Conflicts
		want   []string
	}{
		{"", []string{"x.com tinba", "z.com goz", "w.com benign"}},
		{DropBoth, []string{"x.com tinba", "z.com goz", "w.com benign"}},
		{KeepBenign, []string{"x.com tinba", "y.com benign", "z.com goz", "w.com benign"}},
		{KeepDGA, []string{"x.com tinba", "y.com tinba", "z.com goz", "w.com benign"}},
	} {
		set, report, err := Collect(context.Background(), CollectOptions{Conflicts: c.policy}, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, content(set)); diff != "" {
			t.Errorf("%s: %s", c.policy, diff)
		}
		if report.Conflicts.Count != 1 || report.TwoFamilies.Count != 1 || report.Names != len(c.want) {
			t.Errorf("%s: %+v", c.policy, report)
		}
	}
	set, report, err := Collect(context.Background(), CollectOptions{}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	want := &Report{
		Sources: []SourceReport{
			{Name: "a", Rows: 5, Benign: 1, Duplicates: 1, Bad: []BadRows{{EmptyName, 1, []Pos{{"f", 4, 1}}}}},
			{Name: "b", Rows: 7, Benign: 2, Duplicates: 3, Bad: []BadRows{
				{EmptyName, 2, []Pos{{"f", 4, 1}, {"f", 6, 1}}}, {BadQuotes, 1, []Pos{{"f", 5, 1}}},
			}},
		},
		Rows: 12, Bad: 4, Duplicates: 4, Policy: DropBoth, Names: 3, Benign: 1,
		TwoFamilies: Names{1, []string{"x.com"}}, Conflicts: Names{1, []string{"y.com"}},
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"benign", "goz", "tinba"}, set.Families()); diff != "" {
		t.Error(diff)
	}
}

func TestCollectLabels(t *testing.T) {
	in := Input{"in", rows("x.com", "y.com tinba", "x.com goz", "y.com", "z.com", "w.com", "w.com benign")}
	_, _, err := Collect(context.Background(), CollectOptions{}, in)
	if !errors.Is(err, ErrUnlabelled) || !strings.HasPrefix(err.Error(), "in: ") {
		t.Error(err)
	}
	set, report, err := Collect(context.Background(), CollectOptions{Unlabelled: true}, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x.com goz", "y.com tinba", "z.com", "w.com benign"}, content(set)); diff != "" {
		t.Error(diff)
	}
	if report.Unlabelled != 1 || report.Sources[0].Unlabelled != 4 {
		t.Errorf("%+v", report)
	}
}

func TestCollectDuplicates(t *testing.T) {
	in := Input{"in", rows("x.com tinba", "y.com benign", "x.com tinba", "y.com goz", "z.com")}
	set, report, err := Collect(context.Background(), CollectOptions{Duplicates: true, Unlabelled: true}, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x.com tinba", "y.com benign", "x.com tinba", "y.com goz", "z.com"}, content(set)); diff != "" {
		t.Error(diff)
	}
	if report.Duplicates != 0 || report.Conflicts.Count != 0 || report.Benign != 1 || report.Unlabelled != 1 {
		t.Errorf("%+v", report)
	}
}

func TestCollectErrors(t *testing.T) {
	broken := errors.New("broken")
	final := Input{"in", func(yield func(Domain, error) bool) { yield(Domain{}, broken) }}
	if _, _, err := Collect(context.Background(), CollectOptions{}, final); !errors.Is(err, broken) {
		t.Error(err)
	}
	bad := Input{"in", rows("x.com tinba", "!empty name")}
	if _, _, err := Collect(context.Background(), CollectOptions{Strict: true}, bad); !errors.Is(err, EmptyName) {
		t.Error(err)
	}
	if _, _, err := Collect(context.Background(), CollectOptions{Conflicts: "both"}); err == nil {
		t.Error("a policy that is none")
	}
	ctx, cancel := context.WithCancel(context.Background())
	endless := Input{"in", func(yield func(Domain, error) bool) {
		for i := 0; yield(Domain{Name: fmt.Sprint(i), Family: "x"}, nil); i++ {
			if i == 10000 {
				cancel()
			}
		}
	}}
	if _, _, err := Collect(ctx, CollectOptions{}, endless); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Against the plain way of doing it, with maps.
func TestCollectProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom([]string{Benign, "a", "b", "c"})
		name := rapid.StringMatching(`[a-e]{1,3}`)
		var list []string
		for range rapid.IntRange(0, 200).Draw(t, "rows") {
			list = append(list, name.Draw(t, "name")+" "+family.Draw(t, "family"))
		}
		var order []string
		benign, dga := map[string]bool{}, map[string]string{}
		for _, s := range list {
			n, f, _ := strings.Cut(s, " ")
			if !benign[n] && dga[n] == "" {
				order = append(order, n)
			}
			if f == Benign {
				benign[n] = true
			} else if dga[n] == "" {
				dga[n] = f
			}
		}
		var want []string
		for _, n := range order {
			switch {
			case benign[n] && dga[n] != "":
			case benign[n]:
				want = append(want, n+" "+Benign)
			default:
				want = append(want, n+" "+dga[n])
			}
		}
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		set, report, err := Collect(context.Background(), CollectOptions{}, Input{"1", rows(list[:cut]...)}, Input{"2", rows(list[cut:]...)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, content(set)); diff != "" {
			t.Fatal(diff)
		}
		if report.Rows-report.Duplicates != len(order) || report.Names+report.Conflicts.Count != len(order) {
			t.Fatalf("%+v", report)
		}
	})
}

// Enough names for the table and the blocks of text to grow.
func TestCollectMany(t *testing.T) {
	const n = 50000
	in := Input{"in", func(yield func(Domain, error) bool) {
		for i := range 2 * n {
			if !yield(Domain{Name: fmt.Sprintf("name-%d.example", i%n), Family: "x"}, nil) {
				return
			}
		}
	}}
	set, report, err := Collect(context.Background(), CollectOptions{}, in)
	if err != nil || set.Len() != n || report.Duplicates != n || set.Name(n-1) != fmt.Sprintf("name-%d.example", n-1) {
		t.Error(err, set.Len(), report)
	}
}

func TestSet(t *testing.T) {
	set, _, err := Collect(context.Background(), CollectOptions{Unlabelled: true}, Input{"in", rows(
		"1.x mergedDGA", "2.x b", "3.x a", "4.x a", "5.x benign", "6.x Zeus", "7.x a")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Count{{"Zeus", 1}, {"a", 3}, {"b", 1}, {"benign", 1}, {"mergedDGA", 1}}, set.Counts()); diff != "" {
		t.Error(diff)
	}
	if set.Code(1) != 2 || set.Family(1) != "b" || set.Codes()[6] != 1 {
		t.Error(set.Codes())
	}
	merged, counts := set.MergeRare(2)
	if diff := cmp.Diff([]Count{{"Zeus", 1}, {"b", 1}, {"mergedDGA", 1}}, counts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Count{{"a", 3}, {"benign", 1}, {"mergedDGA", 3}}, merged.Counts()); diff != "" {
		t.Error(diff)
	}
	if same, none := set.MergeRare(1); same != set || none != nil {
		t.Error("nothing is below 1")
	}
	if diff := cmp.Diff([]Count{{"Zeus", 1}, {"a", 3}, {"b", 1}, {"mergedDGA", 1}, {"nonDGA", 1}}, set.Rename(Benign, "nonDGA").Counts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Count{{"Zeus", 1}, {"a", 4}, {"benign", 1}, {"mergedDGA", 1}}, set.Rename("b", "a").Counts()); diff != "" {
		t.Error(diff)
	}
	part := set.Select([]int{4, 1})
	if diff := cmp.Diff([]string{"5.x benign", "2.x b"}, content(part)); diff != "" {
		t.Error(diff)
	}
	if part.Code(1) != set.Code(1) || !cmp.Equal(part.Families(), set.Families()) {
		t.Error("the codes of a part differ")
	}
	for range set.All() {
		break
	}
	sum := Summarize(part, 2)
	want := Summary{Names: 2, Minimum: 2, Merged: 1, Families: []FamilyShare{
		{Count{"b", 1}, .5, true}, {Count{"benign", 1}, .5, false},
	}}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Zeus", "a", "mergedDGA"}, NewFamilies(part, set)); diff != "" {
		t.Error(diff)
	}
}

func TestOverlap(t *testing.T) {
	collect := func(opt CollectOptions, list ...string) *Set {
		set, _, err := Collect(context.Background(), opt, Input{"in", rows(list...)})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	a := collect(CollectOptions{}, "1 a", "2 b", "3 a")
	b := collect(CollectOptions{Duplicates: true}, "2 b", "2 b", "4 b", "3 b", "3 a")
	for _, pair := range [][2]*Set{{a, b}, {b, a}} {
		if got := Overlap(pair[0], pair[1]); got != (Shared{Names: 2, Relabelled: 1}) {
			t.Error(got)
		}
	}
	if got := Overlap(a, collect(CollectOptions{})); got != (Shared{}) {
		t.Error(got)
	}
}
