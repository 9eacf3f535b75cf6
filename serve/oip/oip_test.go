package oip_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/oip"
	"threatnet/serve/servetest"
)

func handler(e *engine.Engine, o oip.Options) http.Handler {
	mux := http.NewServeMux()
	oip.Register(mux, e, o)
	return mux
}

// call sends a request and returns the status and the body.
func call(h http.Handler, method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

type output struct {
	Name, Datatype string
	Shape          []int
	Data           json.RawMessage
}

type response struct {
	Model      string `json:"model_name"`
	Version    string `json:"model_version"`
	ID         *string
	Parameters map[string]float64
	Outputs    []output
}

func infer(t *testing.T, h http.Handler, path, body string) response {
	t.Helper()
	status, text := call(h, "POST", path, body)
	var r response
	if err := json.Unmarshal([]byte(text), &r); err != nil || status != 200 {
		t.Fatalf("%s %.200s: status %d, %v: %s", path, body, status, err, text)
	}
	return r
}

func decode[T any](t *testing.T, o output) (data []T) {
	t.Helper()
	if err := json.Unmarshal(o.Data, &data); err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	return data
}

// sameAnswers compares all three outputs with what the engine says.
func sameAnswers(t *testing.T, r response, classes int, want []engine.Answer) {
	t.Helper()
	if len(r.Outputs) != 3 {
		t.Fatalf("%d outputs", len(r.Outputs))
	}
	var (
		labels = []string{}
		p, all = []float32{}, []float32{}
	)
	for _, a := range want {
		labels, p, all = append(labels, a.Label), append(p, float32(a.Probability)), append(all, a.Probabilities...)
	}
	n := len(want)
	for i, info := range []output{{"label", "BYTES", []int{n}, nil}, {"probability", "FP32", []int{n}, nil}, {"probabilities", "FP32", []int{n, classes}, nil}} {
		got := r.Outputs[i]
		got.Data = nil
		if diff := cmp.Diff(info, got); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(labels, decode[string](t, r.Outputs[0])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(p, decode[float32](t, r.Outputs[1])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all, decode[float32](t, r.Outputs[2])); diff != "" {
		t.Error(diff)
	}
}

func TestServer(t *testing.T) {
	ready := true
	h := handler(servetest.Engine(t, "dga-mlp"), oip.Options{Version: "1.2.3", Ready: func() bool { return ready }})
	empty := handler(engine.New(engine.Options{}), oip.Options{})
	for _, tt := range []struct {
		h            http.Handler
		ready        bool
		method, path string
		status       int
		body         string
	}{
		{h, true, "GET", "/v2", 200, `{"name":"threatnet","version":"1.2.3","extensions":[]}`},
		{h, true, "GET", "/v2/health/live", 200, `{"live":true}`},
		{h, false, "GET", "/v2/health/live", 200, `{"live":true}`},
		{h, true, "GET", "/v2/health/ready", 200, `{"live":true,"ready":true}`},
		{h, false, "GET", "/v2/health/ready", 503, `{"live":false,"ready":false}`},
		{empty, true, "GET", "/v2/health/ready", 503, `{"live":false,"ready":false}`},
		{h, true, "GET", "/v2/models/dga-mlp/ready", 200, `{"name":"dga-mlp","ready":true}`},
		{h, true, "GET", "/v2/models/dga-mlp/versions/1/ready", 200, `{"name":"dga-mlp","ready":true}`},
		{h, false, "GET", "/v2/models/dga-mlp/ready", 503, `{"name":"dga-mlp","ready":false}`},
		{h, true, "GET", "/v2/models/dga-mlp/versions/2/ready", 404, `{"error":"model: unknown model: dga-mlp has no version \"2\""}`},
		{h, true, "GET", "/v2/models/other/ready", 404, `{"error":"model: unknown model \"other\""}`},
		{h, true, "GET", "/v2/models/other", 404, `{"error":"model: unknown model \"other\""}`},
		{h, true, "POST", "/v2/models/dga-mlp/versions/one/infer", 404, `{"error":"model: unknown model: dga-mlp has no version \"one\""}`},
		{h, true, "POST", "/v2/health/live", 405, `{"error":"POST is not allowed here: use GET"}`},
		{h, true, "GET", "/v2/models/dga-mlp/infer", 405, `{"error":"GET is not allowed here: use POST"}`},
		{h, true, "GET", "/v2/repository/index", 404, `{"error":"there is nothing at \"/v2/repository/index\""}`},
		{h, true, "HEAD", "/v2/health/live", 200, `{"live":true}`},
	} {
		ready = tt.ready
		status, body := call(tt.h, tt.method, tt.path, "")
		if body = strings.TrimSpace(body); status != tt.status || body != tt.body {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, status, body, tt.status, tt.body)
		}
	}
}

func TestModelMetadata(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-lstm", "exfil-mlp", "flow-lstm"), oip.Options{})
	type tensor struct {
		Name, Datatype string
		Shape          []int
	}
	type metadata struct {
		Name, Platform  string
		Versions        []string
		Inputs, Outputs []tensor
	}
	read := func(path string) (m metadata) {
		status, body := call(h, "GET", path, "")
		if err := json.Unmarshal([]byte(body), &m); err != nil || status != 200 {
			t.Fatalf("%s: %d %s", path, status, body)
		}
		return m
	}
	outputs := func(classes int) []tensor {
		return []tensor{{"label", "BYTES", []int{-1}}, {"probability", "FP32", []int{-1}}, {"probabilities", "FP32", []int{-1, classes}}}
	}
	want := metadata{"dga-lstm", "threatnet_safetensors", []string{"1"}, []tensor{{"name", "BYTES", []int{-1}}, {"input", "INT64", []int{-1, 75}}}, outputs(3)}
	for _, path := range []string{"/v2/models/dga-lstm", "/v2/models/dga-lstm/versions/1"} {
		if diff := cmp.Diff(want, read(path)); diff != "" {
			t.Error(diff)
		}
	}
	want = metadata{"exfil-mlp", "threatnet_safetensors", []string{"1"}, []tensor{
		{"name", "BYTES", []int{-1}}, {"client", "BYTES", []int{-1}}, {"time", "FP64", []int{-1}}, {"type", "BYTES", []int{-1}}, {"input", "FP32", []int{-1, 107}},
	}, outputs(2)}
	if diff := cmp.Diff(want, read("/v2/models/exfil-mlp")); diff != "" {
		t.Error(diff)
	}
	flows := read("/v2/models/flow-lstm")
	if n := len(flows.Inputs); n != datasets.NumFlowFeatures+6 || flows.Inputs[0].Name != "flow_duration" || flows.Inputs[n-1].Name != "input" {
		t.Errorf("%d inputs of flows: %v", n, flows.Inputs)
	}
}

// Names flat, nested, and in a column; the second model, another version of the path, ids and chosen outputs.
func TestInferNames(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "dga-mlp")
	h := handler(e, oip.Options{})
	names := []string{"example.com", "qx7vz0k1.example", "Bücher.example"}
	for _, name := range []string{"dga-lstm", "dga-mlp"} {
		m := servetest.Loaded(t, e, name)
		want, err := m.JudgeNames(t.Context(), names)
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range []string{
			`"shape":[3],"data":["example.com","qx7vz0k1.example","Bücher.example"]`,
			`"shape":[3,1],"data":["example.com","qx7vz0k1.example","B\u00fccher.example"]`,
			`"shape":[3,1],"data":[["example.com"],["qx7vz0k1.example"],["Bücher.example"]],"parameters":{"content_type":"str","x":1}`,
		} {
			r := infer(t, h, "/v2/models/"+name+"/infer", `{"id":"42 \"é","parameters":{"other":true},"unknown":{},"inputs":[{"name":"name","datatype":"BYTES",`+tensor+`}]}`)
			if r.Model != name || r.Version != "1" || r.ID == nil || *r.ID != `42 "é` || r.Parameters["threshold"] != m.Threshold {
				t.Errorf("%+v", r)
			}
			sameAnswers(t, r, len(m.Classes()), want)
		}
		r := infer(t, h, "/v2/models/"+name+"/versions/1/infer", `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1],"data":["example.com"]}],
			"outputs":[{"name":"probability","parameters":{"binary_data":false}},{"name":"label"}]}`)
		if len(r.Outputs) != 2 || r.Outputs[0].Name != "probability" || r.Outputs[1].Name != "label" || r.ID != nil {
			t.Errorf("%+v", r)
		}
	}
}

// rows writes encoded rows as flat and as nested data.
func rows[T float32 | int32](values []T, cols int) (flat, nested string) {
	var lines []string
	for i := 0; i < len(values); i += cols {
		text, _ := json.Marshal(values[i : i+cols])
		lines = append(lines, string(text))
	}
	all, _ := json.Marshal(values)
	return string(all), "[" + strings.Join(lines, ",") + "]"
}

func TestInferRows(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm")
	h := handler(e, oip.Options{})
	for _, tt := range []struct {
		model     string
		datatypes []string
	}{
		{"dga-lstm", []string{"INT64", "INT32", "UINT8", "FP32", "FP64"}},
		{"flow-lstm", []string{"INT64"}},
		{"dga-mlp", []string{"FP32", "FP64"}},
		{"exfil-mlp", []string{"FP32"}},
	} {
		m := servetest.Loaded(t, e, tt.model)
		cols, isTokens := m.Inputs()
		var (
			tokens       []int32
			values       []float32
			flat, nested string
		)
		for i := range 3 * cols {
			if isTokens {
				tokens = append(tokens, int32(i*i%7)) // padding between characters too
			} else {
				values = append(values, float32(i%5)/3-0.5)
			}
		}
		if flat, nested = rows(values, cols); isTokens {
			flat, nested = rows(tokens, cols)
		}
		want, err := m.JudgeRows(t.Context(), 3, tokens, values)
		if err != nil {
			t.Fatal(err)
		}
		for _, datatype := range tt.datatypes {
			for _, data := range []string{flat, nested} {
				r := infer(t, h, "/v2/models/"+tt.model+"/infer", fmt.Sprintf(`{"inputs":[{"name":"input","datatype":%q,"shape":[3,%d],"data":%s}]}`, datatype, cols, data))
				sameAnswers(t, r, len(m.Classes()), want)
			}
		}
		r := infer(t, h, "/v2/models/"+tt.model+"/infer", fmt.Sprintf(`{"inputs":[{"name":"input","datatype":"INT64","shape":[0,%d],"data":[]}]}`, cols))
		sameAnswers(t, r, len(m.Classes()), nil)
	}
}

func TestInferQueriesAndFlows(t *testing.T) {
	e := servetest.Engine(t, "exfil-mlp", "flow-lstm")
	h := handler(e, oip.Options{})
	m := servetest.Loaded(t, e, "exfil-mlp")
	qs := []datasets.Query{{Name: "a.example.com", Client: "10.0.0.1", Type: "TXT"}, {Name: "bb.example.com", Client: "10.0.0.1", Type: "TXT"}}
	want, err := m.JudgeQueries(t.Context(), qs)
	if err != nil {
		t.Fatal(err)
	}
	r := infer(t, h, "/v2/models/exfil-mlp/infer", `{"inputs":[
		{"name":"name","datatype":"BYTES","shape":[2],"data":["a.example.com","bb.example.com"]},
		{"name":"type","datatype":"BYTES","shape":[2,1],"data":["TXT","TXT"]},
		{"name":"client","datatype":"BYTES","shape":[2],"data":["10.0.0.1","10.0.0.1"]}]}`)
	sameAnswers(t, r, 2, want)
	for _, times := range []string{`"FP64","shape":[2],"data":[1700000000,1700000001.5]`, `"BYTES","shape":[2],"data":["2023-11-14T22:13:20Z","2023-11-14T22:13:21Z"]`} {
		r = infer(t, h, "/v2/models/exfil-mlp/infer", `{"inputs":[{"name":"name","datatype":"BYTES","shape":[2],"data":["a.example.com","bb.example.com"]},{"name":"time","datatype":`+times+`}]}`)
		if len(r.Outputs) != 3 {
			t.Errorf("%+v", r)
		}
	}

	flows := make([]datasets.Flow, 2)
	var tensors []string
	fields := []map[string]any{servetest.FlowFields(1), servetest.FlowFields(2)}
	for i := range flows {
		flows[i].Values = make([]float32, datasets.NumFlowFeatures)
	}
	for j, name := range datasets.FlowFeatures() {
		for i := range flows {
			flows[i].Values[j] = float32(fields[i][name].(float64))
		}
		tensors = append(tensors, fmt.Sprintf(`{"name":%q,"datatype":"FP32","shape":[2],"data":[%v,%v]}`, name, fields[0][name], fields[1][name]))
	}
	m = servetest.Loaded(t, e, "flow-lstm")
	if want, err = m.JudgeFlows(t.Context(), flows); err != nil {
		t.Fatal(err)
	}
	r = infer(t, h, "/v2/models/flow-lstm/infer", `{"inputs":[`+strings.Join(tensors, ",")+`,{"name":"source_ip","datatype":"BYTES","shape":[2],"data":["10.0.0.1","10.0.0.2"]}]}`)
	sameAnswers(t, r, len(m.Classes()), want)
}

func TestInferRefuses(t *testing.T) {
	e := servetest.Engine(t, "dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm")
	h := handler(e, oip.Options{})
	tensor := func(name, datatype, shape, data string) string {
		return `{"inputs":[{"name":"` + name + `","datatype":"` + datatype + `","shape":` + shape + `,"data":` + data + `}]}`
	}
	const name = `{"name":"name","datatype":"BYTES","shape":[1],"data":["example.com"]}`
	for _, tt := range []struct{ model, body, want string }{
		{"dga-mlp", ``, "the document ends where a value should be (line 1, column 1)"},
		{"dga-mlp", `[]`, "the body must be a JSON object, not a list"},
		{"dga-mlp", `{}`, "inputs: is missing"},
		{"dga-mlp", `{"inputs":{}}`, "inputs: must be a list of tensors, not an object"},
		{"dga-mlp", `{"inputs":[]}`, "inputs: is empty"},
		{"dga-mlp", `{"inputs":[7]}`, "inputs[0]: must be a tensor, an object, not a number"},
		{"dga-mlp", `{"inputs":[{}]}`, "inputs[0].name: is missing"},
		{"dga-mlp", `{"inputs":[{"name":"name","shape":[1],"data":["a.b"]}]}`, "inputs[0].datatype: is missing"},
		{"dga-mlp", `{"inputs":[{"name":"name","datatype":"BYTES","data":["a.b"]}]}`, "inputs[0].shape: is missing"},
		{"dga-mlp", `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1]}]}`, "inputs[0].data: is missing"},
		{"dga-mlp", `{"inputs":[{"name":1,"datatype":"BYTES","shape":[1],"data":[]}]}`, "inputs[0].name: must be a string, not a number"},
		{"dga-mlp", `{"inputs":[` + name + `,` + name + `]}`, `inputs[1].name: "name" stands there twice`},
		{"dga-mlp", `{"inputs":[` + strings.Repeat(name+",", 300) + name + `]}`, `inputs[1].name: "name" stands there twice`},
		{"dga-mlp", `{"id":7,"inputs":[` + name + `]}`, "id: must be a string, not a number"},
		{"dga-mlp", `{"inputs":[` + name + `],"inputs":[]}`, "inputs: the object has this field twice (line 1, column 83)"},
		{"dga-mlp", `{"parameters":[],"inputs":[` + name + `]}`, "parameters: must be an object, not a list"},
		{"dga-mlp", `{"parameters":{"a":{}},"inputs":[` + name + `]}`, "parameters.a: must be a string, a number or a boolean, not an object"},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":{}}`, "outputs: must be a list, not an object"},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":["label"]}`, `outputs[0]: must be an object with a "name", not a string`},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":[{}]}`, "outputs[0].name: is missing"},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":[{"name":"score"}]}`, `outputs[0].name: "score" is no output of the model, which has ["label" "probability" "probabilities"]`},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":[{"name":"label"},{"name":"label"}]}`, `outputs[1].name: "label" stands there twice`},

		// the binary form and other extensions
		{"dga-mlp", `{"parameters":{"binary_data_output":true},"inputs":[` + name + `]}`, "parameters.binary_data_output: tensors in binary form are not supported: send and ask for them as JSON data"},
		{"dga-mlp", `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":12}}]}`, "inputs[0].parameters.binary_data_size: tensors in binary form are not supported: send and ask for them as JSON data"},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":[{"name":"label","parameters":{"binary_data":true}}]}`, "outputs[0].parameters.binary_data: tensors in binary form are not supported: send and ask for them as JSON data"},
		{"dga-mlp", `{"inputs":[` + name + `],"outputs":[{"name":"label","parameters":{"classification":2}}]}`, `outputs[0].parameters.classification: the classification of outputs is not supported: "label" has the class`},
		{"dga-mlp", `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1],"data":["YQ=="],"parameters":{"content_type":"base64"}}]}`, "inputs[0].parameters.content_type: base64 is not supported: BYTES are JSON strings"},

		// datatypes
		{"dga-mlp", tensor("name", "STRING", "[1]", `["a.b"]`), `inputs[0].datatype: "STRING" is no datatype`},
		{"dga-mlp", tensor("name", "FP32", "[1]", `[1]`), `inputs[0].datatype: the model takes "name" as BYTES, not as FP32`},
		{"dga-mlp", tensor("name", "BOOL", "[1]", `[true]`), `inputs[0].datatype: the model takes "name" as BYTES, not as BOOL`},
		{"dga-mlp", tensor("name", "BYTES", "[2]", `["a.b",1]`), "inputs[0].data[1]: must be a string, as BYTES says, not a number"},
		{"dga-mlp", tensor("name", "BYTES", "[1]", `[null]`), "inputs[0].data[0]: must be a string, as BYTES says, not null"},
		{"dga-mlp", tensor("input", "BYTES", "[1,3]", `["1","2","3"]`), `inputs[0].datatype: the model takes "input" as FP32, not as BYTES`},
		{"dga-lstm", tensor("input", "BOOL", "[1,75]", `[]`), "inputs[0].data: has 0 elements, shape [1 75] has 75"},
		{"dga-lstm", tensor("input", "BOOL", "[0,75]", `[]`), `inputs[0].datatype: the model takes "input" as INT64, not as BOOL`},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[1,"2",3]`), "inputs[0].data[1]: must be a number, as FP32 says, not a string"},
		{"dga-mlp", tensor("input", "FP32", "[2,3]", `[[1,2,3],[1,true,3]]`), "inputs[0].data[1][1]: must be a number, as FP32 says, not a boolean"},
		{"dga-mlp", tensor("input", "INT32", "[1,3]", `[1,2.5,3]`), "inputs[0].data[1]: is no INT32"},
		{"dga-mlp", tensor("input", "UINT8", "[1,3]", `[1,2,256]`), "inputs[0].data[2]: is no UINT8"},
		{"dga-mlp", tensor("input", "UINT64", "[1,3]", `[-1,2,3]`), "inputs[0].data[0]: is no UINT64"},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[1,2,1e39]`), "inputs[0].data[2]: 1e39 is no finite number of single precision"},
		{"dga-mlp", tensor("input", "FP64", "[1,3]", `[1,2,1e999]`), "inputs[0].data[2]: 1e999 is no finite number of single precision"},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[1,2,NaN]`), "inputs[0].data[2]: NaN is no JSON number (line 1, column 72)"},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[1e38,-1e38,3e38]`), "inputs[0].data[0]: the numbers are too large: the network's answer is no number"},
		{"dga-lstm", tensor("input", "INT64", "[1,75]", "["+strings.Repeat("0,", 74)+"99999]"), "inputs[0].data[74]: token id 99999: want 0 to 38"},
		{"dga-lstm", tensor("input", "INT64", "[2,75]", "[["+strings.Repeat("0,", 74)+"0],["+strings.Repeat("0,", 74)+"-1]]"), "inputs[0].data[1][74]: token id -1: want 0 to 38"},
		{"dga-lstm", tensor("input", "INT64", "[1,75]", "["+strings.Repeat("0,", 74)+"4294967296]"), "inputs[0].data[74]: 4294967296 is no token id"},
		{"dga-lstm", tensor("input", "FP32", "[1,75]", "["+strings.Repeat("0,", 74)+"1.5]"), "inputs[0].data[74]: 1.5 is no token id"},

		// shapes
		{"dga-mlp", tensor("name", "BYTES", "3", `["a.b"]`), "inputs[0].shape: must be a list of integers, not a number"},
		{"dga-mlp", tensor("name", "BYTES", "[]", `["a.b"]`), "inputs[0].shape: has 0 dimensions: want 1 to 8"},
		{"dga-mlp", tensor("name", "BYTES", "[1,1,1,1,1,1,1,1,1]", `["a.b"]`), "inputs[0].shape: has 9 dimensions: want 1 to 8"},
		{"dga-mlp", tensor("name", "BYTES", "[1,1,1]", `["a.b"]`), `inputs[0].shape: the model takes "name" as [n] or [n, 1], not as [1 1 1]`},
		{"dga-mlp", tensor("name", "BYTES", "[1.5]", `["a.b"]`), "inputs[0].shape[0]: 1.5 is no size"},
		{"dga-mlp", tensor("name", "BYTES", "[-1]", `["a.b"]`), "inputs[0].shape[0]: -1 is no size"},
		{"dga-mlp", tensor("name", "BYTES", `["1"]`, `["a.b"]`), "inputs[0].shape[0]: must be an integer, not a string"},
		{"dga-mlp", tensor("name", "BYTES", "[2]", `["a.b"]`), "inputs[0].data: has 1 elements, the shape says 2"},
		{"dga-mlp", tensor("name", "BYTES", "[1]", `["a.b","c.d"]`), "inputs[0].data: has 2 elements, the shape says 1"},
		{"dga-mlp", tensor("name", "BYTES", "[1]", `"a.b"`), "inputs[0].data: must be a list, not a string"},
		{"dga-mlp", tensor("name", "BYTES", "[1,2]", `["a.b","c.d"]`), `inputs[0].shape: the model takes "name" as [n] or [n, 1], not as [1 2]`},
		{"dga-mlp", tensor("name", "BYTES", "[99999999999999]", `["a.b"]`), "inputs[0].data: has 1 elements, the shape says 99999999999999"},
		{"dga-mlp", tensor("input", "FP32", "[4000000000,4000000000]", `[1]`), "inputs[0].data: has 1 elements, shape [4000000000 4000000000] has more than any request can have"},
		{"dga-mlp", tensor("input", "FP32", "[9223372036854775807,9223372036854775807,2]", `[1]`), "inputs[0].data: has 1 elements, shape [9223372036854775807 9223372036854775807 2] has more than any request can have"},
		{"dga-mlp", tensor("input", "FP32", "[9223372036854775808]", `[1]`), "inputs[0].shape[0]: 9223372036854775808 is no size"},
		{"dga-mlp", tensor("input", "FP32", "[2,3]", `[1,2,3,4,5]`), "inputs[0].data: has 5 elements, shape [2 3] has 6"},
		{"dga-mlp", tensor("input", "FP32", "[2,3]", `[[1,2,3],[4,5]]`), "inputs[0].data[1]: has 2 elements, the shape says 3"},
		{"dga-mlp", tensor("input", "FP32", "[2,3]", `[[1,2,3],4]`), "inputs[0].data[1]: must be a list of 3, as the shape says, not a number"},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[1,[2],3]`), "inputs[0].data[1]: must be a number, as FP32 says, not a list"},
		{"dga-mlp", tensor("input", "FP32", "[1,3]", `[[1,[2],3]]`), "inputs[0].data[0][1]: must be a number, as FP32 says, not a list"},
		{"dga-mlp", tensor("input", "FP32", "[3]", `[1,2,3]`), `inputs[0].shape: the model takes "input" as [n, 3], not as [3]`},
		{"dga-mlp", tensor("input", "FP32", "[1,4]", `[1,2,3,4]`), `inputs[0].shape: the model takes "input" as [n, 3], not as [1 4]`},
		{"dga-mlp", tensor("input", "FP32", "[4000000000,0]", `[]`), `inputs[0].shape: the model takes "input" as [n, 3], not as [4000000000 0]`},
		{"dga-mlp", strings.Repeat("[", 100000), strings.Repeat("[0]", 32) + ": nested too deeply"},
		{"dga-mlp", `{"inputs":` + strings.Repeat("[", 100000), strings.Repeat("[0]", 31) + ": nested too deeply"},

		// records
		{"dga-mlp", tensor("names", "BYTES", "[1]", `["a.b"]`), `inputs[0].name: the model has no input "names": see its metadata`},
		{"dga-mlp", `{"inputs":[` + name + `,{"name":"input","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}`, "inputs[1].name: encoded rows cannot be in one request with records"},
		{"dga-mlp", tensor("name", "BYTES", "[2]", `["a.b","`+strings.Repeat("x", 100_000)+`"]`), "inputs[0].data[1]: "},
		{"dga-mlp", tensor("name", "BYTES", "[1,1]", `[[""]]`), "inputs[0].data[0]: "},
		{"dga-mlp", tensor("name", "BYTES", "[1]", "[\"a\xff\"]"), "inputs[0].data[0]: invalid UTF-8 (line 1, column 68)"},
		{"exfil-mlp", tensor("client", "BYTES", "[1]", `["10.0.0.1"]`), `inputs: the tensor "name" is missing`},
		{"exfil-mlp", `{"inputs":[` + name + `,{"name":"client","datatype":"BYTES","shape":[2],"data":["a","b"]}]}`, "inputs[1].data: has 2 elements, inputs[0].data has 1"},
		{"exfil-mlp", `{"inputs":[` + name + `,{"name":"time","datatype":"BYTES","shape":[1],"data":["never"]}]}`, "inputs[1].data[0]: want seconds since 1970"},
		{"exfil-mlp", `{"inputs":[` + name + `,{"name":"client","datatype":"INT32","shape":[1],"data":[1]}]}`, `inputs[1].datatype: the model takes "client" as BYTES, not as INT32`},
		{"flow-lstm", tensor("name", "BYTES", "[1]", `["a.b"]`), `inputs[0].name: the model has no input "name": see its metadata`},
		{"flow-lstm", tensor("flow_duration", "FP32", "[1]", `[1]`), "inputs[0].data[0].total_fwd_packets: missing: "},
	} {
		status, body := call(h, "POST", "/v2/models/"+tt.model+"/infer", tt.body)
		var refused struct{ Error string }
		if err := json.Unmarshal([]byte(body), &refused); err != nil || status != 400 || !strings.Contains(refused.Error, tt.want) || refused.Error == "" {
			t.Errorf("%s %.120s:\n%d %.300s\nwant %s", tt.model, tt.body, status, body, tt.want)
		}
		if len(body) > 1000 {
			t.Errorf("%.100s: an answer of %d bytes", tt.body, len(body))
		}
	}
}

