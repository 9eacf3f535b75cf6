package exfilmlp

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/queryfeatures"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// weighing makes a model whose logit is a sum of features.
func weighing(t *testing.T, bias float32, weights map[string]float32) *Model {
	t.Helper()
	l := Linear{In: 98, Out: 1, Kernel: make([]float32, 98), Bias: []float32{bias}}
	for i, name := range queryfeatures.Names(queryfeatures.Notebook98) {
		l.Kernel[i] = weights[name]
	}
	m, err := Import([]Linear{l})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// TestApply: equal rows stay as many as they are, scores are on their rows, and rows of other ranks count for the means.
func TestApply(t *testing.T) {
	m := weighing(t, 0, map[string]float32{"len": 1, "size_avg": -1})
	qs := []datasets.Query{
		{Client: "a", Name: "1234.evil.com", Rank: 1},
		{Client: "a", Name: "12.evil.com", Rank: 2},
		{Client: "a", Name: "1234.evil.com", Rank: 1},
		{Client: "b", Name: "1234.evil.com", Rank: 1},
		{Client: "a", Name: "123456.evil.com", Rank: 1},
		{Client: "a", Name: "1234.evil.com", Rank: 0},
	}
	const mean = (4 + 2 + 4 + 6 + 4) / 5.0
	want := []Prediction{
		{true, sigmoid(4 - mean), true},
		{},
		{true, sigmoid(4 - mean), true},
		{true, 0.5, true}, // .5 is exfiltration here, not in the search
		{true, sigmoid(6 - mean), true},
		{},
	}
	for i, p := range m.Apply(qs, 2) {
		if math.Abs(p.Probability-want[i].Probability) > 1e-6 || p.Scored != want[i].Scored || p.Exfiltration != want[i].Exfiltration {
			t.Errorf("row %d: %+v, want %+v", i, p, want[i])
		}
	}
	if got := m.Apply(qs[1:2], 1); len(got) != 1 || got[0].Scored {
		t.Errorf("no row of rank 1: %+v", got)
	}
	if got := m.Apply(nil, 1); len(got) != 0 {
		t.Errorf("no rows: %+v", got)
	}
}

// TestApplyCausal: rows are taken oldest first and come back in their order.
func TestApplyCausal(t *testing.T) {
	m := fitted(t, models.Options{Units: 8, Seed: 3})
	qs := queries("www.example.com", "mail.example.com", "a1.evil.net", "www.example.com", "www.example.org")
	wanted := func(order ...int) []float32 {
		want := make([]float32, len(qs))
		s := m.NewStream(models.StreamOptions{})
		rows := models.Table{Cols: 107, X: make([]float32, 107*len(qs))}
		for _, i := range order {
			s.Features(&qs[i], rows.Row(i))
			m.Scale(rows.Row(i))
		}
		copy(want, models.NewScorer(m, 0.5).Outputs(len(qs), func(i int, _ []int32, values []float32) { copy(values, rows.Row(i)) }, 1))
		return want
	}
	check := func(what string, want []float32) {
		t.Helper()
		for i, p := range m.Apply(qs, 1) {
			if p.Probability != float64(want[i]) {
				t.Errorf("%s: row %d: %v, want %v", what, i, p.Probability, want[i])
			}
		}
	}
	check("without times", wanted(4, 3, 2, 1, 0))
	for i, minute := range []int{3, 1, 2, 3, 0} {
		qs[i].Time = noon.Add(time.Duration(minute) * time.Minute)
	}
	check("with times", wanted(4, 1, 2, 3, 0))
}

func TestDetect(t *testing.T) {
	m := weighing(t, -10, map[string]float32{"len": 1})
	at := func(second int, client, name string) datasets.Query {
		return datasets.Query{Time: noon.Add(time.Duration(second) * time.Second), Client: client, Name: name}
	}
	qs := []datasets.Query{
		at(5, "a", "short.evil.com"),
		at(1, "a", "0123456789a.evil.com"),
		at(7, "a", "0123456789a.evil.com"),
		at(6, "b", "0123456789a.evil.com"),
		at(6, "c", "0123456789ab.evil.com"),
		at(6, "c", "0123456789b.evil.com"),
		at(2, "a", "0123456789.evil.com"), // a score of .5 is not above .5
		at(9, "d", "0123456789c.good.com"),
	}
	filter, err := ReadFilter(strings.NewReader("# ours\n*.GOOD.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range m.Detect(qs, DetectOptions{Filter: filter}) {
		got = append(got, fmt.Sprintf("%s %d %s %.3f %v", d.Client, d.Time.Second(), d.Name, d.Score, d.Exfiltration))
	}
	if diff := cmp.Diff([]string{
		"a 7 0123456789a.evil.com 0.731 true",
		"c 6 0123456789b.evil.com 0.731 true",
		"c 6 0123456789ab.evil.com 0.881 true",
		"b 6 0123456789a.evil.com 0.731 true",
	}, got); diff != "" {
		t.Error(diff)
	}
	if qs[0].Rank != 0 {
		t.Error("the events were changed")
	}
	if got := m.Detect(qs, DetectOptions{Limit: 2}); len(got) != 2 || got[0].Client != "d" {
		t.Errorf("the newest two: %+v", got)
	}
}

// TestDetectLooksAtNine: the tenth event of a client and name no longer counts, those of another name do.
func TestDetectLooksAtNine(t *testing.T) {
	m := weighing(t, 8, map[string]float32{"size_avg": -1})
	event := func(second int, name string) datasets.Query {
		return datasets.Query{Client: "a", Name: name, Time: noon.Add(time.Duration(second) * time.Second)}
	}
	var qs []datasets.Query
	for i := range 40 {
		qs = append(qs, event(i, "aaaa.evil.com"))
	}
	qs = append(qs, event(50, "aaaaaaaaaaaaaa.evil.com")) // 14
	want := sigmoid(8 - (9*4+14)/10.0)
	found := m.Detect(qs, DetectOptions{})
	if len(found) != 2 {
		t.Fatalf("found %+v", found)
	}
	for _, d := range found {
		if math.Abs(d.Score-want) > 1e-6 {
			t.Errorf("%s: %v, want %v", d.Name, d.Score, want)
		}
	}
}

func ExampleReadFilter() {
	f, err := ReadFilter(strings.NewReader("# known services\nsrc=10.0.0.53\n*.example.com\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Match("10.0.0.1", "a.B.Example.COM."), f.Match("10.0.0.53", "evil.com"), f.Match("10.0.0.1", "example.com"))
	// Output: true true false
}

func TestFilter(t *testing.T) {
	f, err := ReadFilter(strings.NewReader("\ufeffquery=host*.a.com\r\n\n  Plain.org.  \nsrc=Printer*\n#*\nquery=\\255x.net\n.\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		client, name string
		want         bool
	}{
		{"", "host.a.com", true},
		{"", "host12.a.com", true},
		{"", "hos.a.com", false},
		{"host1.a.com", "x", false},
		{"", "plain.ORG", true},
		{"plain.org", "x", false}, // dots end names, not clients
		{"plain.org.", "x", true},
		{"printer-2", "x", true},
		{"x", "printer-2", false},
		{"", "\xffx.net", true},
		{"", "\xfex.net", false},
		{"", "x", false},
		{"10.0.0.1", "", true}, // the root
	} {
		if got := f.Match(c.client, c.name); got != c.want {
			t.Errorf("%q of %q: %v", c.name, c.client, got)
		}
	}
	if (*Filter)(nil).Match("a", "b") {
		t.Error("no filter leaves something out")
	}
	if _, err := ReadFilter(strings.NewReader("a\n" + strings.Repeat("x", 1<<20))); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("an endless line: %v", err)
	}
	if _, err := ReadFilter(failing{}); err == nil {
		t.Error("a file that cannot be read is taken")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, os.ErrPermission }

// TestPatterns compares with regular expressions.
func TestPatterns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*]{1,6}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab]{0,8}`).Draw(t, "text")
		var p patterns
		p.add(pattern)
		want := regexp.MustCompile("^" + strings.ReplaceAll(pattern, "*", ".*") + "$").MatchString(text)
		if got := p.match(text); got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern, text, got, want)
		}
	})
}
