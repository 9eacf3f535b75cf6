// Package dsdl answers as a container of Splunk's App for Data Science and Deep Learning (DSDL) does, so that
// "| fit MLTKContainer algo=dga_lstm family from domain into app:NAME" and "| apply NAME" work against this program
// (splunk/splunk-mltk-container-docker, app/main.py, of version 5.2).
//
// It takes, on a listener of its own,
//
//	GET  / and /summary   what the container is and holds; POST /summary is the same
//	POST /fit             trains on the rows and judges them; with mode=stage it puts them aside instead
//	POST /apply           judges the rows by the model that fit has kept
//
// with the token in the header Authorization, bare or after Bearer or Splunk. The body of /fit and /apply is {"data": CSV
// text, "meta": {…}}. What a search gets back is HTTP 200 and {"status", "message", "results"}: status is success, staged or
// error, results is CSV text, of success alone. Missing and wrong tokens are 401, /compute is 410.
//
// # Algos
//
// dga_lstm, dga_mlp, exfil_mlp and flow_lstm (or with '-') train and apply the models of these names, and
// detect_dns_data_exfiltration_using_pretrained_model_in_dsdl an exfil-mlp as the detection of that name does. Training goes
// through a [Trainer]. Its settings are the options of the search, by the names of the command line's flags with '_' or '-':
// epochs, batch_size, learning_rate. The target variable is the label; without one it is the usual column of labels.
//
// A model is kept as ALGO_MODEL.safetensors and loaded into the engine under the name ALGO_MODEL. Names are letters,
// digits, '_', '-' and '.', so that they lead nowhere. /apply takes a checkpoint that the engine was started with where fit has
// kept none: the one called like the model or, for the detection, like its algo.
//
// # Results
//
// Results are the rows as they came, in their order, each once, with columns added (those of the same names are replaced):
//
//	pred_dga_proba, pred_dga_label, pred_dga_verdict                            dga_lstm, dga_mlp
//	pred_exfiltration_proba, pred_exfiltration_label, pred_exfiltration_verdict exfil_mlp
//	pred_attack_proba, pred_attack_label, pred_attack_verdict                   flow_lstm
//	pred_is_dns_data_exfiltration_proba, pred_is_dns_data_exfiltration          the detection
//
// proba is the probability of being malicious, label the most probable class, verdict is malicious from the model's
// threshold on, else benign. Cells are blank where a row is no record that can be judged.
//
// For the detection the rows whose rank is 1 are judged, the others are blank; pred_is_dns_data_exfiltration is 1 from a
// probability of .5 on. As pandas writes a column of integers with gaps, it is then 1.0 and 0.0. The column _time is left
// out, as the notebook does: Splunk joins results to its events by position and keeps the events' own.
//
// Queries are taken in the order of their times, whatever the order of the rows: a window looks back.
package dsdl

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// Options say how the container works. The zero values of numbers mean the defaults.
type Options struct {
	Dir     string        // of the models and staged rows, by default the current one; it is made when it is needed
	Tokens  *httpx.Tokens // of which requests must have one; nil refuses all
	Version string        // of the program, for the summary
	MaxBody int64         // bytes of a request, by default 256 MiB
	MaxRows int           // of a request, by default 1,000,000
	MaxFit  time.Duration // that a training may take, 0 for no limit
	Log     *slog.Logger  // nil for none
}

type handler struct {
	engine  *engine.Engine
	trainer Trainer
	o       Options
	fits    chan struct{} // one training at a time: it uses all cores

	mu     sync.Mutex
	last   *engine.Model   // that fit or apply has used, for the summary
	loaded map[string]bool // names of the kept models that are in the engine
}

// New makes the listener's handler. Without a trainer /fit answers with an error, but for mode=stage.
func New(e *engine.Engine, trainer Trainer, o Options) http.Handler {
	o.Dir = cmp.Or(o.Dir, ".")
	o.MaxBody = cmp.Or(o.MaxBody, 256<<20)
	o.MaxRows = cmp.Or(o.MaxRows, 1_000_000)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &handler{engine: e, trainer: trainer, o: o, fits: make(chan struct{}, 1), loaded: map[string]bool{}}
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer http.HandlerFunc
	allowed := []string{http.MethodPost}
	switch r.URL.Path {
	case "/":
		answer, allowed = h.summary, []string{http.MethodGet}
	case "/summary":
		answer, allowed = h.summary, []string{http.MethodGet, http.MethodPost}
	case "/fit":
		answer = h.call("/fit", h.fit)
	case "/apply":
		answer = h.call("/apply", h.apply)
	case "/compute":
		answer = h.compute
	default:
		h.detail(w, http.StatusNotFound, "Not Found")
		return
	}
	if !slices.Contains(allowed, r.Method) {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		h.detail(w, http.StatusMethodNotAllowed, "Method Not Allowed")
		return
	}
	if h.authorised(w, r) {
		answer(w, r)
	}
}

// compute was an experiment of the container, which has given it up.
func (h *handler) compute(w http.ResponseWriter, _ *http.Request) {
	h.write(w, http.StatusGone, response{Status: "deprecated", Message: "/compute is gone: use /fit and /apply"})
}

// response is what a search gets.
type response struct {
	Status  string  `json:"status"` // success, staged or error
	Message string  `json:"message"`
	Results *string `json:"results,omitempty"` // CSV text
}

// detail answers as the container's web framework does.
func (h *handler) detail(w http.ResponseWriter, status int, text string) {
	h.write(w, status, struct {
		Detail string `json:"detail"`
	}{text})
}

func (h *handler) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil { // the caller has gone
		h.o.Log.Debug("dsdl: answer not sent", "error", err)
	}
}