func TestBinaryHeader(t *testing.T) {
	h := handler(servetest.Engine(t, "dga-mlp"), oip.Options{})
	for header, value := range map[string]string{"Inference-Header-Content-Length": "80", "Content-Type": "application/octet-stream"} {
		r := httptest.NewRequest("POST", "/v2/models/dga-mlp/infer", strings.NewReader(`{"inputs":[]}`))
		r.Header.Set(header, value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if want := `{"error":"Inference-Header-Content-Length: tensors in binary form are not supported: send and ask for them as JSON data"}`; w.Code != 400 || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// Names of models as they may be in a path.
func TestModelNames(t *testing.T) {
	h := handler(servetest.Engine(t, "a:b=dga-mlp", "ready=dga-mlp", "x y%=dga-mlp"), oip.Options{})
	body := `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1],"data":["example.com"]}]}`
	for path, name := range map[string]string{"a:b": "a:b", "a%3Ab": "a:b", "ready": "ready", "x%20y%25": "x y%"} {
		if r := infer(t, h, "/v2/models/"+path+"/infer", body); r.Model != name {
			t.Errorf("%s: %+v", path, r)
		}
	}
	if status, text := call(h, "POST", "/v2/models/a%2Fb/infer", body); status != 404 || !strings.Contains(text, `unknown model \"a/b\"`) {
		t.Errorf("%d %s", status, text)
	}
}

// A version that came after another is the one that answers, and the one before it can still be asked.
func TestVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	servetest.Save(t, path, servetest.Model(t, "dga-mlp"))
	e := engine.New(engine.Options{})
	h := handler(e, oip.Options{})
	if err := e.Load(path); err != nil {
		t.Fatal(err)
	}
	servetest.Save(t, path, servetest.Model(t, "dga-lstm"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime().Add(1e9)); err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	body := `{"inputs":[{"name":"name","datatype":"BYTES","shape":[1],"data":["example.com"]}]}`
	for version, want := range map[string]string{"": "2", "/versions/1": "1", "/versions/2": "2"} {
		if r := infer(t, h, "/v2/models/m"+version+"/infer", body); r.Version != want {
			t.Errorf("%q: %+v", version, r)
		}
	}
	if _, text := call(h, "GET", "/v2/models/m", ""); !strings.Contains(text, `"versions":["2","1"]`) {
		t.Error(text)
	}
}

// The limits of the listener are told in the protocol's form.
func TestLimits(t *testing.T) {
	h := httpx.Wrap(handler(servetest.Engine(t, "dga-mlp"), oip.Options{}), httpx.Options{MaxRows: 2, MaxBody: 500})
	for _, tt := range []struct{ body, want string }{
		{`{"inputs":[{"name":"name","datatype":"BYTES","shape":[3],"data":["a.b","c.d","e.f"]}]}`, "inputs[0].data: 3 rows, a request may have 2"},
		{`{"inputs":[{"name":"input","datatype":"FP32","shape":[3,3],"data":[1,2,3,4,5,6,7,8,9]}]}`, "inputs[0].data[0]: 3 rows, a request may have 2"},
		{strings.Repeat(" ", 501), "the body is larger than 500 bytes"},
	} {
		status, body := call(h, "POST", "/v2/models/dga-mlp/infer", tt.body)
		if want := `{"error":"` + tt.want + `"}`; status != 413 || strings.TrimSpace(body) != want {
			t.Errorf("%d %s, want %s", status, body, want)
		}
	}
}

func FuzzInfer(f *testing.F) {
	for _, s := range []string{
		`{"id":"1","inputs":[{"name":"name","datatype":"BYTES","shape":[2],"data":["example.com","a.b"]}],"outputs":[{"name":"label"}]}`,
		`{"inputs":[{"name":"input","datatype":"FP32","shape":[2,3],"data":[[1,2,3],[4,5,6]]}]}`,
		`{"inputs":[{"name":"input","datatype":"INT64","shape":[1,3],"data":[1,2,3],"parameters":{"a":1}}],"parameters":{"b":"c"}}`,
		`{"inputs":[{"name":"name","datatype":"BYTES","shape":[1,1],"data":[["a.b"]]},{"name":"client","datatype":"BYTES","shape":[1],"data":["c"]},{"name":"time","datatype":"FP64","shape":[1],"data":[1.5]}]}`,
		`{"inputs":[{"name":"input","datatype":"FP32","shape":[9223372036854775807,3],"data":[]}]}`,
		`{"inputs":[{"name":"flow_duration","datatype":"FP32","shape":[0],"data":[]}]}`,
	} {
		f.Add([]byte(s))
	}
	e := servetest.Engine(f, "dga-mlp", "dga-lstm", "exfil-mlp", "flow-lstm")
	h := handler(e, oip.Options{})
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, m := range e.Models() {
			status, text := call(h, "POST", "/v2/models/"+m.Name+"/infer", string(body))
			if status != 200 && status != 400 || !json.Valid([]byte(text)) {
				t.Fatalf("%s: %d %q", m.Name, status, text)
			}
		}
	})
}
