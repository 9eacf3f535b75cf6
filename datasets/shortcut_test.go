package datasets

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Against the definition: all pairs.
func TestRankAUC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var groups []scored
		var won, pairs float64
		for range rapid.IntRange(1, 12).Draw(t, "groups") {
			groups = append(groups, scored{
				float64(rapid.IntRange(-3, 3).Draw(t, "score")),
				[sides]int{rapid.IntRange(0, 5).Draw(t, "benign"), rapid.IntRange(0, 5).Draw(t, "dga")},
			})
		}
		groups = append(groups, scored{0, [sides]int{1, 1}})
		for _, a := range groups {
			for _, b := range groups {
				n := float64(a.names[ofDGA] * b.names[ofBenign])
				pairs += n
				switch {
				case a.score > b.score:
					won += n
				case a.score == b.score:
					won += n / 2
				}
			}
		}
		if got := rankAUC(groups); math.Abs(got-won/pairs) > 1e-12 {
			t.Fatalf("%v, not %v", got, won/pairs)
		}
	})
}

// One value each, and one value for all.
func TestOddsAUC(t *testing.T) {
	apart := map[string]*tally{"com": {{10, 0}, {12, 0}}, "ru": {{0, 7}, {0, 9}}}
	if got := oddsAUC(apart); got != 1 {
		t.Error(got)
	}
	// Every name is of the other half's opposite: the score is wrong each time, as a score fitted on its own names never is.
	if got := oddsAUC(map[int]*tally{1: {{10, 0}, {0, 10}}, 2: {{0, 10}, {10, 0}}}); got != 0 {
		t.Error(got)
	}
	// By hand. Half 0 is scored by half 1, of whose 4 benign names 3 have a, and of whose 2 DGA names none: with V = 2,
	// a scores log(1/4) − log(4/6), b log(3/4) − log(2/6). In half 1 a scores log(2/4) − log(2/3), b log(2/4) − log(1/3).
	// From the lowest: half 0's a (1 benign, 1 DGA), half 1's a (3, 0), half 1's b (1, 2), half 0's b (0, 1).
	byHand := map[string]*tally{"a": {{1, 1}, {3, 0}}, "b": {{0, 1}, {1, 2}}}
	if got, want := oddsAUC(byHand), (.5+2*4.5+5)/(5*4); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, not %v", got, want)
	}
}

// named makes n names of a pattern.
func named(pattern, family string, n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf(pattern, i)+" "+family)
	}
	return names
}

func TestShortcuts(t *testing.T) {
	dga := append(named("qx%03dvn.com", "a", 200), named("zz%03dqv.ru", "b", 200)...)
	for _, c := range []struct {
		name           string
		benign         []string
		hosts, single  Sides
		suffix, labels float64
		warning        string // "" for none
	}{
		{"one kind", append(named("do%03dok.com", Benign, 200), named("ba%03dbe.ru", Benign, 200)...), Sides{}, Sides{}, .5, .5, ""},
		{"hosts", named("www.site%03d.com", Benign, 400), Sides{Benign: 1}, Sides{}, .75, 1, "100.0 % of the benign and 0.0 % of the DGA names have more labels than"},
		{
			"some hosts", append(named("www.do%02dok.com", Benign, 100), named("ba%03dbe.com", Benign, 300)...),
			Sides{Benign: .25},
			Sides{},
			.75,
			.625,
			"25.0 % of the benign and 0.0 % of the DGA names have more",
		},
		{"no suffix", named("site%03d", Benign, 400), Sides{}, Sides{Benign: 1}, 1, 1, "100.0 % of the benign and 0.0 % of the DGA names are a single label"},
		{"countries", named("site%03d.co.uk", Benign, 400), Sides{}, Sides{}, 1, 1, "0.0 % of the benign and 0.0 % of the DGA names have more labels"},
	} {
		report := Shortcuts(collected(t, append(c.benign, dga...)...))
		if report.Hosts != c.hosts || report.Single != c.single {
			t.Errorf("%s: %+v", c.name, report)
		}
		for feature, want := range map[string]float64{SuffixFeature: c.suffix, LabelsFeature: c.labels} {
			if got := report.AUC(feature); math.Abs(got-want) > .05 {
				t.Errorf("%s: %s %v, not %v", c.name, feature, got, want)
			}
		}
		text, warn := report.Warning()
		if warn != (c.warning != "") || !strings.Contains(text, c.warning) || strings.Contains(text, "\n") {
			t.Errorf("%s: %v, %q", c.name, warn, text)
		}
	}
	// A length that no threshold separates.
	middle := append(named("ab%03dcde.com", Benign, 300), append(named("a%03d.com", "a", 300), named("abcdefghijk%03d.com", "a", 300)...)...)
	if got := Shortcuts(collected(t, middle...)).AUC(LengthFeature); got != 1 {
		t.Error(got)
	}
	for _, rows := range [][]string{nil, dga, {"x.com benign", "y.com"}} {
		report := Shortcuts(collected(t, rows...))
		if text, warn := report.Warning(); report.Shortcuts != nil || warn || report.AUC(LabelsFeature) != 0 {
			t.Error(report, text)
		}
	}
	data, err := json.Marshal(Shortcuts(collected(t, "x.com benign", "y.com a")))
	if want := `{"shortcuts":[{"feature":"suffix","auc":0.5},{"feature":"labels","auc":0.5},{"feature":"length","auc":0.5}],"hosts":{"benign":0,"dga":0},"single":{"benign":0,"dga":0}}`; err != nil || string(data) != want {
		t.Error(err, string(data))
	}
}

// The order of the names changes nothing, to the last bit.
func TestShortcutsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []string
		for range rapid.IntRange(0, 80).Draw(t, "rows") {
			list = append(list, rapid.StringMatching(`([a-c]{1,3}\.){0,2}[a-z]{2,5}\.(com|net|ru|co\.uk)`).Draw(t, "name")+" "+
				rapid.SampledFrom([]string{Benign, "a", "b", ""}).Draw(t, "family"))
		}
		set := fromRows(t, list)
		order := rapid.Permutation(ascending(set.Len())).Draw(t, "order")
		a, b := fmt.Sprint(Shortcuts(set)), fmt.Sprint(Shortcuts(set.Select(order)))
		if a != b {
			t.Fatalf("%s, in another order %s", a, b)
		}
	})
}
