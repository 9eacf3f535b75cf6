package native

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
	"threatnet/serve/servetest"
)

// kinds are the models of the tests, the first of which is the one that is meant where none is named.
var kinds = []string{"dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm"}

func handler(t testing.TB, o httpx.Options) (http.Handler, *engine.Engine) {
	t.Helper()
	e, mux := servetest.Engine(t, kinds...), http.NewServeMux()
	Register(mux, e, Options{})
	o.Stream = IsStream
	return httpx.Wrap(mux, o), e
}

func post(h http.Handler, path, mediaType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// answer is a ScoreResponse as a client sees it.
type answer struct {
	Model     string
	Version   int
	Threshold float64
	Results   []map[string]any
}

func decode[T any](t testing.TB, text []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestNames(t *testing.T) {
	h, e := handler(t, httpx.Options{})
	for path, model := range map[string]string{"/v1/score": "dga-lstm", "/v1/score/dga-mlp": "dga-mlp", "/v1/score/dga-lstm?version=1": "dga-lstm"} {
		w := post(h, path, typeJSON, `{"names":["Example.com","no name","x7.example"]}`)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		a := decode[answer](t, w.Body.Bytes())
		if a.Model != model || a.Version != 1 || a.Threshold != engine.DefaultThreshold || len(a.Results) != 3 {
			t.Errorf("%s: %+v", path, a)
		}
		m, err := e.Model(model, "")
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.JudgeNames(t.Context(), []string{"Example.com"})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(records.NameResult{Name: "Example.com", Verdict: want[0].Verdict})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(decode[map[string]any](t, text), a.Results[0]); d != "" {
			t.Error(d)
		}
		fault := map[string]any{"name": "no name", "error": map[string]any{"code": "bad_record", "message": "bad character", "field": "names[1]"}}
		if d := cmp.Diff(fault, a.Results[1]); d != "" {
			t.Error(d)
		}
	}
	for _, mediaType := range []string{"", typeForm, "Application/JSON; charset=utf-8"} {
		if w := post(h, "/v1/score", mediaType, `{"names":["a.example"]}`); w.Code != http.StatusOK {
			t.Errorf("%q: %d %s", mediaType, w.Code, w.Body)
		}
	}
	if w := post(h, "/v1/score", typeJSON, `{"names":[]}`); w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), "\"results\":[]}\n") {
		t.Errorf("no names: %d %s", w.Code, w.Body)
	}
}

