package httpx

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type sample struct {
	ID    string    `json:"id"`
	Names []*string `json:"names"`
	Data  []struct {
		X float64 `json:"x"`
		N int     `json:"n"`
	} `json:"data"`
	On bool `json:"on"`
}

func TestDecode(t *testing.T) {
	tests := []struct{ text, code, field, message string }{
		{`{"names":["a","b"],"data":[{"x":1.5e3,"n":-2}],"on":true}`, "", "", ""},
		{`  {"id":"\u00e9\ud83d\ude00 é <"}  `, "", "", ""},
		{``, CodeBadJSON, "", "empty"},
		{`   `, CodeBadJSON, "", "empty"},
		{`{`, CodeBadJSON, "", "the document ends where a field's name should be"},
		{`{"id":"a"} x`, CodeBadJSON, "", "something follows the document"},
		{`{"names":["a",]}`, CodeBadJSON, "names[1]", "where a value should be"},
		{`{"names":["a" "b"]}`, CodeBadJSON, "names[0]", "comma"},
		{`{"names":["a",1]}`, CodeBadField, "names[1]", "number where there should be a string"},
		{`{"names":"a"}`, CodeBadField, "names", "string where there should be an array"},
		{`{"data":[{"x":1},{"x":NaN}]}`, CodeBadJSON, "data[1].x", "NaN is no JSON number"},
		{`{"data":[{"x":-Infinity}]}`, CodeBadJSON, "data[0].x", "-Infinity"},
		{`{"data":[{"x":1},{"x":1e999}]}`, CodeBadField, "data[1].x", "1e999"},
		{`{"data":[{"n":1.5}]}`, CodeBadField, "data[0].n", "a whole number"},
		{`{"on":1}`, CodeBadField, "on", "true or false"},
		{`[]`, CodeBadField, "", "array where there should be an object"},
		{`{"nope":1}`, CodeBadField, "nope", "unknown field"},
		{"{\"id\":\"\xff\"}", CodeBadJSON, "id", "UTF-8"},
		{"{\"id\":\"a\nb\"}", CodeBadJSON, "id", "control character"},
		{`{"id":"\ud83d"}`, CodeBadJSON, "id", "surrogate"},
		{`{"id":"\udc00\ud83d"}`, CodeBadJSON, "id", "surrogate"},
		{`{"id":"\x"}`, CodeBadJSON, "id", "escape"},
		{`{"id":"a","id":"b"}`, CodeBadJSON, "id", "twice"},
		{`{"id":01}`, CodeBadJSON, "id", "comma"},
		{`{"id":1.}`, CodeBadJSON, "id", "digit"},
		{`{"id":-}`, CodeBadJSON, "id", "digit"},
		{`{"id":tru}`, CodeBadJSON, "id", "where a value should be"},
		{strings.Repeat("[", 100_000), CodeBadJSON, "", "nested"},
		{strings.Repeat(`{"a":`, 100_000), CodeBadJSON, "", "nested"},
	}
	for _, test := range tests {
		var d sample
		err := Decode([]byte(test.text), &d)
		var p *Problem
		errors.As(err, &p)
		show := test.text[:min(len(test.text), 60)]
		switch {
		case test.code == "" && err != nil:
			t.Errorf("%s: %v", show, err)
		case test.code == "":
		case p == nil || p.Code != test.code || p.Status != 400 || !strings.Contains(p.Message, test.message):
			t.Errorf("%s: %+v, want %s %q", show, p, test.code, test.message)
		case p.Field != test.field && test.message != "nested":
			t.Errorf("%s: field %q, want %q", show, p.Field, test.field)
		case len(p.Field) > 4000:
			t.Errorf("%s: a field of %d bytes", show, len(p.Field))
		}
	}
}

func TestProblems(t *testing.T) {
	secret := errors.New("open /etc/secret: permission denied")
	if p := AsProblem(secret); p.Status != 500 || strings.Contains(p.Message, "secret") {
		t.Errorf("an internal error is told: %+v", p)
	}
	text, err := json.Marshal(ErrorBody{Problemf(400, "c", "f[1]", "m %d", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(`{"error":{"code":"c","message":"m 1","field":"f[1]"}}`, string(text)); d != "" {
		t.Error(d)
	}
}

// What Check takes, encoding/json takes, and the other way round but for depth, UTF-8, halves of
// surrogate pairs, and fields that are there twice or too many.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		`{"names":["a","\u00e9"],"x":[1,-2.5e+3,null,true,false,{}]}`, `[[[]]]`, `{"a":`, `"\ud83d\ude00"`, "\"\xff\"", `1e5`, `-0`, `01`, ` `,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := Check(text)
		valid := json.Valid(text)
		if err == nil && !valid {
			t.Errorf("%q is no JSON", text)
		}
		if err == nil || !valid {
			return
		}
		var p *Problem
		if !errors.As(err, &p) {
			t.Fatal("no problem")
		}
		if !strings.Contains(p.Message, "UTF-8") && !strings.Contains(p.Message, "surrogate") && !strings.Contains(p.Message, "nested") &&
			!strings.Contains(p.Message, "twice") && !strings.Contains(p.Message, "fields") {
			t.Errorf("%q: %v", text, err)
		}
	})
}
