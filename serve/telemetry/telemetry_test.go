package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"threatnet/models"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/servetest"
	"threatnet/serve/telemetry"
)

func TestMetrics(t *testing.T) {
	m := telemetry.New()
	model, err := servetest.Engine(t, "dga-mlp").Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	m.Loaded(model)
	m.Refused("dga-mlp")
	m.Batch(model, 8, time.Millisecond, 2*time.Millisecond)
	m.Cached(model, 3, 5)
	answers := []engine.Answer{
		{Verdict: models.Verdict{Verdict: models.Malicious, Probability: 0.95}, Class: 1},
		{Verdict: models.Verdict{Verdict: models.Benign, Probability: 0.05}, Class: 0},
		{Verdict: models.Verdict{Verdict: models.Benign}, Class: 0, Rule: engine.RuleAllow},
		{Verdict: models.Verdict{Verdict: models.Benign}, Class: -1, Rule: engine.RuleAllow},
		{Err: http.ErrNoCookie},
	}
	m.Judged(model, answers)
	m.Request("POST", "POST /v1/score", 200, 3*time.Millisecond, 10, 100)
	m.Request("BREW", "", 404, time.Millisecond, 0, 5)
	m.Phase(httpx.PhaseDecode, time.Microsecond)
	m.Phase(httpx.PhaseWrite, time.Microsecond)
	m.Gauge("queue_rows", "Rows that wait.", func() float64 { return 7 })

	read := func() string {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return w.Body.String()
	}
	text := read()
	for _, line := range []string{
		`threatnet_requests_total{code="200",method="POST",route="POST /v1/score"} 1`,
		`threatnet_requests_total{code="404",method="other",route="none"} 1`,
		`threatnet_request_bytes_total 10`, `threatnet_response_bytes_total 105`,
		`threatnet_phase_duration_seconds_count{phase="decode"} 1`, `threatnet_phase_duration_seconds_count{phase="wait"} 1`,
		`threatnet_phase_duration_seconds_count{phase="predict"} 1`, `threatnet_phase_duration_seconds_count{phase="write"} 1`,
		`threatnet_batch_rows_sum{model="dga-mlp"} 8`, `threatnet_rows_total{model="dga-mlp"} 5`, `threatnet_queue_rows 7`,
		`threatnet_refused_records_total{model="dga-mlp"} 1`, `threatnet_rule_verdicts_total{model="dga-mlp",rule="allow"} 2`,
		`threatnet_verdict_cache_total{model="dga-mlp",result="hit"} 3`, `threatnet_verdict_cache_total{model="dga-mlp",result="miss"} 5`,
		`threatnet_verdicts_total{label="dga",model="dga-mlp",verdict="malicious",version="1"} 1`,
		`threatnet_verdicts_total{label="benign",model="dga-mlp",verdict="benign",version="1"} 2`,
		`threatnet_verdicts_total{label="none",model="dga-mlp",verdict="benign",version="1"} 1`,
		`threatnet_score_count{model="dga-mlp",version="1"} 2`, `threatnet_score_bucket{model="dga-mlp",version="1",le="0.05"} 1`,
		`threatnet_model_loads_total{model="dga-mlp",result="loaded"} 1`, `threatnet_model_loads_total{model="dga-mlp",result="refused"} 1`,
		`threatnet_model_info{checksum="` + model.Meta.Checksum + `",kind="dga-mlp",model="dga-mlp",version="1"} 1`,
		`process_start_time_seconds `, `go_goroutines `,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
	m.Retired(model)
	if text := read(); strings.Contains(text, "threatnet_score_count{") || strings.Contains(text, "threatnet_model_info{") {
		t.Error("a version that is retired is still there")
	}
}
