package exfiltration

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/exfilmlp"
	"threatnet/models/queryfeatures"
)

// linear is a model of the notebook's features whose logit is a sum of some of them.
func linear(t testing.TB, bias float32, weights map[string]float32) *Model {
	t.Helper()
	m, err := weighing(bias, weights)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func weighing(bias float32, weights map[string]float32) (*Model, error) {
	l := exfilmlp.Linear{In: 98, Out: 1, Kernel: make([]float32, 98), Bias: []float32{bias}}
	for i, name := range queryfeatures.Names(queryfeatures.Notebook98) {
		l.Kernel[i] = weights[name]
	}
	m, err := exfilmlp.Import([]exfilmlp.Linear{l})
	if err != nil {
		return nil, err
	}
	f, err := models.Checkpoint(m)
	if err != nil {
		return nil, err
	}
	return Init(f, models.Options{})
}

// table opens a text as a source.
func table(text string) (*source.Source, error) {
	sources, _, err := source.Expand("-", source.Options{Kind: source.Queries, Benign: true, Stdin: strings.NewReader(text)})
	if err != nil {
		return nil, err
	}
	return sources[0], nil
}

// applied applies a model to a table without bad rows.
func applied(t testing.TB, m *Model, text string) string {
	t.Helper()
	s, err := table(text)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	bad, err := Apply(t.Context(), &out, m.file, s, 1)
	if err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	return out.String()
}

// The model of these tests has the logit len − size_avg: how much longer a query is than its window.
var aboveAverage = map[string]float32{"len": 1, "size_avg": -1}

func TestApply(t *testing.T) {
	const head = "src,query,rank,pred_is_dns_data_exfiltration_proba,pred_is_dns_data_exfiltration\n"
	for _, c := range []struct{ what, table, want string }{
		{"repeated rows are not multiplied", `src,query,rank
a,1234.evil.com,1
a,1234.evil.com,1
a,1234.evil.com,1
`, head + `a,1234.evil.com,1,0.5,1
a,1234.evil.com,1,0.5,1
a,1234.evil.com,1,0.5,1
`},
		{"scores stand in their rows, others are blank but count", `src,query,rank
a,12.evil.com,2
a,1234.evil.com,1
b,1.evil.com,1
a,123456.evil.com,1
`, head + `a,12.evil.com,2,,
a,1234.evil.com,1,0.5,1
b,1.evil.com,1,0.5,1
a,123456.evil.com,1,0.880797,1
`},
		{"no row of rank 1", "src,query,rank\na,x.evil.com,2\na,x.evil.com,3\n", head + "a,x.evil.com,2,,\na,x.evil.com,3,,\n"},
		{"no row", "src,query,rank\n", head},
		{"other columns stay, in their order, and are no features", `is_exfiltration,_time,src,note,query,rank
7,1704067209,a,"x, ""y""",ab.evil.com,1
0,1704067208,a,,abcd.evil.com,1.0
`, `is_exfiltration,_time,src,note,query,rank,pred_is_dns_data_exfiltration_proba,pred_is_dns_data_exfiltration
7,1704067209,a,"x, ""y""",ab.evil.com,1,0.26894143,0
0,1704067208,a,,abcd.evil.com,1.0,0.7310586,1
`},
		{"predictions that are there are written anew", `pred_is_dns_data_exfiltration,src,query,rank
1,a,ab.evil.com,2
,a,ab.evil.com,1
`, `pred_is_dns_data_exfiltration,src,query,rank,pred_is_dns_data_exfiltration_proba
,a,ab.evil.com,2,
1,a,ab.evil.com,1,0.5
`},
		{"null, NA and numbers are names", "src,query,rank\na,null,1\nb,NA,1\nc,20240101,1\n", head + `a,null,1,0.5,1
b,NA,1,0.5,1
c,20240101,1,0.5,1
`},
		{"characters that are not counted", "src,query,rank\na,a b.evil.com,1\na,é.evil.com,1\n", head + `a,a b.evil.com,1,0.7310586,1
a,é.evil.com,1,0.26894143,0
`},
	} {
		if diff := cmp.Diff(c.want, applied(t, linear(t, 0, aboveAverage), c.table)); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}

func TestApplyBadRows(t *testing.T) {
	s, err := table("src,query,rank\na,x.evil.com,1\na,,1\na,y.evil.com,first\na,z.evil.com\na,x.evil.com,1\n")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	bad, err := Apply(t.Context(), &out, linear(t, 0, aboveAverage).file, s, 1)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, b := range bad {
		reasons = append(reasons, b.Error())
	}
	if len(bad) != 3 || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("%q\n%s", reasons, &out)
	}
	if row, ok := datasets.BadRow(bad[0]); !ok || row.Pos.Line != 3 {
		t.Errorf("%v", bad[0])
	}
}

func TestApplyFails(t *testing.T) {
	m := linear(t, 0, nil)
	s, err := table("src,query\na,x.evil.com\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), new(bytes.Buffer), m.file, s, 1); !errors.Is(err, ErrNoRank) {
		t.Errorf("no ranks: %v", err)
	}
	if s, err = table("src,query,rank\na,x.evil.com,1\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), broken{}, m.file, s, 1); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a full disk: %v", err)
	}
	other := *m.file
	other.Meta.Model = "dga-lstm"
	if _, err := Apply(t.Context(), new(bytes.Buffer), &other, s, 1); err == nil {
		t.Error("a model of names is applied")
	}
	if err := Detect(broken{}, m.file, nil, exfilmlp.DetectOptions{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a full disk: %v", err)
	}
	if err := Detect(new(bytes.Buffer), &other, nil, exfilmlp.DetectOptions{}); err == nil {
		t.Error("a model of names detects")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// TestApplyKeepsTheTable: whatever the table, it comes back as it was, with two cells more in each row, and equal rows
// have equal predictions.
func TestApplyKeepsTheTable(t *testing.T) {
	m := linear(t, 0, aboveAverage)
	rapid.Check(t, func(t *rapid.T) {
		rows := [][]string{{"src", "query", "rank"}}
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			rows = append(rows, []string{
				rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "src"),
				rapid.SampledFrom([]string{"x.evil.com", "xyz.evil.com", "evil.com", "com", "a.a.a", "."}).Draw(t, "query"),
				strconv.Itoa(rapid.IntRange(1, 3).Draw(t, "rank")),
			})
		}
		var text bytes.Buffer
		if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		s, err := table(text.String())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if bad, err := Apply(t.Context(), &out, m.file, s, 2); err != nil || len(bad) > 0 {
			t.Fatal(bad, err)
		}
		got, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(got) != len(rows) {
			t.Fatalf("%d rows of %d: %v", len(got), len(rows), err)
		}
		said := map[string]string{}
		for i, row := range got[1:] {
			if !slices.Equal(row[:3], rows[i+1]) {
				t.Fatalf("row %d is %q, was %q", i, row, rows[i+1])
			}
			if scored := row[3] != "" && row[4] != ""; scored != (row[2] == "1") {
				t.Fatalf("row %d: %q", i, row)
			}
			key := strings.Join(row[:3], ",")
			if before, ok := said[key]; ok && before != row[3] {
				t.Fatalf("%s: %s and %s", key, before, row[3])
			}
			said[key] = row[3]
		}
	})
}

func FuzzApply(f *testing.F) {
	f.Add([]byte("src,query,rank\na,x.evil.com,1\na,,1\n"))
	f.Add([]byte("\"query\";\"rank\"\n\"x\n\";1\n"))
	m := linear(f, 0, aboveAverage)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := table(string(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		bad, err := Apply(t.Context(), &out, m.file, s, 1)
		if err == nil && out.Len() == 0 {
			t.Fatalf("nothing is written, %d rows are bad", len(bad))
		}
	})
}

func TestDetect(t *testing.T) {
	m := linear(t, -4, map[string]float32{"len": 1})
	at := func(second int, client, name string) datasets.Query {
		return datasets.Query{Time: time.Date(2026, 1, 2, 12, 0, second, 500_000_000, time.UTC), Client: client, Name: name}
	}
	events := []datasets.Query{
		at(1, "10.0.0.1", "abcdef.evil.com"),
		at(3, "10.0.0.1", "abcdef.evil.com"),
		at(2, "10.0.0.2", "ab\xffcde,.evil.com"),
		at(4, "10.0.0.2", "abcd.evil.com"), // a score of .5
		at(5, "10.0.0.3", "abcdefgh.good.com"),
		{Client: "10.0.0.4", Name: "abcdefgh.evil.com"},
	}
	filter, err := exfilmlp.ReadFilter(strings.NewReader("*.good.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Detect(&out, m.file, events, exfilmlp.DetectOptions{Filter: filter}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`src,_time,query,is_exfiltration_score,is_exfiltration
10.0.0.1,2026-01-02T12:00:03.5Z,abcdef.evil.com,0.880797,1
10.0.0.2,2026-01-02T12:00:02.5Z,"ab\255cde,.evil.com",0.95257413,1
10.0.0.4,,abcdefgh.evil.com,0.98201376,1
`, out.String()); diff != "" {
		t.Error(diff)
	}
}

func ExampleApply() {
	m, err := weighing(-4, map[string]float32{"len": 1}) // a logit of length − 4
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := table("src,query,rank,note\n10.0.0.1,a1b2c3.evil.com,1,newest\n10.0.0.1,a1b2c3.evil.com,2,before\n10.0.0.2,www.example.com,1,\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := Apply(context.Background(), os.Stdout, m.file, s, 1); err != nil {
		fmt.Println(err)
	}
	// Output:
	// src,query,rank,note,pred_is_dns_data_exfiltration_proba,pred_is_dns_data_exfiltration
	// 10.0.0.1,a1b2c3.evil.com,1,newest,0.880797,1
	// 10.0.0.1,a1b2c3.evil.com,2,before,,
	// 10.0.0.2,www.example.com,1,,0.26894143,0
}
