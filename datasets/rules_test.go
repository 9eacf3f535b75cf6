package datasets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// collected makes a set of "name family" rows, every row as it is.
func collected(t testing.TB, list ...string) *Set {
	t.Helper()
	set, _, err := Collect(context.Background(), CollectOptions{Duplicates: true, Unlabelled: true}, Input{"in", rows(list...)})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// families makes a set with so many names of each family.
func ofFamilies(t testing.TB, counts ...Count) *Set {
	t.Helper()
	var list []string
	for _, c := range counts {
		for i := range c.Names {
			list = append(list, fmt.Sprintf("%s-%d.com %s", strings.ToLower(c.Family), i, c.Family))
		}
	}
	return collected(t, list...)
}

var world = []Count{{"a", 9}, {"b", 7}, {"c", 7}, {"d", 5}, {"e", 3}, {"f", 3}, {"g", 1}, {Benign, 2}, {MergedDGA, 4}}

func TestFamilyRules(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules FamilyRules
		want  FamilyReport // without Before
	}{
		{"none", FamilyRules{}, FamilyReport{After: sorted(world)}},
		{
			"rename",
			FamilyRules{Rename: map[string]string{"a": "b", "b": "c", "g": Benign, Benign: "x", "zeus": "z"}},
			FamilyReport{
				Renamed: []Renamed{{"a", "b", 9}, {"b", "c", 7}, {"g", Benign, 1}}, Unused: []string{Benign, "zeus"},
				After: []Count{{"c", 14}, {"b", 9}, {"d", 5}, {MergedDGA, 4}, {Benign, 3}, {"e", 3}, {"f", 3}},
			},
		},
		{
			"drop",
			FamilyRules{DropBelow: 5},
			FamilyReport{
				Dropped: []Count{{MergedDGA, 4}, {"e", 3}, {"f", 3}, {"g", 1}},
				After:   []Count{{"a", 9}, {"b", 7}, {"c", 7}, {"d", 5}, {Benign, 2}},
			},
		},
		{
			"merge",
			FamilyRules{MergeBelow: 4},
			FamilyReport{
				Merged: []Count{{"e", 3}, {"f", 3}, {"g", 1}},
				After:  []Count{{MergedDGA, 11}, {"a", 9}, {"b", 7}, {"c", 7}, {"d", 5}, {Benign, 2}},
			},
		},
		{
			"cap",
			FamilyRules{MaxFamilies: 2},
			FamilyReport{
				Beyond: []Count{{"c", 7}, {"d", 5}, {"e", 3}, {"f", 3}, {"g", 1}}, Rest: MergeRest,
				After: []Count{{MergedDGA, 23}, {"a", 9}, {"b", 7}, {Benign, 2}},
			},
		},
		{
			"cap, drop",
			FamilyRules{MaxFamilies: 5, Rest: DropRest},
			FamilyReport{
				Beyond: []Count{{"f", 3}, {"g", 1}}, Rest: DropRest,
				After: []Count{{"a", 9}, {"b", 7}, {"c", 7}, {"d", 5}, {MergedDGA, 4}, {"e", 3}, {Benign, 2}},
			},
		},
		{"cap of more than there are", FamilyRules{MaxFamilies: 50}, FamilyReport{Rest: MergeRest, After: sorted(world)}},
		{
			"names",
			FamilyRules{MaxPerFamily: 6, MaxBenign: 1},
			FamilyReport{
				Sampled: []Sampled{{"a", 9, 6}, {"b", 7, 6}, {"c", 7, 6}, {Benign, 2, 1}},
				After:   []Count{{"a", 6}, {"b", 6}, {"c", 6}, {"d", 5}, {MergedDGA, 4}, {"e", 3}, {"f", 3}, {Benign, 1}, {"g", 1}},
			},
		},
		{
			"all in order",
			FamilyRules{Rename: map[string]string{"g": "e"}, DropBelow: 4, MergeBelow: 5, MaxFamilies: 3, Rest: DropRest, MaxPerFamily: 7},
			FamilyReport{
				Renamed: []Renamed{{"g", "e", 1}}, Dropped: []Count{{"f", 3}}, Merged: []Count{{"e", 4}, {MergedDGA, 4}},
				Beyond: []Count{{"d", 5}}, Rest: DropRest, Sampled: []Sampled{{"a", 9, 7}, {MergedDGA, 8, 7}},
				After: []Count{{"a", 7}, {"b", 7}, {"c", 7}, {MergedDGA, 7}, {Benign, 2}},
			},
		},
	} {
		set := ofFamilies(t, world...)
		before := content(set)
		out, report := c.rules.Apply(set)
		c.want.Before = sorted(world)
		if diff := cmp.Diff(c.want, report); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if diff := cmp.Diff(c.want.After, sorted(out.Counts())); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if !slices.IsSorted(out.Families()) || !cmp.Equal(before, content(set)) {
			t.Errorf("%s: %v", c.name, out.Families())
		}
	}
	set := ofFamilies(t, world...)
	if same, report := (FamilyRules{Seed: 1}).Apply(set); same != set || report.String() != "" {
		t.Error("rules that change nothing make another set", report)
	}
}

