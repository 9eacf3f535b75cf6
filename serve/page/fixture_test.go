package page

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgabigram"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/servetest"
)

// nameSet makes a set of names: a family, a name, and so on.
func nameSet(t testing.TB, pairs ...string) *datasets.Set {
	t.Helper()
	domains := func(yield func(datasets.Domain, error) bool) {
		for i := 0; i < len(pairs); i += 2 {
			if !yield(datasets.Domain{Name: pairs[i+1], Raw: pairs[i+1], Family: pairs[i]}, nil) {
				return
			}
		}
	}
	set, _, err := datasets.Collect(context.Background(), datasets.CollectOptions{}, datasets.Input{Name: "test", Domains: domains})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// binary is a model with one output: the bigram zq adds 2 to the logit, ab takes 2 off, and no other weighs.
func binary(t testing.TB) models.Model {
	t.Helper()
	m, err := dgabigram.Fit(nameSet(t, "benign", "ab", "kraken", "zq"), models.Options{Binary: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Network().Params() {
		clear(p.Data)
	}
	weigh(t, m, "zq", 0, 2)
	weigh(t, m, "ab", 0, -2)
	return m
}

// weigh sets the weight of a bigram for an output.
func weigh(t testing.TB, m *dgabigram.Model, bigram string, output int, weight float32) {
	t.Helper()
	values := make([]float32, m.Network().Input.Size())
	m.Encode(bigram, nil, values)
	one := make([]float32, len(values))
	for _, part := range []string{bigram[:1], bigram[1:]} {
		m.Encode(part, nil, one)
		for i := range one {
			values[i] -= one[i]
		}
	}
	kernel, outputs := m.Network().Params()[0], m.Network().Output()
	for i, v := range values {
		// What the pair has as a name, and its characters as names do not have, is the bigram itself.
		if v > 0 {
			kernel.Data[i*outputs+output] = weight
		}
	}
}

// classes is a model of three classes, one of them with a name like HTML.
func classes(t testing.TB) models.Model {
	t.Helper()
	m, err := dgabigram.Fit(nameSet(t, "benign", "ab", "kraken", "zq", "<b>bold</b>", "x--x"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Network().Params() {
		clear(p.Data)
	}
	for i, c := range m.Classes() {
		switch c {
		case "benign":
			weigh(t, m, "ab", i, 5)
		case "kraken":
			weigh(t, m, "zq", i, 5)
		default:
			weigh(t, m, "--", i, 5)
		}
	}
	return m
}

// save writes a model's checkpoint with a few figures and gives its path.
func save(t testing.TB, dir, name string, m models.Model) string {
	t.Helper()
	f, err := models.Checkpoint(m)
	if err != nil {
		t.Fatal(err)
	}
	f.Meta.Thresholds = map[string]float64{"verdict": 0.625}
	f.Meta.Settings = []byte(`{"epochs":3,"note":"</pre><script>"}`)
	f.Meta.Provenance.Sources = []checkpoint.Source{{
		Name: "feed<i>.csv", Role: "data", SHA256: strings.Repeat("ab", 32), Rows: 12345, Families: map[string]int{"kraken": 345, "benign": 12000},
	}}
	f.Meta.Metrics = map[string]checkpoint.Scores{
		"test":       {"accuracy": 0.9375, "tpr_at_threshold": 0.75, "tpr_at_threshold_low": 0.5, "tpr_at_threshold_high": 0.875, "rows": 2000},
		"validation": {"accuracy": 0.9},
	}
	f.Meta.History = []checkpoint.Epoch{
		{Epoch: 1, Train: checkpoint.Scores{"loss": 1}, Validation: checkpoint.Scores{"loss": 2}},
		{Epoch: 2, Train: checkpoint.Scores{"loss": 0.5}, Validation: checkpoint.Scores{"loss": 1}},
	}
	path := filepath.Join(dir, name+".safetensors")
	if err := checkpoint.Save(path, f); err != nil {
		t.Fatal(err)
	}
	return path
}

// newEngine loads the models letters, families, queries and flows.
func newEngine(t testing.TB, o engine.Options) *engine.Engine {
	t.Helper()
	dir := t.TempDir()
	e := engine.New(o)
	err := e.Load(save(t, dir, "letters", binary(t)), save(t, dir, "families", classes(t)),
		save(t, dir, "queries", servetest.Model(t, "exfil-mlp")), save(t, dir, "flows", servetest.Model(t, "flow-lstm")))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newPage serves the page.
func newPage(t testing.TB, o Options, limits httpx.Options) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	Register(mux, newEngine(t, engine.Options{}), o)
	return httpx.Wrap(mux, limits)
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w
}

// post sends a form of fields, a name and a value each, as browsers do without a file.
func post(h http.Handler, fields ...string) *httptest.ResponseRecorder {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// uploaded makes a form with a file and fields.
func uploaded(t testing.TB, file string, content []byte, fields ...string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", file)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(&body)) // of unknown length
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func send(t testing.TB, h http.Handler, file string, content []byte, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, uploaded(t, file, content, fields...))
	return w
}
