package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"threatnet/models"
	"threatnet/serve/engine"
	"threatnet/serve/servetest"
)

// A call that outlives its version leaves nothing of the version behind; its model's counters go on.
func TestRetired(t *testing.T) {
	m := New()
	model, err := servetest.Engine(t, "dga-mlp").Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	tell := func() {
		m.Batch(model, 2, time.Millisecond, time.Millisecond)
		m.Cached(model, 1, 1)
		m.Judged(model, []engine.Answer{
			{Verdict: models.Verdict{Verdict: models.Malicious, Probability: 0.95}, Class: 1},
			{Verdict: models.Verdict{Verdict: models.Benign}, Class: -1, Rule: engine.RuleAllow},
			{Verdict: models.Verdict{Verdict: models.Malicious, Probability: 1}, Class: 1, Rule: engine.RuleBlock},
			{Err: http.ErrNoCookie},
		})
	}
	tell() // as a version that is warmed
	held := func() (n int) {
		m.perModel.Range(func(any, any) bool { n++; return true })
		return n
	}
	if held() != 0 {
		t.Error("a version is held that is not loaded")
	}
	m.Loaded(model)
	tell()
	if held() != 1 {
		t.Error("a version that is loaded is not held")
	}
	m.Retired(model)
	tell()
	if held() != 0 {
		t.Error("a version that is retired is held")
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	if strings.Contains(text, `version="1"`) {
		t.Errorf("a version that is retired is in the metrics:\n%s", text)
	}
	for _, line := range []string{
		`threatnet_rows_total{model="dga-mlp"} 12`, `threatnet_refused_records_total{model="dga-mlp"} 3`,
		`threatnet_rule_verdicts_total{model="dga-mlp",rule="allow"} 3`, `threatnet_rule_verdicts_total{model="dga-mlp",rule="block"} 3`,
		`threatnet_batch_rows_sum{model="dga-mlp"} 6`, `threatnet_verdict_cache_total{model="dga-mlp",result="hit"} 3`,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
}
