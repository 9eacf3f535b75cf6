package mlflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/mlflow"
	"threatnet/serve/servetest"
)

func handler(e *engine.Engine, o mlflow.Options) http.Handler {
	mux := http.NewServeMux()
	mlflow.Register(mux, e, o)
	return mux
}

const (
	jsonType = "application/json"
	csvType  = "text/csv"
)

// call sends a body of a type and returns the answer.
func call(h http.Handler, mediaType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/invocations", strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// prediction has the fields that answers for all kinds of records have, and those of some.
type prediction struct {
	Name, Client, Verdict, Label string
	Row                          int
	Probability                  float64
	Classes                      []struct {
		Label       string
		Probability float64
	}
}

func invoke(t *testing.T, h http.Handler, mediaType, body string) []prediction {
	t.Helper()
	w := call(h, mediaType, body)
	var r struct{ Predictions []prediction }
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != jsonType || r.Predictions == nil {
		t.Fatalf("%.200s: %d %v %s", body, w.Code, err, w.Body)
	}
	return r.Predictions
}

// same compares the predictions with what the engine says.
func same(t *testing.T, what string, got []prediction, want []engine.Answer) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d predictions, want %d", what, len(got), len(want))
	}
	for i, a := range want {
		p := got[i]
		if p.Verdict != a.Verdict.Verdict || p.Label != a.Label || p.Probability != a.Probability || len(p.Classes) != len(a.Classes) || p.Classes[0].Label != a.Classes[0].Label {
			t.Errorf("%s: prediction %d: %+v, want %+v", what, i, p, a)
		}
	}
}

