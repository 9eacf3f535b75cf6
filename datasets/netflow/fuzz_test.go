package netflow

import (
	"bufio"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"threatnet/datasets"
)

// fuzzFormat reads any text in a format: every record has all values, every bad row has a place in the file, and nothing
// comes after a final error.
func fuzzFormat(f *testing.F, name string, check func(t *testing.T, text string, err error)) {
	format, ok := Lookup(name)
	if !ok {
		f.Fatal(name)
	}
	for _, text := range []string{
		"\ufeff#\n" + ten + "\n" + values + "\n\"[1,2]\"" + values[1:] + "\n,\n" + ten + "\n", strings.ReplaceAll("Src Port,Timestamp,"+ten+"\n80,3/7/2017 8:55,"+values, ",", ";"), object(`"label":"\ud83d\u00e9",`) + "\n{", "[" + object("") + ",\n{]\n" + object("") + "]",
		`{"preview":true,"results":[` + object("") + `]}`, `{"result":` + object("") + `,"x":[{}]}`, columnsOf(`"a":{"0":[1,{}],"z":NaN},`),
	} {
		f.Add(text, "label")
	}
	f.Fuzz(func(t *testing.T, text, label string) {
		opt := Options{File: "f", Label: label}
		Recognize([]byte(text), opt)
		header := format.Header([]byte(text), opt)
		if columns := Describe(header, opt); len(columns.Features)+len(columns.Missing) != datasets.NumFlowFeatures {
			t.Fatalf("%+v", columns)
		}
		last, rows := 0, 0
		var final error
		for flow, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
			if final != nil {
				t.Fatalf("a row after %v", final)
			}
			line := flow.Line
			if bad, ok := datasets.BadRow(err); ok {
				line = bad.Pos.Line
				if bad.Pos.File != "f" || bad.Pos.Column < 1 || bad.Reason == "" {
					t.Fatalf("badly located: %+v", bad)
				}
				check(t, text, err)
			} else if err != nil {
				check(t, text, err)
				final = err
				continue
			} else if len(flow.Values) != datasets.NumFlowFeatures || flow.File != "f" || flow.Sum == 0 {
				t.Fatalf("%+v", flow)
			}
			if line < 1 || line > strings.Count(text, "\n")+1 || name == "cicflow" && line < last {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
			rows++
		}
		if rows > len(text) {
			t.Fatalf("%d rows in %q", rows, text)
		}
	})
}

func FuzzCSV(f *testing.F) { fuzzFormat(f, "cicflow", func(*testing.T, string, error) {}) }

// What encoding/json takes for an object is read without complaint about its form.
func validObject(text string) bool {
	return strings.HasPrefix(text, "{") && json.Valid([]byte(text)) && strings.Count(text, "[")+strings.Count(text, "{") < maxDepth && len(text) < 400
}

func FuzzJSON(f *testing.F) {
	fuzzFormat(f, "flow-json", func(t *testing.T, text string, err error) {
		if errors.Is(err, BadJSON) && validObject(text) && !strings.Contains(text, "results") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzColumns(f *testing.F) {
	fuzzFormat(f, "flow-columns", func(t *testing.T, text string, err error) {
		if _, bad := datasets.BadRow(err); !bad && validObject(text) && !errors.Is(err, ErrNotFlows) && !errors.Is(err, ErrColumn) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
