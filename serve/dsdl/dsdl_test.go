package dsdl

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgamlp"
	"threatnet/models/exfilmlp"
	"threatnet/models/flowlstm"
	"threatnet/models/queryfeatures"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// fake is a trainer that writes an untrained model, or fails, and remembers its jobs and their rows.
type fake struct {
	t     *testing.T
	model func(path string, job Job) models.Model
	err   error
	jobs  []Job
	rows  []string
}

func (f *fake) Train(_ context.Context, job Job) (Result, error) {
	text, err := os.ReadFile(job.CSV)
	if err != nil {
		f.t.Error(err)
	}
	f.jobs, f.rows = append(f.jobs, job), append(f.rows, string(text))
	if f.err != nil {
		return Result{}, f.err
	}
	save(f.t, job.Out, f.model(job.CSV, job))
	return Result{Message: "trained by nobody"}, nil
}

func save(t *testing.T, path string, m models.Model) {
	t.Helper()
	file, err := models.Checkpoint(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.Save(path, file); err != nil {
		t.Fatal(err)
	}
}

// namesModel is an untrained dga-mlp for the names of a file.
func namesModel(t *testing.T) func(string, Job) models.Model {
	return func(path string, job Job) models.Model {
		ss, _, err := source.Expand("csv:"+path, source.Options{Label: job.LabelColumn, NameColumn: job.NameColumn})
		if err != nil {
			t.Fatal(err)
		}
		set, _, err := datasets.Collect(t.Context(), datasets.CollectOptions{}, ss[0].Input())
		if err != nil {
			t.Fatal(err)
		}
		m, err := dgamlp.Fit(set, models.Options{Binary: true, Form: datasets.Label})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// weighing is a model of the notebook's features whose logit is their weighted sum.
func weighing(t *testing.T, weights map[string]float32) models.Model {
	t.Helper()
	l := exfilmlp.Linear{In: 98, Out: 1, Kernel: make([]float32, 98), Bias: []float32{0}}
	for i, name := range queryfeatures.Names(queryfeatures.Notebook98) {
		l.Kernel[i] = weights[name]
	}
	m, err := exfilmlp.Import([]exfilmlp.Linear{l})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// container is a handler with what belongs to it.
type container struct {
	t       *testing.T
	dir     string
	engine  *engine.Engine
	trainer *fake
	handler http.Handler
}

const token = "s3cr3t"

func tokens(t testing.TB, token string) *httpx.Tokens {
	t.Helper()
	if token == "" {
		return nil
	}
	set, err := httpx.NewTokens([]string{"another", token})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func newContainer(t *testing.T, dir string, model func(string, Job) models.Model) *container {
	t.Helper()
	c := &container{t: t, dir: dir, engine: engine.New(engine.Options{}), trainer: &fake{t: t, model: model}}
	c.handler = New(c.engine, c.trainer, Options{Dir: dir, Tokens: tokens(t, token), Version: "1.2.3"})
	return c
}

// call sends a request and gives the answer's body.
func (c *container) call(method, path, body string) (int, []byte) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// search sends rows to /fit or /apply as the app does.
func (c *container) search(path string, s search, rows string) (answer response) {
	c.t.Helper()
	status, body := c.call(http.MethodPost, path, s.body(c.t, rows))
	if status != http.StatusOK {
		c.t.Fatalf("%s: status %d: %s", path, status, body)
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		c.t.Fatalf("%s: %v", body, err)
	}
	if (answer.Results != nil) != (answer.Status == "success") {
		c.t.Errorf("results do not go with status %s", answer.Status)
	}
	return answer
}

// results are the rows of a successful answer, the header first.
func (c *container) results(path string, s search, rows string) [][]string {
	c.t.Helper()
	answer := c.search(path, s, rows)
	if answer.Status != "success" {
		c.t.Fatalf("%s: %s: %s", path, answer.Status, answer.Message)
	}
	all, err := csv.NewReader(strings.NewReader(*answer.Results)).ReadAll()
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// search is what a search command says.
type search struct {
	params   map[string]string
	target   []string
	features []string
	model    string
}

// body is the request of the app, with all that it sends.
func (s search) body(t *testing.T, rows string) string {
	t.Helper()
	options := map[string]any{
		"params": s.params, "args": append(append([]string{}, s.target...), s.features...), "feature_variables": s.features,
		"model_name": s.model, "algo_name": "MLTKContainer", "kfold_cv": nil,
		"mlspl_limits": map[string]any{"max_inputs": "100000", "use_sampling": true, "max_fit_time": 600},
	}
	meta := map[string]any{"options": options, "feature_variables": s.features}
	if s.target != nil {
		options["target_variable"], meta["target_variables"] = s.target, s.target
	}
	body, err := json.Marshal(map[string]any{"data": rows, "meta": meta})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var dga = search{
	params: map[string]string{"algo": `"dga_mlp"`, "epochs": `"3"`}, target: []string{"family"}, features: []string{"domain"}, model: "mine",
}

const dgaRows = "family,domain\n" +
	"benign,wikipedia.org\nconficker,xkjqhvbn.info\nbenign,\"github.com\n gitlab.com\"\nconficker,\nconficker,\"#qzxv,w.com\"\nconficker,qzxvw.com\nbenign,wikipedia.org\n"

func TestFitApplySummary(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "models")
	c := newContainer(t, dir, namesModel(t))
	if got := c.summary(http.MethodGet, "/"); got["model"] != "no model exists" || got["token"] != "valid" || got["version"] != "1.2.3" {
		t.Errorf("summary before a model: %v", got)
	}
	fitted := c.results("/fit", dga, dgaRows)

	want := [][]string{
		{"family", "domain", "pred_dga_proba", "pred_dga_label", "pred_dga_verdict"},
		{"benign", "wikipedia.org"},
		{"conficker", "xkjqhvbn.info"},
		{"benign", "github.com\n gitlab.com"},
		{"conficker", "", "", "", ""},
		{"conficker", "#qzxv,w.com", "", "", ""}, // no name
		{"conficker", "qzxvw.com"},
		{"benign", "wikipedia.org"},
	}
	if len(fitted) != len(want) {
		t.Fatalf("%d rows: %v", len(fitted), fitted)
	}
	for i, row := range fitted {
		if diff := cmp.Diff(want[i], row[:len(want[i])]); diff != "" {
			t.Errorf("row %d: %s", i, diff)
		}
		if len(want[i]) == 2 && (row[2] == "" || row[3] == "" || row[4] == "") {
			t.Errorf("row %d is not judged: %v", i, row)
		}
	}
	if diff := cmp.Diff(fitted[1][2:], fitted[7][2:]); diff != "" {
		t.Errorf("equal names, other verdicts: %s", diff)
	}

	job := c.trainer.jobs[0]
	wantJob := Job{
		Kind: "dga-mlp", Algo: "dga_mlp", Records: source.Names, Options: map[string]string{"epochs": "3"}, CSV: job.CSV,
		LabelColumn: "family", NameColumn: "domain", FeatureColumns: []string{"domain"}, Out: job.Out,
	}
	if diff := cmp.Diff(wantJob, job); diff != "" {
		t.Error(diff)
	}
	if names := list(t, dir); !cmp.Equal(names, []string{"dga_mlp_mine.safetensors"}) {
		t.Errorf("the folder holds %q", names)
	}

	// A server that is started anew finds the model on disk; what it says does not depend on the other rows.
	again := newContainer(t, dir, nil)
	dga := dga
	dga.params = map[string]string{"algo": "dga_mlp", "mode": "stage"}
	applied := again.results("/apply", dga, "domain\nqzxvw.com\nwikipedia.org\n")
	if diff := cmp.Diff([][]string{fitted[0][1:], fitted[6][1:], fitted[1][1:]}, applied); diff != "" {
		t.Error(diff)
	}
	// Columns that are there already give way.
	if twice := again.results("/apply", dga, "pred_dga_label,domain\nx,qzxvw.com\n"); !cmp.Equal(applied[:2], twice) {
		t.Errorf("applied twice: %v", twice)
	}
	if none := again.results("/apply", dga, "domain\n"); !cmp.Equal(applied[:1], none) {
		t.Errorf("no rows: %v", none)
	}

	for _, got := range []map[string]any{again.summary(http.MethodGet, "/summary"), again.summary(http.MethodPost, "/summary"), again.summary(http.MethodGet, "/")} {
		of, _ := got["model_summary"].(map[string]any)
		if got["model"] != "dga_mlp_mine" || of["model"] != "dga-mlp" || !cmp.Equal(of["labels"], []any{"benign", "dga"}) {
			t.Errorf("summary: %v", got)
		}
	}

	// Another fit of the same name is a new version, which apply takes.
	c.results("/fit", dga2(dga), dgaRows)
	if m, err := c.engine.Model("dga_mlp_mine", ""); err != nil || m.Version < 1 {
		t.Errorf("the model after the second fit: %v, %v", m, err)
	}
}

func dga2(s search) search {
	s.params = map[string]string{"algo": "dga_mlp"}
	return s
}

// summary decodes the string in which the summary stands.
func (c *container) summary(method, path string) (got map[string]any) {
	c.t.Helper()
	status, body := c.call(method, path, "")
	var text string
	if err := json.Unmarshal(body, &text); err != nil || status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		c.t.Fatal(err)
	}
	return got
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestToken(t *testing.T) {
	e := engine.New(engine.Options{})
	for _, test := range []struct {
		token   string
		headers []string
		detail  string // "": let in
	}{
		{token, nil, "No header with token"},
		{token, []string{""}, "Invalid token"},
		{token, []string{"Bearer "}, "Invalid token"},
		{token, []string{"Bearer " + token + "x"}, "Invalid token"},
		{token, []string{"Basic " + token}, "Invalid token"},
		{token, []string{token, token}, "Invalid token"},
		{token, []string{token}, ""},
		{token, []string{"Bearer " + token}, ""},
		{token, []string{"Splunk " + token}, ""},
		{token, []string{"bearer  " + token}, ""},
		{"Bearer x", []string{"Bearer x"}, ""},
		{"", nil, "No header with token"},
		{"", []string{""}, "No token setup"},
		{"", []string{"Bearer "}, "No token setup"},
	} {
		h := New(e, nil, Options{Dir: t.TempDir(), Tokens: tokens(t, test.token)})
		for _, to := range [][2]string{{"GET", "/"}, {"GET", "/summary"}, {"POST", "/fit"}, {"POST", "/apply"}, {"POST", "/compute"}} {
			r := httptest.NewRequest(to[0], to[1], nil)
			r.Header["Authorization"] = test.headers
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if test.detail == "" {
				if w.Code == http.StatusUnauthorized {
					t.Errorf("%s with %q was refused", to[1], test.headers)
				}
				continue
			}
			want := `{"detail":"` + test.detail + `"}`
			if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") != "Bearer" || strings.TrimSpace(w.Body.String()) != want {
				t.Errorf("%s with %q: %d %s", to[1], test.headers, w.Code, w.Body)
			}
		}
	}
}

func TestOtherPaths(t *testing.T) {
	c := newContainer(t, t.TempDir(), nil)
	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/models", 404, `{"detail":"Not Found"}`},
		{"GET", "/fit", 405, `{"detail":"Method Not Allowed"}`},
		{"DELETE", "/summary", 405, `{"detail":"Method Not Allowed"}`},
		{"POST", "/", 405, `{"detail":"Method Not Allowed"}`},
		{"POST", "/compute", 410, `{"status":"deprecated","message":"/compute is gone: use /fit and /apply"}`},
	} {
		if status, body := c.call(test.method, test.path, ""); status != test.status || strings.TrimSpace(string(body)) != test.body {
			t.Errorf("%s %s: %d %s", test.method, test.path, status, body)
		}
	}
}

func TestStage(t *testing.T) {
	c := newContainer(t, filepath.Join(t.TempDir(), "staged"), nil)
	s := dga
	s.model, s.params = "app:later", map[string]string{"mode": `"stage"`, "algo": "barebone"} // any algo may be made later
	if got := c.search("/fit", s, dgaRows); got.Status != "staged" || strings.Contains(got.Message, c.dir) {
		t.Fatalf("%+v", got)
	}
	if names := list(t, c.dir); !cmp.Equal(names, []string{"later.csv", "later.json"}) {
		t.Errorf("the folder holds %q", names)
	}
	rows, err := os.ReadFile(filepath.Join(c.dir, "later.csv"))
	if err != nil || string(rows) != dgaRows {
		t.Errorf("the rows: %q, %v", rows, err)
	}
	settings, err := os.ReadFile(filepath.Join(c.dir, "later.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Meta json.RawMessage `json:"meta"`
	}
	if err := json.Unmarshal([]byte(s.body(t, "")), &sent); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(settings, sent.Meta) {
		t.Errorf("the settings are %s, not %s", settings, sent.Meta)
	}
}

func TestFlows(t *testing.T) {
	c := newContainer(t, t.TempDir(), func(path string, job Job) models.Model {
		ss, _, err := source.Expand("cicflow:"+path, source.Options{Kind: source.Flows, Label: job.LabelColumn})
		if err != nil {
			t.Fatal(err)
		}
		set, _, err := datasets.CollectFlows(t.Context(), datasets.FlowOptions{}, datasets.FlowInput{Name: path, Flows: ss[0].Flows()})
		if err != nil {
			t.Fatal(err)
		}
		m, err := flowlstm.Fit(set, models.Options{Binary: true, Units: 4, Bins: 4})
		if err != nil {
			t.Fatal(err)
		}
		return m
	})
	features := datasets.FlowFeatures()[:12]
	row := func(label, of string) string { return label + strings.Repeat(","+of, len(features)) + "\n" }
	rows := "what," + strings.Join(features, ",") + "\n" + row("BENIGN", "1") + row("DDoS", "2000") + row("BENIGN", "many") + row("", "") + row("DDoS", "2000") + row("BENIGN", "\"1\n7\"")
	s := search{params: map[string]string{"algo": "flow-lstm"}, target: []string{"what"}, features: features, model: "flows"}
	got := c.results("/fit", s, rows)
	if len(got) != 7 {
		t.Fatalf("%d rows", len(got))
	}
	judged := []bool{true, true, false, false, true, true}
	for i, row := range got[1:] {
		if row[len(row)-1] != "" != judged[i] {
			t.Errorf("row %d: %v", i, row)
		}
	}
	n := len(features) + 1
	if diff := cmp.Diff([]string{"pred_attack_proba", "pred_attack_label", "pred_attack_verdict"}, got[0][n:]); diff != "" {
		t.Error(diff)
	}
	if !cmp.Equal(got[2][n:], got[5][n:]) || !cmp.Equal(got[1][n:], got[6][n:]) {
		t.Errorf("equal flows, other verdicts: %v", got)
	}
	if names := list(t, c.dir); !cmp.Equal(names, []string{"flow-lstm_flows.safetensors"}) {
		t.Errorf("the folder holds %q", names)
	}
}

func TestErrors(t *testing.T) {
	c := newContainer(t, filepath.Join(t.TempDir(), "models"), nil)
	c.trainer.err = errors.New(filepath.Join(c.dir, ".fit-123", "rows.csv") + ": no rows to train on")
	with := func(change func(*search)) string {
		s := dga
		change(&s)
		return s.body(t, dgaRows)
	}
	for _, test := range []struct {
		name, path, body, message string
	}{
		{"no JSON", "/fit", "{", "the body is not JSON: byte 1: unexpected end of JSON input"},
		{"no object", "/apply", "[]", "the body is a JSON array: want an object"},
		{"no UTF-8", "/fit", "{\"data\":\"\xff\"}", "the body is not valid UTF-8"},
		{"no data", "/fit", `{"meta":{}}`, `field "data": want the rows as CSV text`},
		{"rows as objects", "/fit", `{"data":[{}],"meta":{}}`, `field "data": a JSON array does not belong there`},
		{"no meta", "/fit", `{"data":"a\n1\n"}`, `field "meta": want an object with the search's options`},
		{"meta is a text", "/fit", `{"data":"a\n1\n","meta":"x"}`, `field "meta": want an object with the search's options`},
		{"options are a list", "/fit", `{"data":"a\n1\n","meta":{"options":[]}}`, `field "meta.options": a JSON array does not belong there`},
		{"features are numbers", "/fit", `{"data":"a\n1\n","meta":{"feature_variables":[1]}}`, `field "meta.feature_variables": a JSON number does not belong there`},
		{"no header", "/fit", `{"data":"","meta":{}}`, `field "data": no header`},
		{"ragged rows", "/fit", `{"data":"a,b\n1,2\n3\n","meta":{}}`, `field "data": record on line 3: wrong number of fields`},
		{"open quote", "/fit", `{"data":"a,b\n1,\"2\n","meta":{}}`, `field "data": parse error on line 2, column 6: extraneous or missing " in quoted-field`},
		{"no algo", "/fit", `{"data":"a\n1\n","meta":{}}`, "no algo is named"},
		{"unknown algo", "/apply", with(func(s *search) { s.params = map[string]string{"algo": "barebone"} }), `no algo is called "barebone": there is dga_lstm, dga_mlp,`},
		{"two targets", "/fit", with(func(s *search) { s.target = []string{"a", "b"} }), "more than one target variable"},
		{"no names", "/fit", `{"data":"a,b\n1,2\n","meta":{"options":{"params":{"algo":"dga_lstm"}}}}`, "no column of names: want one of host, domain,"},
		{"no flows", "/fit", `{"data":"a,b\n1,2\n","meta":{"options":{"params":{"algo":"flow_lstm"}}}}`, "columns for 0 features of a flow (such as flow_duration,"},
		{"no rank", "/fit", `{"data":"src,query\n1,2\n","meta":{"options":{"params":{"algo":"` + Notebook + `"}}}}`, `no column "rank"`},
		{"no rows", "/fit", `{"data":"domain,family\n","meta":{"options":{"params":{"algo":"dga_lstm"}}}}`, "there are no rows to train on"},
		{"never fitted", "/apply", with(func(*search) {}), `there is no model "dga_mlp_mine": make it by | fit MLTKContainer`},
		{"the trainer's", "/fit", with(func(*search) {}), "rows.csv: no rows to train on"},
	} {
		status, body := c.call(http.MethodPost, test.path, test.body)
		var got response
		if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK || got.Status != "error" || got.Results != nil {
			t.Errorf("%s: %d %s", test.name, status, body)
			continue
		}
		if want := test.path + ": ERROR: " + test.message; !strings.HasPrefix(got.Message, want) {
			t.Errorf("%s: %q, want %q", test.name, got.Message, want)
		}
	}
	if names := list(t, c.dir); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestNamesLeadNowhere(t *testing.T) {
	outside := t.TempDir()
	c := newContainer(t, filepath.Join(outside, "models"), namesModel(t))
	for _, name := range []string{"../x", "..", ".", "a/b", `a\b`, "/etc/passwd", ".hidden", "a.", "a b", "nul\x00", "ä", "C:x", strings.Repeat("a", 101)} {
		for _, mode := range []string{"stage", ""} {
			s := dga
			s.model, s.params = name, map[string]string{"algo": "dga_mlp"}
			if mode != "" {
				s.params["mode"] = mode
			}
			for _, path := range []string{"/fit", "/apply"} {
				if got := c.search(path, s, dgaRows); got.Status != "error" || !strings.Contains(got.Message, "the name of the model is") {
					t.Errorf("%s with model %q: %+v", path, name, got)
				}
			}
		}
	}
	for _, algo := range []string{"../dga_mlp", "dga_mlp/..", "dga_mlp/"} {
		s := dga
		s.params = map[string]string{"algo": algo}
		if got := c.search("/fit", s, dgaRows); got.Status != "error" {
			t.Errorf("algo %q: %+v", algo, got)
		}
	}
	if names := list(t, outside); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestLimits(t *testing.T) {
	h := New(engine.New(engine.Options{}), nil, Options{Dir: t.TempDir(), Tokens: tokens(t, token), MaxBody: 1000, MaxRows: 3})
	c := &container{t: t, handler: h}
	s := search{params: map[string]string{"algo": "dga_mlp"}, model: "m"}
	if got := c.search("/apply", s, "domain\na.com\na.com\na.com\na.com\n"); got.Message != `/apply: ERROR: field "data": too many rows: more than 3` {
		t.Errorf("%+v", got)
	}
	if got := c.search("/apply", s, strings.Repeat("x", 1000)); got.Message != "/apply: ERROR: the body is larger than 1000 bytes" {
		t.Errorf("%+v", got)
	}
	if got := c.search("/fit", s, "domain,label\na.com,benign\n"); got.Message != "/fit: ERROR: this server does not train" {
		t.Errorf("%+v", got)
	}
}

// A search that is ended while another one trains gets an answer at once; the training goes on.
func TestOneTrainingAtATime(t *testing.T) {
	c := newContainer(t, t.TempDir(), nil)
	begun, end := make(chan struct{}), make(chan struct{})
	make1 := namesModel(t)
	c.trainer.model = func(path string, job Job) models.Model {
		close(begun)
		<-end
		return make1(path, job)
	}
	done := make(chan response)
	go func() { done <- c.search("/fit", dga, dgaRows) }()
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/fit", strings.NewReader(dga.body(t, dgaRows)))
	r.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "context canceled") {
		t.Errorf("the waiting search: %s", w.Body)
	}
	close(end)
	if got := <-done; got.Status != "success" {
		t.Errorf("the training: %+v", got)
	}
}

func TestServedCheckpoint(t *testing.T) {
	c := newContainer(t, t.TempDir(), namesModel(t))
	taken := filepath.Join(t.TempDir(), "dga_mlp_mine.safetensors")
	c.results("/fit", search{params: map[string]string{"algo": "dga_mlp"}, model: "other", features: []string{"domain"}}, dgaRows)
	text, err := os.ReadFile(filepath.Join(c.dir, "dga_mlp_other.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(taken, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.engine.Load(taken); err != nil {
		t.Fatal(err)
	}
	if got := c.search("/fit", dga, dgaRows); !strings.Contains(got.Message, "take another name") {
		t.Errorf("fit over a served checkpoint: %+v", got)
	}
	c.results("/apply", dga, "domain\nexample.com\n")
	exfil := search{params: map[string]string{"algo": "exfil_mlp"}, model: "dga_mlp_mine"}
	if got := c.search("/apply", exfil, "query\nexample.com\n"); !strings.Contains(got.Message, `model "dga_mlp_mine" is of kind dga-mlp, and algo exfil_mlp wants exfil-mlp`) {
		t.Errorf("a model of another kind: %+v", got)
	}
}