func sorted(counts []Count) []Count {
	counts = slices.Clone(counts)
	sortCounts(counts)
	return counts
}

func TestFamilyReportString(t *testing.T) {
	set := ofFamilies(t, world...)
	_, report := FamilyRules{Rename: map[string]string{"g": "e", "no": "x"}, DropBelow: 4, MergeBelow: 5, MaxFamilies: 3, MaxPerFamily: 8}.Apply(set)
	want := `renamed g to e (1)
renamed nothing, no such family: no
dropped as too small: 1 families, 3 names: f (3)
merged as too small: 2 families, 8 names: e (4), mergedDGA (4)
merged beyond the largest: 1 families, 5 names: d (5)
sampled mergedDGA (8 of 13), a (8 of 9)
classes: 9 of 41 names before, 5 of 32 names after
`
	if diff := cmp.Diff(want, report.String()); diff != "" {
		t.Error(diff)
	}
	_, report = FamilyRules{MaxFamilies: 6, Rest: DropRest}.Apply(set)
	if want := "dropped beyond the largest: 1 families, 1 names: g (1)\n"; !strings.HasPrefix(report.String(), want) {
		t.Error(report)
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var again FamilyReport
	if err := json.Unmarshal(data, &again); err != nil || !cmp.Equal(report, again) || !strings.Contains(string(data), `"beyond":[{"family":"g","names":1}],"rest":"drop"`) {
		t.Error(err, string(data))
	}
}

func TestFamilyRulesOfSet(t *testing.T) {
	set := ofFamilies(t, world...)
	out, dropped := set.DropBelow(3)
	if diff := cmp.Diff([]Count{{"g", 1}}, dropped); diff != "" || out.Len() != 40 {
		t.Error(diff)
	}
	if same, none := set.DropBelow(-1); same != set || none != nil {
		t.Error(none)
	}
	out, beyond := set.CapFamilies(6, MergeRest)
	if diff := cmp.Diff([]Count{{"g", 1}}, beyond); diff != "" || out.Len() != set.Len() || out.Counts()[7] != (Count{MergedDGA, 5}) {
		t.Error(diff, out.Counts())
	}
	out, renamed := set.RenameAll(map[string]string{"g": "a"})
	if diff := cmp.Diff([]Renamed{{"g", "a", 1}}, renamed); diff != "" || out.Counts()[0] != (Count{"a", 10}) {
		t.Error(diff, out.Counts())
	}
}

func TestFamilyRulesCheck(t *testing.T) {
	for _, r := range []FamilyRules{{Rest: "keep"}, {MaxFamilies: -1}, {MaxBenign: -1}, {Rename: map[string]string{"a": ""}}} {
		if r.Check() == nil {
			t.Errorf("%+v", r)
		}
		mustPanic(t, func() { r.Apply(collected(t)) })
	}
	mustPanic(t, func() { collected(t).CapFamilies(0, MergeRest) })
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if r, ok := recover().(string); !ok || !strings.HasPrefix(r, "datasets: ") {
			t.Errorf("panic %q", r)
		}
	}()
	f()
}