func TestServer(t *testing.T) {
	ready := true
	h := handler(servetest.Engine(t, "dga-mlp"), mlflow.Options{Version: "1.2.3", Ready: func() bool { return ready }})
	empty := handler(engine.New(engine.Options{}), mlflow.Options{})
	for _, tt := range []struct {
		h            http.Handler
		ready        bool
		method, path string
		status       int
		body         string
	}{
		{h, true, "GET", "/ping", 200, "\n"},
		{h, true, "GET", "/health", 200, "\n"},
		{h, false, "GET", "/ping", 503, "\n"},
		{empty, true, "GET", "/ping", 404, "\n"},
		{h, true, "GET", "/version", 200, "1.2.3"},
		{h, true, "GET", "/invocations", 405, `{"error_code":"BAD_REQUEST","message":"GET is not allowed here: use POST"}` + "\n"},
	} {
		ready = tt.ready
		w := httptest.NewRecorder()
		tt.h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.status || w.Body.String() != tt.body {
			t.Errorf("%s %s: %d %q", tt.method, tt.path, w.Code, w.Body)
		}
	}
	if w := call(empty, jsonType, `{"instances":["a.b"]}`); w.Code != 404 || strings.TrimSpace(w.Body.String()) != `{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"model: unknown model: there are no models"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The first model answers, for names in each form.
func TestNames(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "exfil-mlp")
	h := handler(e, mlflow.Options{})
	want, err := servetest.Loaded(t, e, "").JudgeNames(t.Context(), []string{"example.com", "qx7vz0k1.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ mediaType, body string }{
		{jsonType, `{"dataframe_split":{"columns":["name"],"index":[0,1],"data":[["example.com"],["qx7vz0k1.example"]]}}`},
		{jsonType + "; charset=UTF-8", `{"dataframe_split":{"columns":["rank","host"],"data":[[1,"example.com"],[NaN,"qx7vz0k1.example"]]}}`},
		{jsonType, `{"dataframe_split":{"columns":[0],"data":[["example.com"],["qx7vz0k1.example"]]}}`},
		{jsonType, `{"dataframe_records":[{"domain":"example.com","rank":1},{"domain":"qx7vz0k1.example","rank":null}],"params":{"a":1}}`},
		{jsonType, `{"instances":["example.com",{"name":"qx7vz0k1.example"}],"params":null}`},
		{jsonType, `{"inputs":["example.com","qx7vz0k1.example"],"client_request_id":"1"}`},
		{jsonType, `{"inputs":{"name":["example.com","qx7vz0k1.example"]}}`},
		{csvType, "name\nexample.com\nqx7vz0k1.example\n"},
		{csvType + `; charset="utf-8"`, "\ufeff\"\",rank,domain\r\n0,1,example.com\r\n1,,\"qx7vz0k1.example\""},
		{csvType, "0\nexample.com\n\nqx7vz0k1.example\n"},
	} {
		got := invoke(t, h, tt.mediaType, tt.body)
		same(t, tt.body, got, want)
		if got[0].Name != "example.com" || got[1].Name != "qx7vz0k1.example" {
			t.Errorf("%s: %+v", tt.body, got)
		}
	}
	for mediaType, body := range map[string]string{jsonType: `{"dataframe_split":{"columns":["name"],"data":[]}}`, csvType: "name\n"} {
		if got := invoke(t, h, mediaType, body); len(got) != 0 {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func TestRows(t *testing.T) {
	e := servetest.Engine(t, "dga-mlp")
	h := handler(e, mlflow.Options{})
	want, err := servetest.Loaded(t, e, "").JudgeRows(t.Context(), 2, nil, []float32{1, 0.5, -2, 11, 3.25, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		`{"instances":[[1,0.5,-2],[11,3.25,0.5]]}`,
		`{"inputs":{"input":[[1,0.5,-2],[11,3.25,0.5]]}}`,
		`{"dataframe_split":{"columns":["input"],"data":[[[1,0.5,-2]],[[11,3.25,0.5]]]}}`,
		`{"dataframe_records":[{"input":[1,0.5,-2]},{"input":[11,3.25,0.5]}]}`,
	} {
		got := invoke(t, h, jsonType, body)
		same(t, body, got, want)
		if got[0].Row != 1 || got[1].Row != 2 {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestQueries(t *testing.T) {
	e := servetest.Engine(t, "exfil-mlp")
	h := handler(e, mlflow.Options{})
	want, err := servetest.Loaded(t, e, "").JudgeQueries(t.Context(), []datasets.Query{{Name: "a.example.com", Client: "10.0.0.1"}, {Name: "bb.example.com", Client: "10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ mediaType, body string }{
		{jsonType, `{"dataframe_split":{"columns":["src","query","_time"],"data":[["10.0.0.1","a.example.com",null],["10.0.0.1","bb.example.com",null]]}}`},
		{jsonType, `{"dataframe_records":[{"src":"10.0.0.1","query":"a.example.com"},{"client":"10.0.0.1","name":"bb.example.com"}]}`},
		{csvType, ",src,query,rank\n0,10.0.0.1,a.example.com,1\n1,10.0.0.1,bb.example.com,\n"},
	} {
		got := invoke(t, h, tt.mediaType, tt.body)
		same(t, tt.body, got, want)
		if got[1].Client != "10.0.0.1" {
			t.Errorf("%s: %+v", tt.body, got)
		}
	}
}

func TestFlows(t *testing.T) {
	e := servetest.Engine(t, "flow-lstm")
	h := handler(e, mlflow.Options{})
	var head, cells []string
	one := servetest.FlowFields(1)
	values := make([]float32, datasets.NumFlowFeatures)
	for j, name := range datasets.FlowFeatures() {
		head, cells = append(head, name), append(cells, fmt.Sprint(one[name]))
		values[j] = float32(one[name].(float64))
	}
	want, err := servetest.Loaded(t, e, "").JudgeFlows(t.Context(), []datasets.Flow{{Values: values}})
	if err != nil {
		t.Fatal(err)
	}
	record, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ mediaType, body string }{
		{jsonType, `{"dataframe_split":{"columns":["` + strings.Join(head, `","`) + `"],"data":[[` + strings.Join(cells, ",") + `]]}}`},
		{jsonType, `{"dataframe_records":[` + string(record) + `]}`},
		{csvType, strings.Join(head, ",") + "\n" + strings.Join(cells, ",") + "\n"},
	} {
		same(t, tt.mediaType, invoke(t, h, tt.mediaType, tt.body), want)
	}
}

func TestRefuses(t *testing.T) {
	names := handler(servetest.Engine(t, "dga-mlp"), mlflow.Options{})
	queries := handler(servetest.Engine(t, "exfil-mlp"), mlflow.Options{})
	for _, tt := range []struct {
		h               http.Handler
		mediaType, body string
		want            string
	}{
		{names, jsonType, ``, "the document ends where a value should be (line 1, column 1)"},
		{names, jsonType, `[]`, "the body must be a JSON object, not a list"},
		{names, jsonType, `{"columns":["name"],"data":[]}`, "a request has one of dataframe_split, dataframe_records, instances and inputs; this has none"},
		{names, jsonType, `{"inputs":[],"instances":[]}`, "instances: a request has one of dataframe_split, dataframe_records, instances and inputs; this has inputs too"},
		{names, jsonType, `{"inputs":[],"params":[]}`, "params: must be an object, not a list"},
		{names, jsonType, `{"dataframe_split":[]}`, "dataframe_split: must be an object with columns and data, not a list"},
		{names, jsonType, `{"dataframe_split":{"data":[]}}`, "dataframe_split.columns: is missing"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"]}}`, "dataframe_split.data: is missing"},
		{names, jsonType, `{"dataframe_split":{"columns":"name","data":[]}}`, "dataframe_split.columns: must be a list, not a string"},
		{names, jsonType, `{"dataframe_split":{"columns":[],"data":[]}}`, "dataframe_split.columns: is empty"},
		{names, jsonType, `{"dataframe_split":{"columns":["name","name"],"data":[]}}`, `dataframe_split.columns[1]: the column "name" stands there twice`},
		{names, jsonType, `{"dataframe_split":{"columns":[0.5],"data":[]}}`, "dataframe_split.columns[0]: 0.5 is no name of a column"},
		{names, jsonType, `{"dataframe_split":{"columns":[null],"data":[]}}`, "dataframe_split.columns[0]: must be a string, not null"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"rows":[]}}`, "dataframe_split.rows: is no part of a table: those are columns, index and data"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":["a.b"]}}`, "dataframe_split.data[0]: must be a list, not a string"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],["a.b",1]]}}`, "dataframe_split.data[1]: has 2 values for 1 columns"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],[7]]}}`, "dataframe_split.data[1].name: want a string, not 7"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],[["c.d"]]]}}`, "dataframe_split.data[1][0]: must be a plain value, not a list"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],[null]]}}`, "dataframe_split.data[1].name: missing"},
		{names, jsonType, `{"dataframe_split":{"columns":["text"],"data":[["a.b"]]}}`, "dataframe_split.data[0].name: missing"},
		{names, jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],["` + strings.Repeat("x", 100_000) + `"]]}}`, "dataframe_split.data[1]: "},
		{names, jsonType, `{"dataframe_split":{"columns":["input"],"data":[[[1,2,3]],[[1,NaN,3]]]}}`, "dataframe_split.data[1][0][1]: NaN is no finite number of single precision"},
		{names, jsonType, `{"dataframe_split":{"columns":["input"],"data":[[[1,2]]]}}`, "dataframe_split.data[0][0]: an encoded row of this model has 3 numbers, not 2"},
		{names, jsonType, `{"dataframe_records":{}}`, "dataframe_records: must be a list of objects, not an object"},
		{names, jsonType, `{"dataframe_records":["a.b"]}`, "dataframe_records[0]: must be an object, not a string"},
		{names, jsonType, `{"dataframe_records":[{"name":"a.b"},{"name":true}]}`, "dataframe_records[1].name: want a string, not true"},
		{names, jsonType, `{"instances":[[1,2]]}`, "instances[0]: an encoded row of this model has 3 numbers, not 2"},
		{names, jsonType, "{\"instances\":[\"\xff\"]}", "instances[0]: invalid UTF-8 (line 1, column 16)"},
		{names, jsonType, `{"instances":` + strings.Repeat("[", 1_000_000), ": nested too deeply"},
		{names, csvType, "", "the body is empty: want a table with a header"},
		{names, csvType, "name\na.b\nc.d,e\n", "line 3, column 1: wrong number of fields"},
		{names, csvType, "name\na.b\n\"c\"d\n", "line 3, column 3: extraneous or missing"},
		{names, csvType, "name\n\"a.b\n", "line 2, column 6: extraneous or missing"},
		{names, csvType, "name\na.b\n\xff\n", "line 3 is not valid UTF-8"},
		{names, csvType, strings.Repeat("a,", 2000) + "\n", "line 1, field 1001: a table may have 1000 columns, this has 2001"},
		{names, csvType, "name,name\n", `line 1, field 2: the column "name" stands there twice`},
		{names, csvType, "name,x\na.b,1\n,1\n", "line 3, name: missing"},
		{names, csvType, "text\na.b\n", "line 2, name: missing"},
		{names, csvType, "name\na.b\n" + strings.Repeat("x", 100_000) + "\n", "line 3: "},
		{queries, csvType, "query,_time\na.b,1\na.b,never\n", "line 3, _time: want seconds since 1970"},
	} {
		w := call(tt.h, tt.mediaType, tt.body)
		var refused struct {
			Code    string `json:"error_code"`
			Message string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &refused); err != nil || w.Code != 400 || refused.Code != "BAD_REQUEST" || !strings.Contains(refused.Message, tt.want) {
			t.Errorf("%.120s:\n%d %.300s\nwant %s", tt.body, w.Code, w.Body, tt.want)
		}
		if w.Body.Len() > 1000 {
			t.Errorf("%.100s: an answer of %d bytes", tt.body, w.Body.Len())
		}
	}
}

func TestMediaTypes(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-mlp"), mlflow.Options{})
	for mediaType, want := range map[string]string{
		"":                                      "Content-Type: \"\" is not supported: use application/json or text/csv\n",
		"text/plain":                            "Content-Type: \"text/plain\" is not supported: use application/json or text/csv\n",
		"application/json; charset=utf16":       "Content-Type: the character set \"utf16\" is not supported: use UTF-8\n",
		"application/json; format=pandas-split": "Content-Type: the parameter \"format\" is not supported\n",
	} {
		w := call(h, mediaType, `{"instances":["a.b"]}`)
		if w.Code != 415 || w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%q: %d %q", mediaType, w.Code, w.Body)
		}
	}
}

// The limits of the listener are told in MLflow's form.
func TestLimits(t *testing.T) {
	h := httpx.Wrap(handler(servetest.Engine(t, "dga-mlp"), mlflow.Options{}), httpx.Options{MaxRows: 2, MaxBody: 500})
	for _, tt := range []struct{ mediaType, body, want string }{
		{jsonType, `{"instances":["a.b","c.d","e.f"]}`, "instances: 3 rows, a request may have 2"},
		{jsonType, `{"dataframe_split":{"columns":["name"],"data":[["a.b"],["c.d"],["e.f"]]}}`, "dataframe_split.data: 3 rows, a request may have 2"},
		{csvType, "name\na.b\nc.d\ne.f\n", "3 rows, a request may have 2"},
		{csvType, strings.Repeat(" ", 501), "the body is larger than 500 bytes"},
	} {
		w := call(h, tt.mediaType, tt.body)
		if want := `{"error_code":"BAD_REQUEST","message":"` + tt.want + `"}`; w.Code != 413 || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
}

func fuzz(f *testing.F, mediaType string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	hs := []http.Handler{}
	for _, kind := range []string{"dga-mlp", "exfil-mlp", "flow-lstm"} {
		hs = append(hs, handler(servetest.Engine(f, kind), mlflow.Options{}))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, h := range hs {
			if w := call(h, mediaType, string(body)); w.Code != 200 && w.Code != 400 || !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%d %q", w.Code, w.Body)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	fuzz(f, jsonType,
		`{"dataframe_split":{"columns":["name","client"],"index":[0],"data":[["a.b","10.0.0.1"]]}}`,
		`{"dataframe_split":{"columns":["input"],"data":[[[1,2,3]]]}}`,
		`{"dataframe_split":{"columns":[0],"data":[["a.b"]]}}`,
		`{"dataframe_records":[{"name":"a.b","time":1.5}],"params":{}}`,
		`{"instances":["a.b"]}`, `{"inputs":{"name":["a.b"],"rank":[1]}}`)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, csvType, "name\na.b\n", ",src,query,rank\n0,10.0.0.1,\"a.b\",1\n", "0\na.b\n", "\ufeffflow_duration,source_ip\n1,10.0.0.1\n")
}
