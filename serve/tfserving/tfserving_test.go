package tfserving_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/servetest"
	"threatnet/serve/tfserving"
)

func handler(e *engine.Engine) http.Handler {
	mux := http.NewServeMux()
	tfserving.Register(mux, e)
	return mux
}

// call sends a request and returns the status and the body.
func call(h http.Handler, method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, strings.TrimSpace(w.Body.String())
}

type prediction struct {
	Label         string
	Probability   float32
	Probabilities []float32
}

type columns struct {
	Label         []string
	Probability   []float32
	Probabilities [][]float32
}

// predict sends a request, which is in row format or in column format, and gives the predictions.
func predict(t *testing.T, h http.Handler, path, body string) []prediction {
	t.Helper()
	status, text := call(h, "POST", path, body)
	var r struct {
		Predictions *[]prediction
		Outputs     *columns
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil || status != 200 {
		t.Fatalf("%s %.200s: %d %v %s", path, body, status, err, text)
	}
	if strings.Contains(body, `"instances"`) == (r.Outputs != nil) || (r.Predictions == nil) == (r.Outputs == nil) {
		t.Fatalf("%.200s: %s", body, text)
	}
	if r.Predictions != nil {
		return *r.Predictions
	}
	ps := make([]prediction, len(r.Outputs.Label))
	for i := range ps {
		ps[i] = prediction{r.Outputs.Label[i], r.Outputs.Probability[i], r.Outputs.Probabilities[i]}
	}
	return ps
}

func of(answers []engine.Answer, err error) []prediction {
	if err != nil {
		panic(err)
	}
	ps := make([]prediction, len(answers))
	for i, a := range answers {
		ps[i] = prediction{a.Label, float32(a.Probability), a.Probabilities}
	}
	return ps
}

func TestPredictNames(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "dga-mlp")
	h := handler(e)
	want := of(servetest.Loaded(t, e, "dga-lstm").JudgeNames(t.Context(), []string{"example.com", "qx7vz0k1.example"}))
	code := base64.StdEncoding.EncodeToString([]byte("example.com"))
	for _, body := range []string{
		`{"instances":["example.com","qx7vz0k1.example"]}`,
		`{"signature_name":"serving_default","instances":[{"name":"example.com"},{"domain":"qx7vz0k1.example","rank":7}]}`,
		`{"signature_name":"","instances":[{"b64":"` + code + `"},{"name":"qx7vz0k1.example"}],"other":[NaN]}`,
		`{"inputs":["example.com","qx7vz0k1.example"]}`,
		`{"inputs":{"name":["example.com","qx7vz0k1.example"]}}`,
		`{"inputs":{"name":[{"b64":"` + code + `"},"qx7vz0k1.example"]}}`,
		`{"inputs":{"domain":["example.com","qx7vz0k1.example"],"rank":[1,null]}}`,
	} {
		for _, path := range []string{"/v1/models/dga-lstm:predict", "/v1/models/dga-lstm/versions/1:predict"} {
			if diff := cmp.Diff(want, predict(t, h, path, body)); diff != "" {
				t.Errorf("%s: %s", body, diff)
			}
		}
	}
	for _, body := range []string{`{"instances":[]}`, `{"inputs":[]}`, `{"inputs":{"name":[]}}`} {
		if got := predict(t, h, "/v1/models/dga-mlp:predict", body); len(got) != 0 {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func TestPredictRows(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm")
	h := handler(e)
	for _, m := range e.Models() {
		cols, isTokens := m.Inputs()
		var (
			tokens []int32
			values []float32
			lines  []string
		)
		for i := range 2 * cols {
			if isTokens {
				tokens = append(tokens, int32(i*i%7))
			} else {
				values = append(values, float32(i%5)/3-0.5)
			}
		}
		for i := range 2 {
			var text []byte
			if isTokens {
				text, _ = json.Marshal(tokens[i*cols:][:cols])
			} else {
				text, _ = json.Marshal(values[i*cols:][:cols])
			}
			lines = append(lines, string(text))
		}
		want := of(m.JudgeRows(t.Context(), 2, tokens, values))
		list := "[" + strings.Join(lines, ",") + "]"
		for _, body := range []string{
			`{"instances":` + list + `}`, `{"inputs":` + list + `}`, `{"inputs":{"input":` + list + `}}`,
			`{"instances":[{"input":` + lines[0] + `},` + lines[1] + `]}`,
		} {
			if diff := cmp.Diff(want, predict(t, h, "/v1/models/"+m.Name+":predict", body)); diff != "" {
				t.Errorf("%s: %.200s: %s", m.Name, body, diff)
			}
		}
	}
}

func TestPredictQueries(t *testing.T) {
	e := servetest.Engine(t, "exfil-mlp")
	h := handler(e)
	m := servetest.Loaded(t, e, "exfil-mlp")
	want := of(m.JudgeQueries(t.Context(), []datasets.Query{{Name: "a.example.com", Client: "10.0.0.1"}, {Name: "bb.example.com", Client: "10.0.0.1"}}))
	for _, body := range []string{
		`{"instances":[{"name":"a.example.com","client":"10.0.0.1"},{"query":"bb.example.com","src":"10.0.0.1","rank":null}]}`,
		`{"inputs":{"query":["a.example.com","bb.example.com"],"src":["10.0.0.1","10.0.0.1"]}}`,
	} {
		if diff := cmp.Diff(want, predict(t, h, "/v1/models/exfil-mlp:predict", body)); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
	want = of(m.JudgeQueries(t.Context(), []datasets.Query{{Name: "a.example.com"}, {Name: "bb.example.com"}}))
	if diff := cmp.Diff(want, predict(t, h, "/v1/models/exfil-mlp:predict", `{"instances":["a.example.com","bb.example.com"]}`)); diff != "" {
		t.Error(diff)
	}
}

// Flows as objects and in columns; a feature may be one of the tokens that are no JSON.
func TestPredictFlows(t *testing.T) {
	e := servetest.Engine(t, "flow-lstm")
	h := handler(e)
	one, two := servetest.FlowFields(1), servetest.FlowFields(2)
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	columns := map[string][]any{}
	for name := range one {
		columns[name] = []any{one[name], two[name]}
	}
	first := predict(t, h, "/v1/models/flow-lstm:predict", `{"instances":[`+text(one)+`,`+text(two)+`]}`)
	if diff := cmp.Diff(first, predict(t, h, "/v1/models/flow-lstm:predict", `{"inputs":`+text(columns)+`}`)); diff != "" || len(first) != 2 {
		t.Error(first, diff)
	}
	infinite := strings.Replace(text(one), fmt.Sprintf(`"flow_bytes_per_s":%v`, one["flow_bytes_per_s"]), `"flow_bytes_per_s":Infinity`, 1)
	missing := strings.Replace(text(one), fmt.Sprintf(`"flow_bytes_per_s":%v`, one["flow_bytes_per_s"]), `"flow_bytes_per_s":NaN`, 1)
	if got := predict(t, h, "/v1/models/flow-lstm:predict", `{"instances":[`+infinite+`,`+missing+`]}`); len(got) != 2 || infinite == missing {
		t.Error(got)
	}
}

func TestRefuses(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm"))
	for _, tt := range []struct{ model, body, want string }{
		{"dga-mlp", ``, "the document ends where a value should be (line 1, column 1)"},
		{"dga-mlp", `["a.b"]`, "the body must be a JSON object, not a list"},
		{"dga-mlp", `{}`, `the request has neither "instances" nor "inputs"`},
		{"dga-mlp", `{"instances":[],"inputs":[]}`, `inputs: a request has either "instances" or "inputs", not both`},
		{"dga-mlp", `{"signature_name":"classify","instances":[]}`, `signature_name: "classify" is no signature of the model: there is "serving_default"`},
		{"dga-mlp", `{"signature_name":null,"instances":[]}`, "signature_name: must be a string, not null"},
		{"dga-mlp", `{"instances":"a.b"}`, "instances: must be a list of instances, not a string"},
		{"dga-mlp", `{"instances":{"name":["a.b"]}}`, "instances: must be a list of instances, not an object"},
		{"dga-mlp", `{"instances":["a.b",7]}`, `instances[1]: an instance is a name as a string, {"name": …}, or an encoded row; this is a number`},
		{"dga-mlp", `{"instances":[null]}`, `instances[0]: an instance is a name as a string, {"name": …}, or an encoded row; this is null`},
		{"dga-mlp", `{"instances":["a.b",{}]}`, "instances[1].name: missing"},
		{"dga-mlp", `{"instances":[{"name":7}]}`, "instances[0].name: want a string, not 7"},
		{"dga-mlp", `{"instances":[{"name":["a.b"]}]}`, "instances[0].name: must be a plain value, not a list"},
		{"dga-mlp", `{"instances":[{"name":{"text":"a.b"}}]}`, `instances[0].name.text: must be a plain value, or {"b64": text}`},
		{"dga-mlp", `{"instances":[{"b64":"?"}]}`, "instances[0].b64: is no base64"},
		{"dga-mlp", `{"instances":[{"b64":7}]}`, "instances[0].b64: must be a string"},
		{"dga-mlp", `{"instances":[{"name":{"b64":7}}]}`, `instances[0].name.b64: must be a plain value, or {"b64": text}`},
		{"dga-mlp", `{"instances":[{"name":{}}]}`, "instances[0].name.b64: must be a string"},
		{"dga-mlp", `{"instances":["a.b","` + strings.Repeat("x", 100_000) + `"]}`, "instances[1]: "},
		{"dga-mlp", "{\"instances\":[\"a.b\",\"\xc3\"]}", "instances[1]: invalid UTF-8 (line 1, column 22)"},
		{"dga-mlp", `{"instances":[{"b64":"/w=="}]}`, "instances[0]: "},
		{"dga-mlp", `{"instances":["a.b",[1,2,3]]}`, "instances[1]: encoded rows and records cannot be in one request"},
		{"dga-mlp", `{"instances":[[1,2,3],"a.b"]}`, "instances[1]: encoded rows and records cannot be in one request"},
		{"dga-mlp", `{"instances":[[1,2,3],[1,2]]}`, "instances[1]: an encoded row of this model has 3 numbers, not 2"},
		{"dga-mlp", `{"instances":[[1,2,"3"]]}`, "instances[0][2]: must be a number, not a string"},
		{"dga-mlp", `{"instances":[[[1,2,3]]]}`, "instances[0]: an encoded row of this model has 3 numbers, not 1"},
		{"dga-mlp", `{"instances":[[1,NaN,3]]}`, "instances[0][1]: NaN is no finite number of single precision"},
		{"dga-mlp", `{"instances":[[1,2,-Infinity]]}`, "instances[0][2]: -Infinity is no finite number of single precision"},
		{"dga-mlp", `{"instances":[[1,2,1e40]]}`, "instances[0][2]: 1e40 is no finite number of single precision"},
		{"dga-mlp", `{"instances":[{"input":[1,2]}]}`, "instances[0].input: an encoded row of this model has 3 numbers, not 2"},
		{"dga-mlp", `{"instances":[{"input":[1,2,3],"name":"a.b"}]}`, "instances[0].name: an encoded row has no other fields"},
		{"dga-mlp", `{"instances":[{"input":"a.b"}]}`, "instances[0].name: missing"},
		{"dga-lstm", `{"instances":[[` + strings.Repeat("0,", 74) + `0.5]]}`, "instances[0][74]: 0.5 is no token id"},
		{"dga-lstm", `{"instances":[[` + strings.Repeat("0,", 74) + `77]]}`, "instances[0][74]: token id 77: want 0 to 38"},
		{"dga-mlp", `{"inputs":"a.b"}`, "inputs: must be a list of instances, not a string"},
		{"dga-mlp", `{"inputs":{}}`, "inputs: is empty"},
		{"dga-mlp", `{"inputs":{"name":"a.b"}}`, "inputs.name: must be a list, not a string"},
		{"dga-mlp", `{"inputs":{"name":["a.b",1]}}`, "inputs.name[1]: must be a string"},
		{"dga-mlp", `{"inputs":{"name":["a.b",["c.d"]]}}`, "inputs.name[1]: must be a plain value, not a list"},
		{"dga-mlp", `{"inputs":{"name":["a.b"],"rank":[]}}`, "inputs.rank: has 0 elements, inputs.name has 1"},
		{"dga-mlp", `{"inputs":{"rank":[1]}}`, "inputs.rank[0].name: missing"},
		{"dga-mlp", `{"inputs":{"input":[[1,2,3]],"name":["a.b"]}}`, "inputs.name: encoded rows have no other fields"},
		{"dga-mlp", `{"inputs":{"input":[1,2,3]}}`, "inputs.input[0]: must be an encoded row, a list of 3 numbers, not a number"},
		{"dga-mlp", `{"inputs":{"input":7}}`, "inputs.input: must be a list of encoded rows, not a number"},
		{"exfil-mlp", `{"instances":[{"client":"10.0.0.1"}]}`, "instances[0].query: missing"},
		{"exfil-mlp", `{"instances":["a.b",{"name":"a.b","time":"never"}]}`, "instances[1].time: want seconds since 1970"},
		{"exfil-mlp", `{"inputs":{"name":["a.b","c.d"],"time":[1,"never"]}}`, "inputs.time[1]: want seconds since 1970"},
		{"exfil-mlp", `{"instances":[{"name":"a.b","client":7}]}`, "instances[0].client: want a string, not 7"},
		{"flow-lstm", `{"instances":["a.b"]}`, "instances[0]: an instance is an object with a flow's fields, or an encoded row; this is a string"},
		{"flow-lstm", `{"instances":[{"flow_duration":1}]}`, "instances[0].total_fwd_packets: missing: "},
		{"flow-lstm", `{"instances":[{"flow_duration":"long"}]}`, `instances[0].flow_duration: want a number, not "long"`},
		{"dga-mlp", `{"instances":` + strings.Repeat("[", 1_000_000), ": nested too deeply"},
		{"dga-mlp", `{"instances":[` + strings.Repeat(`{"name":`, 1_000_000), ": nested too deeply"},
	} {
		status, body := call(h, "POST", "/v1/models/"+tt.model+":predict", tt.body)
		var refused struct{ Error string }
		if err := json.Unmarshal([]byte(body), &refused); err != nil || status != 400 || !strings.Contains(refused.Error, tt.want) {
			t.Errorf("%s %.120s:\n%d %.300s\nwant %s", tt.model, tt.body, status, body, tt.want)
		}
		if len(body) > 1000 {
			t.Errorf("%.100s: an answer of %d bytes", tt.body, len(body))
		}
	}
}

func TestPaths(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-mlp", "a:b=dga-mlp"))
	const names = `{"instances":["example.com"]}`
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/v1/models/a:b:predict", names, 200, `{"predictions":[{"label":`},
		{"POST", "/v1/models/a%3Ab:predict", names, 200, `{"predictions":[{"label":`},
		{"POST", "/v1/models/a:b/versions/1:predict", names, 200, `{"predictions":[{"label":`},
		{"POST", "/v1/models/a:predict", names, 404, `{"error":"model: unknown model \"a\""}`},
		{"POST", "/v1/models/a%2Fb:predict", names, 404, `{"error":"model: unknown model \"a/b\""}`},
		{"POST", "/v1/models/dga-mlp/versions/7:predict", names, 404, `{"error":"model: unknown model: dga-mlp has no version \"7\""}`},
		{"POST", "/v1/models/:predict", names, 404, `{"error":"there is nothing at \"/v1/models/:predict\""}`},
		{"POST", "/v1/models/dga-mlp/versions/:predict", names, 404, `{"error":"there is nothing at \"/v1/models/dga-mlp/versions/:predict\""}`},
		{"POST", "/v1/models/dga-mlp:classify", names, 501, `{"error":"classify is not supported: use predict"}`},
		{"POST", "/v1/models/dga-mlp:tell", names, 400, `{"error":"there is no \"tell\": use predict"}`},
		{"POST", "/v1/models/dga-mlp", names, 405, `{"error":"POST needs a path that ends with :predict"}`},
		{"POST", "/v1/models/dga-mlp/labels/stable:predict", names, 404, `{"error":"versions have no labels here: name a version, or none"}`},
		{"GET", "/v1/models/dga-mlp/labels/stable", "", 404, `{"error":"versions have no labels here: name a version, or none"}`},
		{"GET", "/v1/models/dga-mlp/versions/1", "", 200, `{"model_version_status":[{"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}`},
		{"GET", "/v1/models/dga-mlp/versions/2", "", 404, `{"error":"model: unknown model: dga-mlp has no version \"2\""}`},
		{"PUT", "/v1/models/dga-mlp/versions/1", "", 405, `{"error":"PUT is not allowed here: use GET"}`},
		{"POST", "/v1/models/dga-mlp/metadata", "", 405, `{"error":"POST is not allowed here: use GET"}`},
		{"GET", "/v1/models/dga-mlp/versions/2/metadata", "", 404, `{"error":"model: unknown model: dga-mlp has no version \"2\""}`},
	} {
		status, body := call(h, tt.method, tt.path, tt.body)
		if status != tt.status || !strings.HasPrefix(body, tt.want) {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, status, body, tt.status, tt.want)
		}
	}
}

func TestMetadata(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-lstm", "dga-mlp", "flow-lstm"))
	const shape = `"tensor_shape":{"dim":[{"size":"-1","name":""}%s],"unknown_rank":false}`
	const want = `{"metadata":{"signature_def":{"signature_def":{"serving_default":{"inputs":{"input":{"dtype":%s,` + shape + `,"name":"input"}%s},` +
		`"method_name":"tensorflow/serving/predict","outputs":{"label":{"dtype":"DT_STRING",` + shape + `,"name":"label"},` +
		`"probabilities":{"dtype":"DT_FLOAT",` + shape + `,"name":"probabilities"},"probability":{"dtype":"DT_FLOAT",` + shape + `,"name":"probability"}}}}}},` +
		`"model_spec":{"name":%q,"signature_name":"","version":"1"}}`
	size := func(n int) string { return fmt.Sprintf(`,{"size":"%d","name":""}`, n) }
	name := fmt.Sprintf(`,"name":{"dtype":"DT_STRING",`+shape+`,"name":"name"}`, "")
	for path, want := range map[string]string{
		"dga-lstm/metadata":           fmt.Sprintf(want, `"DT_INT64"`, size(75), name, "", size(3), "", "dga-lstm"),
		"dga-mlp/versions/1/metadata": fmt.Sprintf(want, `"DT_FLOAT"`, size(3), name, "", size(2), "", "dga-mlp"),
		"flow-lstm/metadata":          fmt.Sprintf(want, `"DT_INT64"`, size(76), "", "", size(3), "", "flow-lstm"),
	} {
		status, body := call(h, "GET", "/v1/models/"+path, "")
		if diff := cmp.Diff(want, body); status != 200 || diff != "" {
			t.Errorf("%s: %d %s", path, status, diff)
		}
	}
}

// The limits of the listener are told in the API's form.
func TestLimits(t *testing.T) {
	h := httpx.Wrap(handler(servetest.Engine(t, "dga-mlp")), httpx.Options{MaxRows: 2, MaxBody: 500})
	for _, tt := range []struct{ body, want string }{
		{`{"instances":["a.b","c.d","e.f"]}`, "instances: 3 rows, a request may have 2"},
		{`{"inputs":{"name":["a.b","c.d","e.f"]}}`, "inputs.name: 3 rows, a request may have 2"},
		{`{"inputs":{"input":[[1,2,3],[4,5,6],[7,8,9]]}}`, "inputs.input: 3 rows, a request may have 2"},
		{strings.Repeat(" ", 501), "the body is larger than 500 bytes"},
	} {
		status, body := call(h, "POST", "/v1/models/dga-mlp:predict", tt.body)
		if want := `{"error":"` + tt.want + `"}`; status != 413 || body != want {
			t.Errorf("%d %s, want %s", status, body, want)
		}
	}
}

func FuzzPredict(f *testing.F) {
	for _, s := range []string{
		`{"instances":["example.com",{"name":"a.b"},{"b64":"YS5i"}],"signature_name":"serving_default"}`,
		`{"instances":[[1,2,3],{"input":[1,NaN,3]}]}`,
		`{"inputs":{"name":["a.b"],"client":["10.0.0.1"],"time":[1.5]}}`,
		`{"inputs":{"input":[[1,2,3]]}}`,
		`{"inputs":[{"flow_duration":1,"source_ip":"10.0.0.1"}]}`,
	} {
		f.Add([]byte(s))
	}
	e := servetest.Engine(f, "dga-mlp", "exfil-mlp", "flow-lstm")
	h := handler(e)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, m := range e.Models() {
			status, text := call(h, "POST", "/v1/models/"+m.Name+":predict", string(body))
			if status != 200 && status != 400 || !json.Valid([]byte(text)) {
				t.Fatalf("%s: %d %q", m.Name, status, text)
			}
		}
	})
}