// Whatever the rules, the order of the names stays, benign and unlabelled names stay in their class, and the figures agree.
func TestFamilyRulesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom([]string{Benign, "a", "b", "c", "d", MergedDGA, ""})
		var list []string
		for i := range rapid.IntRange(0, 60).Draw(t, "rows") {
			list = append(list, fmt.Sprintf("%d.com %s", i, family.Draw(t, "family")))
		}
		set, _, err := Collect(context.Background(), CollectOptions{Unlabelled: true}, Input{"in", rows(list...)})
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(0, 8)
		rules := FamilyRules{
			Rename:    rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "e"}), rapid.SampledFrom([]string{"a", "c", "z"})).Draw(t, "rename"),
			DropBelow: n.Draw(t, "drop"), MergeBelow: n.Draw(t, "merge"), MaxFamilies: n.Draw(t, "families"),
			Rest:         rapid.SampledFrom([]Rest{"", MergeRest, DropRest}).Draw(t, "rest"),
			MaxPerFamily: n.Draw(t, "names"), Seed: rapid.Uint64().Draw(t, "seed"),
		}
		out, report := rules.Apply(set)
		if diff := cmp.Diff(report.After, sorted(out.Counts())); diff != "" {
			t.Fatal(diff)
		}
		lost := total(report.Dropped)
		if report.Rest == DropRest {
			lost += total(report.Beyond)
		}
		for _, s := range report.Sampled {
			lost += s.Names - s.Taken
			if s.Taken != rules.MaxPerFamily {
				t.Fatal(s)
			}
		}
		if set.Len()-out.Len() != lost || total(report.Before) != set.Len() {
			t.Fatalf("%d of %d names, %d lost: %v", out.Len(), set.Len(), lost, report)
		}
		classes := 0
		for _, f := range out.Families() {
			if isDGA(f) && f != MergedDGA {
				classes++
			}
		}
		if rules.MaxFamilies > 0 && classes > rules.MaxFamilies {
			t.Fatal(out.Families())
		}
		k := 0
		for i := range set.Len() {
			if k < out.Len() && out.Name(k) == set.Name(i) {
				if f := set.Family(i); !isDGA(f) && out.Family(k) != f {
					t.Fatalf("%s is now %s", f, out.Family(k))
				}
				k++
			} else if !isDGA(set.Family(i)) {
				t.Fatalf("%s is lost", set.Name(i))
			}
		}
		if k != out.Len() {
			t.Fatal("the order is another one")
		}
	})
}

func TestCapNames(t *testing.T) {
	set := ofFamilies(t, Count{"a", 50}, Count{"b", 20}, Count{Benign, 30})
	out, sampled := set.CapNames(10, 5, 1)
	if diff := cmp.Diff([]Sampled{{"a", 50, 10}, {Benign, 30, 5}, {"b", 20, 10}}, sampled); diff != "" {
		t.Error(diff)
	}
	names := func(s *Set, family string) (list []string) {
		for name, f := range s.All() {
			if f == family {
				list = append(list, name)
			}
		}
		return list
	}
	// The names that a seed chooses are fixed for good.
	if diff := cmp.Diff([]string{"benign-10.com", "benign-11.com", "benign-12.com", "benign-24.com", "benign-28.com"}, names(out, Benign)); diff != "" {
		t.Error(diff)
	}
	// They do not depend on other families, on the order, or on what the family is called.
	var reversed []int
	for i := range set.Len() {
		if set.Family(i) == "a" {
			reversed = append(reversed, i)
		}
	}
	slices.Reverse(reversed)
	alone, _ := set.Select(reversed).Rename("a", "x").CapNames(10, 0, 1)
	chosen := names(alone, "x")
	slices.Reverse(chosen)
	if diff := cmp.Diff(names(out, "a"), chosen); diff != "" {
		t.Error(diff)
	}
	more, _ := set.CapNames(15, 0, 1)
	for _, name := range names(out, "a") {
		if !slices.Contains(names(more, "a"), name) {
			t.Errorf("%s is not among 15", name)
		}
	}
	if other, _ := set.CapNames(10, 5, 2); cmp.Equal(content(out), content(other)) {
		t.Error("another seed chooses the same names")
	}
	if same, none := set.CapNames(50, 30, 1); same != set || none != nil {
		t.Error(none)
	}
	if len(names(more, Benign)) != 30 {
		t.Error("benign names are capped with the families")
	}
}

// The same name several times: as many of it as there is room for.
func TestCapNamesDuplicates(t *testing.T) {
	set := collected(t, "x.com a", "x.com a", "x.com a", "x.com b", "y.com")
	out, _ := set.CapNames(2, 0, 1)
	if diff := cmp.Diff([]string{"x.com a", "x.com a", "x.com b", "y.com"}, content(out)); diff != "" {
		t.Error(diff)
	}
}
