package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"threatnet/serve/document"
)

func Example() {
	v, err := document.Parse([]byte(`{"names": ["example.com", "qx7vz.example"], "top": 3}`), document.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, field := range v.Fields() {
		fmt.Println(name, field.Kind())
		if field.Kind() == document.Array {
			for i, e := range field.Elements() {
				fmt.Println(document.Index(name, i), e.Text())
			}
		}
	}
	_, err = document.Parse([]byte(`{"names": ["example.com", oops]}`), document.Options{})
	fmt.Println(err)
	// Output:
	// names a list
	// names[0] example.com
	// names[1] qx7vz.example
	// top a number
	// names[1]: 'o' stands where a value should be (line 1, column 27)
}

func TestRefusals(t *testing.T) {
	many := make([]string, 0, 40)
	for i := range 39 {
		many = append(many, fmt.Sprintf(`"k%d":0`, i))
	}
	many = append(many, `"k\u0031":0`)
	var wide strings.Builder
	for i := range document.MaxFields + 1 {
		fmt.Fprintf(&wide, `,"k%d":0`, i)
	}
	tests := []struct{ body, path, reason string }{
		{`[{` + wide.String()[1:] + `}]`, "[0]", "an object of more than 1000 fields"},
		{``, "", "the document ends where a value should be"},
		{`  `, "", "the document ends where a value should be"},
		{`{}{}`, "", "something follows the document"},
		{`[1,]`, "[1]", "']' stands where a value should be"},
		{`[1 2]`, "[0]", "'2' stands where a comma or the list's end should be"},
		{`[1`, "[0]", "the document ends where a comma or the list's end should be"},
		{`{"a":1,}`, "", "'}' stands where a field's name should be"},
		{`{"a" 1}`, "", "'1' stands where a colon should be"},
		{`{"a":1 "b":2}`, "a", `'"' stands where a comma or the object's end should be`},
		{`{a:1}`, "", "'a' stands where a field's name should be"},
		{`{"a":{"b":[0,{"c":tru}]}}`, "a.b[1].c", "'t' stands where a value should be"},
		{`{"a":NaN}`, "a", "NaN is no JSON number"},
		{`{"a":[0,-Infinity]}`, "a[1]", "-Infinity is no JSON number"},
		{`{"a":Infinity}`, "a", "Infinity is no JSON number"},
		{`{"a":Nil}`, "a", "'N' stands where a value should be"},
		{`[01]`, "[0]", "'1' stands where a comma or the list's end should be"},
		{`[.5]`, "[0]", "'.' stands where a value should be"},
		{`[1.]`, "[0]", "']' stands where a digit should be"},
		{`[1e]`, "[0]", "']' stands where a digit should be"},
		{`[+1]`, "[0]", "'+' stands where a value should be"},
		{`[-]`, "[0]", "']' stands where a digit should be"},
		{"[\"\xff\"]", "[0]", "invalid UTF-8"},
		{"[\xff]", "[0]", "invalid UTF-8"},
		{"[\"a\nb\"]", "[0]", "a control character in a string"},
		{`["\q"]`, "[0]", "no such escape in a string"},
		{`["\u12g4"]`, "[0]", `\u without four hexadecimal digits`},
		{`["\ud800"]`, "[0]", "a lone surrogate is no character"},
		{`["\ud800\u0041"]`, "[0]", "a lone surrogate is no character"},
		{`["\`, "[0]", "the document ends where an escape should be"},
		{`["a`, "[0]", "the document ends where a string's end should be"},
		{`{"a":{"x":1,"x":2}}`, "a.x", "the object has this field twice"},
		{`{"a":1,"\u0061":2}`, "a", "the object has this field twice"},
		{`{` + strings.Join(many, ",") + `}`, "k1", "the object has this field twice"},
		{`{"odd key":{"` + strings.Repeat("k", 100) + `":!}}`, `["odd key"].` + strings.Repeat("k", 64), "'!' stands where a value should be"},
		{strings.Repeat("[", 17) + strings.Repeat("]", 17), strings.Repeat("[0]", 16), "nested too deeply"},
		{strings.Repeat(`{"a":`, 1_000_000), "a" + strings.Repeat(".a", 15), "nested too deeply"},
	}
	for _, tt := range tests {
		_, err := document.Parse([]byte(tt.body), document.Options{})
		var refused *document.Error
		if !errors.As(err, &refused) || refused.Path != tt.path || refused.Reason != tt.reason {
			t.Errorf("%.60s: %v, want %q at %q", tt.body, err, tt.reason, tt.path)
		}
	}
}

func TestPlaceOfError(t *testing.T) {
	_, err := document.Parse([]byte("{\n \"a\": [1,\n  2, x]\n}"), document.Options{})
	if want := "a[2]: 'x' stands where a value should be (line 3, column 6)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestDepthIsOfEachBranch(t *testing.T) {
	body := []byte(`[[[1]],[[2]],{"a":[3]}]`)
	if _, err := document.Parse(body, document.Options{Depth: 3}); err != nil {
		t.Error(err)
	}
	if _, err := document.Parse(body, document.Options{Depth: 2}); err == nil {
		t.Error("three lists within each other passed a limit of two")
	}
}

func TestNumbers(t *testing.T) {
	v, err := document.Parse([]byte(`[0, -0.5, 1e2, 1e400, -1e400, NaN, Infinity, -Infinity, 9007199254740993, 2.0, 9223372036854775808]`), document.Options{NonFinite: true})
	if err != nil {
		t.Fatal(err)
	}
	floats := []float64{0, -0.5, 100, math.Inf(1), math.Inf(-1), math.NaN(), math.Inf(1), math.Inf(-1), 9007199254740992, 2, 9223372036854775808}
	ints := []any{int64(0), nil, int64(100), nil, nil, nil, nil, nil, int64(9007199254740993), int64(2), nil}
	if v.Len() != len(floats) {
		t.Fatalf("%d elements", v.Len())
	}
	for i, e := range v.Elements() {
		if got := e.Float(); got != floats[i] && !(math.IsNaN(got) && math.IsNaN(floats[i])) {
			t.Errorf("number %d: %v, want %v", i, got, floats[i])
		}
		if n, ok := e.Int(); ok != (ints[i] != nil) || ok && n != ints[i] {
			t.Errorf("number %d: %v, %v, want %v", i, n, ok, ints[i])
		}
		if e.Kind() != document.Number {
			t.Errorf("number %d is %v", i, e.Kind())
		}
	}
}

// FuzzParse: what is accepted is what encoding/json accepts, less what the package refuses, with the same values.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5e3,"x\n\u00e9\ud83d\ude00"],"b":{"c":null,"d":true}}`, ` [ ] `, `"\\\""`, `{"":{}}`, `[NaN,-Infinity]`, `{"a":1,"a":2}`, "\xef\xbb\xbf{}",
		`[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]`, `-0`, `1E-7`, "\"\xed\xa0\x80\"", `["\ud800"]`, `{"a":"]}","b":["{\""]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := document.Parse(body, document.Options{})
		if err != nil {
			if _, err := document.Parse(body, document.Options{NonFinite: true, Depth: 1000}); err == nil {
				return // the limits of the first call
			}
			if json.Valid(body) && utf8.Valid(body) && !bytes.Contains(body, []byte(`\u`)) && !twice(body) && bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) <= 16 {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatal("accepted what is no JSON")
		}
		var want any
		if json.Unmarshal(body, &want) != nil {
			return // a number out of range
		}
		if diff := cmp.Diff(want, v.Any()); diff != "" {
			t.Fatal(diff)
		}
		_ = fmt.Sprint(v.Kind(), len(v.Raw()))
	})
}

// twice tells whether an object may have a field twice: whether two strings of the document are equal.
func twice(body []byte) bool {
	seen := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return false
		}
		if s, ok := token.(string); ok {
			if seen[s] {
				return true
			}
			seen[s] = true
		}
	}
}

func TestPathAt(t *testing.T) {
	const body = `{"names": ["a", {"x": [1, 2]}], "on": true}`
	for after, want := range map[string]string{`"a"`: "names[0]", `[1`: "names[1].x[0]", `2`: "names[1].x[1]", `true`: "on", `}]`: "names"} {
		if got := document.PathAt([]byte(body), strings.Index(body, after)+len(after), document.Options{}); got != want {
			t.Errorf("after %s: %q, want %q", after, got, want)
		}
	}
}
