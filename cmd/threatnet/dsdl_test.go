package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/datasets/synth"
	"threatnet/serve/dsdl"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/train"
)

// dsdlAnswer is what a search gets.
type dsdlAnswer struct{ Status, Message, Results string }

// dsdlCall sends rows to a container as a search does.
func dsdlCall(t *testing.T, h http.Handler, path, rows, target string, params map[string]string, features ...string) (answer dsdlAnswer) {
	t.Helper()
	meta := map[string]any{
		"options": map[string]any{"params": params, "model_name": "small"}, "feature_variables": features, "target_variables": []string{target},
	}
	body, err := json.Marshal(map[string]any{"data": rows, "meta": meta})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Authorization", "token")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	return answer
}

// Each algo trains on rows of its kind, and holds the malicious ones for more probable than the others.
func TestDSDLTrains(t *testing.T) {
	tokens, err := httpx.NewTokens([]string{"token"})
	if err != nil {
		t.Fatal(err)
	}
	h := dsdl.New(engine.New(engine.Options{}), dsdlTrainer{log: slog.New(slog.NewTextHandler(io.Discard, nil))}, dsdl.Options{Dir: t.TempDir(), Tokens: tokens})
	for _, test := range []struct {
		algo, kind string
		n          int
		target     string
		features   []string
		options    map[string]string
		proba      string
	}{
		{"dga_mlp", "names", 200, "family", []string{"domain"}, map[string]string{"epochs": `"4"`, "batch_size": "32"}, "pred_dga_proba"},
		{"dga-lstm", "names", 200, "family", []string{"domain"}, map[string]string{"epochs": "2", "binary": "true", "learning-rate": "0.01"}, "pred_dga_proba"},
		{"exfil_mlp", "queries", 600, "is_exfiltration", []string{"src", "query", "_time"}, map[string]string{"epochs": "2"}, "pred_exfiltration_proba"},
		{dsdl.Notebook, "queries", 600, "is_exfiltration", []string{"src", "query", "rank"}, map[string]string{"epochs": "2"}, "pred_is_dns_data_exfiltration_proba"},
		{"flow_lstm", synth.KindFlows, 600, "label", datasets.FlowFeatures(), map[string]string{"epochs": "2", "batch_size": "64"}, "pred_attack_proba"},
	} {
		t.Run(test.algo, func(t *testing.T) {
			rows := dsdlRows(t, test.kind, test.n)
			if test.algo == dsdl.Notebook {
				rows = ranked(rows)
			}
			test.options["algo"] = test.algo
			fitted := dsdlCall(t, h, "/fit", rows, test.target, test.options, test.features...)
			if fitted.Status != "success" || !strings.Contains(fitted.Message, "accuracy") {
				t.Fatalf("%s: %s", fitted.Status, fitted.Message)
			}
			applied := dsdlCall(t, h, "/apply", rows, test.target, map[string]string{"algo": test.algo}, test.features...)
			if applied.Status != "success" || applied.Results != fitted.Results {
				t.Errorf("apply says other things than fit: %s", applied.Message)
			}
			checkJudged(t, fitted.Results, rows, test.target, test.proba)
		})
	}
}

func TestDSDLRefusesIdleSettings(t *testing.T) {
	trainer := dsdlTrainer{log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	_, err := trainer.Train(t.Context(), dsdl.Job{Kind: "exfil-mlp", Records: "queries", Options: map[string]string{"max_benign": "10"}})
	if !errors.Is(err, train.ErrSettings) || !strings.Contains(err.Error(), "max-benign 10 means nothing to exfil-mlp on queries") {
		t.Errorf("error is %v", err)
	}
}

// dsdlRows are n records of a kind as CSV text; of names n popular ones and n of an algorithm.
func dsdlRows(t *testing.T, kind string, n int) string {
	t.Helper()
	var text strings.Builder
	if kind != "names" {
		if err := synth.Write(&text, kind, 1, n); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	made, err := synth.Generate("necurs", 1, n)
	if err != nil {
		t.Fatal(err)
	}
	text.WriteString("domain,family\n")
	for i, name := range synth.Popular()[:n] {
		text.WriteString(name + ",benign\n" + made[i] + ",necurs\n")
	}
	return text.String()
}

// ranked adds the column rank: 1 in every third row.
func ranked(rows string) string {
	lines := strings.Split(strings.TrimSpace(rows), "\n")
	for i := range lines {
		switch {
		case i == 0:
			lines[i] += ",rank"
		case i%3 == 0:
			lines[i] += ",1"
		default:
			lines[i] += ",2"
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// checkJudged compares the rows that came back with those that were sent, and their probabilities with their labels.
func checkJudged(t *testing.T, results, rows, target, proba string) {
	t.Helper()
	got, err := csv.NewReader(strings.NewReader(results)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sent, err := csv.NewReader(strings.NewReader(rows)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(sent) {
		t.Fatalf("%d rows for %d", len(got), len(sent))
	}
	p, label := slices.Index(got[0], proba), slices.Index(got[0], target)
	if p < 0 || label < 0 {
		t.Fatalf("columns %q", got[0])
	}
	var sum, n [2]float64
	for i, row := range got[1:] {
		if row[0] != sent[i+1][slices.Index(sent[0], got[0][0])] { // the detection leaves the first column out, _time
			t.Fatalf("row %d is another one: %q", i+1, row[:2])
		}
		if row[p] == "" {
			continue
		}
		probability, err := strconv.ParseFloat(row[p], 64)
		if err != nil {
			t.Fatal(err)
		}
		class := 1
		if row[label] == "0" || datasets.IsBenign(row[label]) {
			class = 0
		}
		sum[class] += probability
		n[class]++
	}
	if n[0]+n[1] < float64(len(sent)-1)/3-1 || n[0] == 0 || sum[1]/n[1] < sum[0]/n[0]+0.1 {
		t.Errorf("%v benign and malicious rows, their mean probabilities %v and %v", n, sum[0]/n[0], sum[1]/n[1])
	}
}

func TestDSDLSettings(t *testing.T) {
	s, err := dsdlSettings("dga-lstm", map[string]string{"epochs": "3", "batch-size": "64", "learning_rate": "0.5", "mode": train.Parity, "holdout_family": "necurs"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Epochs != 3 || s.BatchSize != 64 || s.LearningRate != 0.5 || s.Mode != train.Parity || s.Optimizer != "rmsprop" || len(s.HoldOut) != 1 {
		t.Errorf("%+v", s)
	}
	for _, test := range []struct{ key, value, message string }{
		{"epoch", "3", `no option is called "epoch": there is batch_size, binary,`},
		{"epochs", "many", `epochs="many"`},
		{"epochs", "0", "epochs 0: want at least 1"},
		{"mode", "prod", `mode "prod": want corrected or parity`},
	} {
		if _, err := dsdlSettings("dga-lstm", map[string]string{test.key: test.value}); err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s=%s: %v", test.key, test.value, err)
		}
	}
}
