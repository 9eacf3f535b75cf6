package page

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/serve/engine"
)

var (
	alike    = cmpopts.EquateApprox(0, 1e-5)
	withNaNs = cmpopts.EquateNaNs()
)

// occlude gives the weights of the characters of names.
func occlude(t *testing.T, e *engine.Engine, model string, names ...string) [][]float64 {
	t.Helper()
	m, err := e.Model(model, "")
	if err != nil {
		t.Fatal(err)
	}
	answers, err := m.JudgeNames(t.Context(), names)
	if err != nil {
		t.Fatal(err)
	}
	for i := range answers {
		if answers[i].Err != nil {
			t.Fatal(names[i], answers[i].Err)
		}
	}
	weights, err := occlusion(t.Context(), m.Probe, oddsOf(m.NumOutputs(), m.Benign()), names, answers)
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

// The log odds of the model are 2 for each zq less 2 for each ab, so what a character weighs can be counted by hand.
func TestOcclusion(t *testing.T) {
	e, nan := newEngine(t, engine.Options{}), math.NaN()
	for name, want := range map[string][]float64{
		"cc":    {0, 0},
		"zq":    {2, 2},
		"ab":    {-2, -2},
		"czqc":  {0, 2, 2, 0},
		"zzq":   {0, 0, 2}, // either z leaves zq
		"zcq":   {0, -2, 0},
		"abzq":  {-2, -2, 2, 2},
		"azqb":  {0, 2, 2, 0},
		"z.zq":  {nan, 0, 2, 2},
		"c.d":   {nan, 0, nan}, // no label is left, but cd is a name
		"a":     {nan},         // no name is left
		"1.2.3": {nan, 0, nan, 0, nan},
	} {
		got := occlude(t, e, "letters", name)
		if diff := cmp.Diff([][]float64{want}, got, alike, withNaNs); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Where the model is certain, the probability no longer changes; what weighs is still seen.
func TestOcclusionOfCertainNames(t *testing.T) {
	e := newEngine(t, engine.Options{})
	one := math.Log((math.Exp(5) + 1) / 2) // kraken has a logit of 5 for each zq, the two other classes have 0
	for name, want := range map[string]float64{"zq": one, "zqzqzqzqzqzq": 5} {
		if got := occlude(t, e, "families", name)[0]; math.Abs(got[0]-want) > 1e-4 {
			t.Errorf("%s: %v, want %v first", name, got, want)
		}
	}
	for _, w := range occlude(t, e, "letters", strings.Repeat("zq", 30))[0] { // a logit of 60 is past a sigmoid's digits
		if w != 0 {
			t.Errorf("weight %v", w)
		}
	}
}

// Without a benign class all is malicious, whatever is left out.
func TestOddsWithoutBenign(t *testing.T) {
	odds := oddsOf(2, -1)
	if got := odds(&engine.Answer{Verdict: models.Verdict{Probability: 1}, Probabilities: []float32{0.5, 0.5}}); math.IsInf(got, 0) || got < 10 {
		t.Error(got)
	}
}

// All names go in one call, and each name with a character left out once.
func TestOcclusionBatch(t *testing.T) {
	var calls [][]string
	judge := func(_ context.Context, names []string) ([]engine.Answer, error) {
		calls = append(calls, slices.Clone(names))
		answers := make([]engine.Answer, len(names))
		for i, s := range names {
			answers[i].Probability = float64(len(s)) / 10
		}
		return answers, nil
	}
	odds := func(a *engine.Answer) float64 { return a.Probability }
	answers := []engine.Answer{{Verdict: models.Verdict{Probability: 0.5}}, {Verdict: models.Verdict{Probability: 0.5}}, {}}
	got, err := occlusion(t.Context(), judge, odds, []string{"aab", "ab", ""}, answers)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"ab", "aa", "b", "a"}}, calls); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]float64{{0.3, 0.3, 0.3}, {0.4, 0.4}, {}}, got, alike); diff != "" {
		t.Error(diff)
	}
}

// Lists do not decide what a character weighs.
func TestOcclusionOfLists(t *testing.T) {
	rules := engine.NewRules()
	if err := rules.Read(engine.RuleBlock, strings.NewReader("bc\n")); err != nil {
		t.Fatal(err)
	}
	got := occlude(t, newEngine(t, engine.Options{Rules: rules}), "letters", "abc")
	if diff := cmp.Diff([][]float64{{-2, -2, 0}}, got, alike, withNaNs); diff != "" {
		t.Error(diff)
	}
}

func TestOcclusionFails(t *testing.T) {
	fails := errors.New("fails")
	judge := func(context.Context, []string) ([]engine.Answer, error) { return nil, fails }
	if _, err := occlusion(t.Context(), judge, nil, nil, nil); !errors.Is(err, fails) {
		t.Error(err)
	}
}

func TestShades(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		weights []float64
		want    []int
	}{
		{nil, []int{}},
		{[]float64{0, 0.049, -0.049}, []int{0, 0, 0}},
		{[]float64{1, 0.5, -0.25, 0.1, nan}, []int{4, 2, -1, 0, 0}},
		{[]float64{0.12, -0.06}, []int{4, -2}}, // small, but all that there is
		{[]float64{-9, 0.05}, []int{-4, 0}},
		{[]float64{nan, nan}, []int{0, 0}},
	} {
		if diff := cmp.Diff(c.want, shades(c.weights)); diff != "" {
			t.Errorf("%v: %s", c.weights, diff)
		}
	}
}

// Shades keep to their range, and have the weights' signs and order.
func TestShadesOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOf(rapid.Float64Range(-1, 1)).Draw(t, "weights")
		for i, a := range shades(weights) {
			if a < -maxShade || a > maxShade || float64(a)*weights[i] < 0 {
				t.Fatalf("shade %d of %v", a, weights[i])
			}
			for j, b := range shades(weights) {
				if weights[i] < weights[j] && a > b {
					t.Fatalf("shades %d and %d of %v and %v", a, b, weights[i], weights[j])
				}
			}
		}
	})
}

func TestHeaviest(t *testing.T) {
	for _, c := range []struct {
		name    string
		weights []float64
		want    string
	}{
		{"abc", []float64{0, 0, math.NaN()}, "no single character weighs much"},
		{"abcd", []float64{0.1, -0.5, 0.25, 0.2}, "weigh most, in log odds: b at 2 -0.50, c at 3 +0.25, d at 4 +0.20"},
	} {
		if got := heaviest(letters(c.name, c.weights)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Whatever the name, each of its bytes has a weight, but where what is left is no name.
func TestOcclusionOfAnyName(t *testing.T) {
	m, err := newEngine(t, engine.Options{}).Model("letters", "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		name, err := datasets.Normalize(rapid.StringMatching(`[a-c.z-]{1,12}`).Draw(t, "name"))
		if err != nil {
			t.Skip("no name")
		}
		answers, err := m.JudgeNames(context.Background(), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		got, err := occlusion(context.Background(), m.Probe, oddsOf(m.NumOutputs(), m.Benign()), []string{name}, answers)
		if err != nil || len(got[0]) != len(name) {
			t.Fatalf("%d weights for %q: %v", len(got[0]), name, err)
		}
		for i, w := range got[0] {
			if isNormal(without(name, i)) == math.IsNaN(w) || math.IsInf(w, 0) {
				t.Fatalf("%q without %d: weight %v", name, i, w)
			}
		}
	})
}
