package instances_test

import (
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/serve/document"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
	"threatnet/serve/servetest"
)

func parse(t rapid.TB, body string) document.Value {
	t.Helper()
	v, err := document.Parse([]byte(body), document.Options{NonFinite: true})
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v
}

func text(t rapid.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Records give the same answers one by one and column by column, whichever fields they have.
func TestColumnsAreRecords(t *testing.T) {
	e := servetest.Engine(t, "exfil-mlp")
	m, err := e.Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var (
			n       = rapid.IntRange(0, 8).Draw(t, "queries")
			rows    = make([]map[string]any, n)
			columns = map[string][]any{}
			fields  = map[string]*rapid.Generator[any]{
				"query":  rapid.SampledFrom([]any{"a.example.com", "B.example.com", "4f2a9c1b.example.org", "."}),
				"src":    rapid.SampledFrom([]any{"10.0.0.1", "10.0.0.2", nil}),
				"_time":  rapid.SampledFrom([]any{1.7e9, "1700000001.5", "2023-11-14T22:13:20Z", nil}),
				"type":   rapid.SampledFrom([]any{"TXT", 16.0, nil}),
				"ignore": rapid.SampledFrom([]any{true, "x", nil}),
			}
		)
		for _, name := range []string{"query", "src", "_time", "type", "ignore"} {
			if name != "query" && !rapid.Bool().Draw(t, name) {
				continue
			}
			columns[name] = []any{}
			for i := range rows {
				if rows[i] == nil {
					rows[i] = map[string]any{}
				}
				v := fields[name].Draw(t, name)
				rows[i][name], columns[name] = v, append(columns[name], v)
			}
		}
		scope := httpx.From(t.Context())
		list, inputs := instances.New(m, scope), instances.New(m, scope)
		if err := list.List("instances", parse(t, text(t, rows))); err != nil {
			t.Fatal(err)
		}
		if err := inputs.Inputs("inputs", parse(t, text(t, columns))); err != nil {
			t.Fatal(err)
		}
		want, err := list.Judge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := inputs.Judge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != n || list.Len() != n {
			t.Fatal(len(got), diff)
		}
		var a, b []byte
		for i := range n {
			a, b = list.Append(a, i, &want[i]), inputs.Append(b, i, &got[i])
		}
		if string(a) != string(b) {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}

// A request costs what it holds, whatever it says that it holds, and a list of numbers little more than the numbers.
func TestMemory(t *testing.T) {
	e := servetest.Engine(t, "dga-mlp")
	m, err := e.Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	body := `[` + strings.TrimSuffix(strings.Repeat("[0,1,2],", 100_000), ",") + `]`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b := instances.New(m, httpx.From(t.Context()))
	if err := b.List("instances", parse(t, body)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(12*len(body)); b.Len() != 100_000 || got > most {
		t.Errorf("%d rows of %d bytes took %d bytes", b.Len(), len(body), got)
	}
}

func TestAppend(t *testing.T) {
	for _, s := range []string{"", "plain", `"quoted\"`, "tab\t", "é", "\u2028", "<&>", "\x7f"} {
		var back string
		if err := json.Unmarshal(instances.AppendText(nil, s), &back); err != nil || back != s {
			t.Errorf("%q: %q, %v", s, back, err)
		}
	}
	floats := []float32{0, 1, 0.1, 1e-20, math.SmallestNonzeroFloat32, 3.4e38, 1.0 / 3}
	var back []float32
	if err := json.Unmarshal(append(instances.AppendFloats([]byte("["), floats), ']'), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(floats, back); diff != "" {
		t.Error(diff)
	}
}

func TestParseDocument(t *testing.T) {
	for body, want := range map[string]httpx.Problem{
		`[1]`:       {Status: 400, Code: httpx.CodeBadJSON, Message: "the body must be a JSON object, not a list"},
		`{"a":[1,}`: {Status: 400, Code: httpx.CodeBadJSON, Field: "a[1]", Message: "'}' stands where a value should be (line 1, column 9)"},
		`{"a":NaN}`: {Status: 400, Code: httpx.CodeBadJSON, Field: "a", Message: "NaN is no JSON number (line 1, column 6)"},
	} {
		_, err := instances.ParseDocument([]byte(body), false)
		var p *httpx.Problem
		if !errors.As(err, &p) || *p != want {
			t.Errorf("%s: %+v, want %+v", body, err, want)
		}
	}
	if v, err := instances.ParseDocument([]byte(`{"a":NaN}`), true); err != nil || v.Kind() != document.Object {
		t.Error(err)
	}
}