func TestQueriesAndFlows(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	w := post(h, "/v1/score/exfil-mlp", typeJSON,
		`{"queries":[{"query":"A\u00e9.t.example.org","src":"10.0.0.1","_time":1672628645},"b.example.org",{"query":"c.org","_time":"soon"}]}`)
	a := decode[answer](t, w.Body.Bytes())
	if w.Code != http.StatusOK || len(a.Results) != 3 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for field, want := range map[string]any{"name": `A\195\169.t.example.org`, "client": "10.0.0.1", "domain": "example.org", "time": "2023-01-02T03:04:05Z"} {
		if a.Results[0][field] != want {
			t.Errorf("%s: %v, want %v", field, a.Results[0][field], want)
		}
	}
	if _, ok := a.Results[1]["time"]; ok || a.Results[1]["client"] != "" {
		t.Errorf("%v", a.Results[1])
	}
	if f := a.Results[2]["error"].(map[string]any)["field"]; f != "queries[2]._time" {
		t.Errorf("field %v", f)
	}
	flow, err := json.Marshal(servetest.FlowFields(1))
	if err != nil {
		t.Fatal(err)
	}
	w = post(h, "/v1/score/flow-lstm", typeJSON, fmt.Sprintf(`{"flows":[%s,{"flow_duration":1},%[1]s]}`, flow))
	a = decode[answer](t, w.Body.Bytes())
	if w.Code != http.StatusOK || a.Results[0]["row"] != 1.0 || a.Results[1]["row"] != 2.0 || a.Results[2]["row"] != 3.0 || a.Results[2]["verdict"] == nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// An element of another type is a record that is none: the others are answered.
func TestElementsOfOtherTypes(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	flow, err := json.Marshal(servetest.FlowFields(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, list, good string }{
		{"/v1/score", "names", `"a.example"`}, {"/v1/score/exfil-mlp", "queries", `{"query":"a.example"}`}, {"/v1/score/flow-lstm", "flows", string(flow)},
	} {
		for _, bad := range []string{"1", "null", "true", `[{"a":"b"}]`, `{"x":1e999}`, `"é"`} {
			if c.list != "flows" && bad == `"é"` {
				continue
			}
			w := post(h, c.path, typeJSON, fmt.Sprintf(`{%q:[%s, %s ,%[2]s]}`, c.list, c.good, bad))
			a := decode[answer](t, w.Body.Bytes())
			if w.Code != http.StatusOK || len(a.Results) != 3 || a.Results[0]["verdict"] == nil || a.Results[2]["verdict"] == nil {
				t.Errorf("%s, %s: %d %s", c.list, bad, w.Code, w.Body)
				continue
			}
			fault, ok := a.Results[1]["error"].(map[string]any)
			if !ok || a.Results[1]["row"] != 2.0 || fault["code"] != "bad_field" || fault["field"] != c.list+"[1]" || fault["message"] == "" {
				t.Errorf("%s, %s: %v", c.list, bad, a.Results[1])
			}
		}
	}
}

func TestProblems(t *testing.T) {
	h, _ := handler(t, httpx.Options{MaxRows: 3, MaxBody: 200_000})
	long := strings.Repeat("a", 100_000)
	for _, test := range []struct {
		path, mediaType, body string
		status                int
		code, field           string
	}{
		{"", typeJSON, `{"names":["a"`, 400, "bad_json", "names[0]"},
		{"", typeJSON, `{"names":[1]}`, 400, "bad_field", "names[0]"},
		{"", typeJSON, `{"names":[null]}`, 400, "bad_field", "names[0]"},
		{"", typeJSON, `{"names":["` + long + `"]}`, 400, "bad_record", "names[0]"},
		{"", typeJSON, "{\"names\":[\"a\xff\"]}", 400, "bad_json", "names[0]"},
		{"", typeJSON, `{"names":["a","b","c","d"]}`, 413, "too_large", "names"},
		{"", typeJSON, `{"names":["a"],"queries":[]}`, 400, "bad_field", "queries"},
		{"", typeJSON, `{}`, 400, "bad_field", "names"},
		{"", typeJSON, `{"nmes":[]}`, 400, "bad_field", "nmes"},
		{"", typeJSON, `[]`, 400, "bad_field", ""},
		{"", typeJSON, ``, 400, "bad_json", ""},
		{"", typeJSON, strings.Repeat("[", 1000), 400, "bad_json", strings.Repeat("[0]", 32)},
		{"", typeJSON, `{"names":["` + long + long + `"]}`, 413, "too_large", ""},
		{"", "application/xml", `<a/>`, 415, "unsupported_media_type", "Content-Type"},
		{"/nope", typeJSON, `{"names":["a"]}`, 404, "unknown_model", "model"},
		{"/dga-lstm?version=7", typeJSON, `{"names":["a"]}`, 404, "unknown_model", "model"},
		{"/exfil-mlp", typeJSON, `{"queries":[7]}`, 400, "bad_field", "queries[0]"},
		{"/exfil-mlp", typeJSON, `{"queries":[{"query":"a","_time":1e999}]}`, 400, "bad_field", "queries[0]"},
		{"", typeJSON, `{"names":"a"}`, 400, "bad_field", "names"},
		{"/exfil-mlp", typeJSON, `{"queries":[{"query":"` + long + `"}]}`, 400, "bad_field", "queries[0].query"},
		{"/flow-lstm", typeJSON, `{"flows":[{"flow_duration":1}]}`, 400, "bad_field", "flows[0].total_fwd_packets"},
		{"/flow-lstm", typeJSON, `{"flows":[7]}`, 400, "bad_field", "flows[0]"},
		{"/flow-lstm", typeText, "a\n", 400, "wrong_records", "Content-Type"},
		{"", typeCSV, "", 400, "bad_record", ""},
		{"", typeCSV, "nothing,else\na,b\n", 400, "bad_field", "name"},
		{"/exfil-mlp", typeCSV, "src\na\n", 400, "bad_field", "query"},
		{"/flow-lstm", typeCSV, "a,b\n1,2\n", 400, "bad_field", ""},
	} {
		w := post(h, "/v1/score"+test.path, test.mediaType, test.body)
		p := decode[struct{ Error httpx.Problem }](t, w.Body.Bytes()).Error
		if w.Code != test.status || p.Code != test.code || p.Field != test.field || p.Message == "" {
			t.Errorf("%s %.60s: %d %+v", test.path, test.body, w.Code, p)
		}
	}
}

// lines posts a stream to a real server and gives the lines of its answer.
func streamed(t testing.TB, h http.Handler, path, mediaType string, body io.Reader) (*http.Response, []string) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	resp, err := s.Client().Post(s.URL+path, mediaType, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// Streams have the answers of documents, in the order of the records, however many there are.
func TestStreams(t *testing.T) {
	h, _ := handler(t, httpx.Options{MaxBody: 10, MaxRows: 10}) // which are not for streams
	var ndjson, csv, text, document strings.Builder
	csv.WriteString("id,host\n")
	document.WriteString(`{"names":[`)
	const n = 2500
	for i := range n {
		name := fmt.Sprintf("host-%d.example", i)
		if i%100 == 7 {
			name = "no name"
		}
		if i%2 == 0 {
			fmt.Fprintf(&ndjson, "{\"name\":%q}\n", name)
		} else {
			fmt.Fprintf(&ndjson, "%q\r\n\n", name)
		}
		fmt.Fprintf(&csv, "%d,%s\n", i, name)
		fmt.Fprintf(&text, "%s\n", name)
		if i > 0 {
			document.WriteByte(',')
		}
		fmt.Fprintf(&document, "%q", name)
	}
	document.WriteString("]}")
	free, _ := handler(t, httpx.Options{})
	want := decode[answer](t, post(free, "/v1/score", typeJSON, document.String()).Body.Bytes()).Results
	for _, w := range want {
		if fault, ok := w["error"].(map[string]any); ok {
			delete(fault, "field") // which a stream has no list for
		}
	}
	for mediaType, body := range map[string]string{typeNDJSON: ndjson.String(), typeCSV + "; charset=utf-8": csv.String(), typeText: text.String()} {
		resp, lines := streamed(t, h, "/v1/score", mediaType, strings.NewReader(body))
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Threatnet-Model") != "dga-lstm" || resp.Header.Get("Threatnet-Version") != "1" || resp.Header.Get("Threatnet-Threshold") != "0.5" {
			t.Errorf("%s: %d %v", mediaType, resp.StatusCode, resp.Header)
		}
		var got []map[string]any
		for _, l := range lines {
			got = append(got, decode[map[string]any](t, []byte(l)))
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d lines, want %d", mediaType, len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(want[i], got[i]) {
				t.Fatalf("%s, line %d: %s", mediaType, i, cmp.Diff(want[i], got[i]))
			}
		}
	}
}

// Windows of a stream go over all of it.
func TestQueryStream(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	var ndjson, document strings.Builder
	for i := range 1500 {
		q := fmt.Sprintf(`{"query":"%x.t.example.org","src":"10.0.0.%d","_time":%d}`, i*7919, i%3, i)
		ndjson.WriteString(q + "\n")
		document.WriteString("," + q)
	}
	want := decode[answer](t, post(h, "/v1/score/exfil-mlp", typeJSON, `{"queries":[`+document.String()[1:]+`]}`).Body.Bytes()).Results
	_, lines := streamed(t, h, "/v1/score/exfil-mlp", typeNDJSON, strings.NewReader(ndjson.String()))
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d queries", len(lines), len(want))
	}
	for i, l := range lines {
		if got := decode[map[string]any](t, []byte(l)); !reflect.DeepEqual(want[i], got) {
			t.Fatalf("query %d: %s", i, cmp.Diff(want[i], got))
		}
	}
}

// A byte order mark is no part of the first record.
func TestStreamMark(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	const mark = "\ufeff"
	for _, c := range []struct{ mediaType, body string }{
		{typeText, mark + "a.example\n"},
		{typeText, mark + "\r\na.example"},
		{typeNDJSON, mark + "{\"name\":\"a.example\"}\n"},
		{typeCSV, mark + "name\na.example\n"},
		{typeCSV, mark + "\"id\",\"name\"\n1,a.example\n"},
	} {
		if _, lines := streamed(t, h, "/v1/score", c.mediaType, strings.NewReader(c.body)); len(lines) != 1 || !strings.HasPrefix(lines[0], `{"name":"a.example","verdict"`) {
			t.Errorf("%q: %q", c.body, lines)
		}
	}
	for _, body := range []string{"", "\xef", "\xef\xbb", mark} { // which are no whole marks, or all there is
		w := post(h, "/v1/score", typeText, body)
		if bad := strings.Contains(w.Body.String(), "invalid UTF-8"); w.Code != http.StatusOK || bad != (body != "" && body != mark) {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	}
}

// A record is answered before the next one comes.
func TestStreamAnswersAtOnce(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	s := httptest.NewServer(h)
	defer s.Close()
	for _, mediaType := range []string{typeText, typeNDJSON, typeCSV} {
		r, w := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/score", r)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", mediaType)
		type result struct {
			resp *http.Response
			err  error
		}
		answered := make(chan result, 1)
		go func() {
			resp, err := s.Client().Do(req)
			answered <- result{resp, err}
		}()
		send := func(name string) {
			line := name + "\n"
			if mediaType == typeNDJSON {
				line = `{"name":"` + name + "\"}\n"
			}
			// What follows on the line is not there yet: it must not hold the line up.
			if _, err := io.WriteString(w, line); err != nil {
				t.Error(err)
			}
		}
		if mediaType == typeCSV {
			send("name")
		}
		send("first.example")
		got := <-answered
		if got.err != nil {
			t.Fatal(got.err)
		}
		lines := bufio.NewScanner(got.resp.Body)
		for i, next := range []string{"second.example", "third.example", ""} {
			if !lines.Scan() {
				t.Fatalf("%s: no line %d: %v", mediaType, i, lines.Err())
			}
			if next != "" {
				send(next)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if lines.Scan() {
			t.Errorf("%s: one line more: %s", mediaType, lines.Text())
		}
		_ = got.resp.Body.Close()
	}
}

// What ends a stream early is its last line; what was sent before is answered.
func TestStreamEndsEarly(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	_, lines := streamed(t, h, "/v1/score", typeText, strings.NewReader("a.example\n"+strings.Repeat("x", maxLine+readBuffer+1)+"\nb.example\n"))
	if len(lines) != 2 || !strings.Contains(lines[0], `"a.example"`) || !strings.HasPrefix(lines[1], `{"error":{"code":"too_large"`) {
		t.Errorf("a long line: %.300q", lines)
	}
	_, lines = streamed(t, h, "/v1/score", typeCSV, strings.NewReader("name\na.example\n\""+strings.Repeat("x\n", maxLine)))
	if len(lines) != 2 || !strings.HasPrefix(lines[1], `{"error":{"code":"too_large"`) {
		t.Errorf("an open quote: %.300q", lines)
	}
	_, lines = streamed(t, h, "/v1/score", typeCSV, strings.NewReader("name,x\na.example,1\nb.example\nc\"d,1\n\xff,2\ne.example,3\n"))
	if len(lines) != 5 || !strings.Contains(lines[4], `"e.example"`) {
		t.Fatalf("bad rows: %q", lines)
	}
	for _, l := range lines[1:4] {
		if !strings.Contains(l, `"error":{"code":"bad_record"`) {
			t.Errorf("a bad row: %s", l)
		}
	}
	// A client that goes away ends its stream, and the server goes on.
	s := httptest.NewServer(h)
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/v1/score", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", typeText)
	go func() { _, _ = io.WriteString(w, "a.example\n") }()
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = resp.Body.Close()
	if again := post(h, "/v1/score", typeJSON, `{"names":["a.example"]}`); again.Code != http.StatusOK {
		t.Errorf("afterwards: %d", again.Code)
	}
}

func TestModels(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	list := decode[ModelList](t, get(h, "/v1/models").Body.Bytes())
	var names []string
	for _, m := range list.Models {
		names = append(names, m.Name)
		if !m.Ready || m.Version != 1 || m.Kind != m.Name || len(m.Labels) < 2 {
			t.Errorf("%+v", m)
		}
	}
	if d := cmp.Diff(kinds, names); d != "" {
		t.Error(d)
	}
	one := decode[map[string]any](t, get(h, "/v1/models/exfil-mlp").Body.Bytes())
	status := []any{map[string]any{"version": "1", "state": "AVAILABLE", "status": map[string]any{"error_code": "OK", "error_message": ""}}}
	if d := cmp.Diff(status, one["model_version_status"]); d != "" {
		t.Error(d)
	}
	if one["ready"] != true || one["spec"] == nil || one["records"] != "queries" || one["input"].(map[string]any)["type"] != "values" {
		t.Errorf("%v", one)
	}
	if w := get(h, "/v1/models/nope"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown model: %d", w.Code)
	}
}

// Whatever is sent, the answer is a document or lines, of a status that is no fault of the server's.
func FuzzScoreBody(f *testing.F) {
	h, _ := handler(f, httpx.Options{MaxBody: 1 << 16, MaxRows: 100})
	types := []string{typeJSON, typeNDJSON, typeCSV, typeText}
	flow, err := json.Marshal(servetest.FlowFields(1))
	if err != nil {
		f.Fatal(err)
	}
	for i, body := range []string{
		`{"names":["a.example","B",null]}`, `{"queries":[{"query":"a","src":"b","_time":1},"c"]}`, `{"flows":[` + string(flow) + `]}`,
		"{\"name\":\"a\"}\n\"b\"\n{\n", string(flow) + "\n", "name,query,src\na,b,c\n\"d\n", "a\nb\n\xff\n", "flow_duration\n1\n",
	} {
		f.Add([]byte(body), uint8(i), uint8(i/2))
	}
	f.Fuzz(func(t *testing.T, body []byte, model, mediaType uint8) {
		kind := types[int(mediaType)%len(types)]
		w := post(h, "/v1/score/"+kinds[int(model)%len(kinds)], kind, string(body))
		if w.Code != http.StatusOK && (w.Code < 400 || w.Code >= 500) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, line := range bytes.Split(bytes.TrimSpace(w.Body.Bytes()), []byte("\n")) {
			if len(line) > 0 && !json.Valid(line) {
				t.Fatalf("%q", line)
			}
		}
	})
}
