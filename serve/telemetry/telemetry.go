// Package telemetry counts and times what the server does, for Prometheus. It is told by the engine and by the listeners
// (see [engine.Observer] and [httpx.Observer]), and serves what it knows with [Metrics.Handler].
package telemetry

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// What tells the metrics.
var (
	_ engine.Observer = (*Metrics)(nil)
	_ httpx.Observer  = (*Metrics)(nil)
)

const namespace = "threatnet"

// Phases that the engine is asked about.
const (
	phaseWait    = "wait"
	phasePredict = "predict"
)

// Metrics implements engine.Observer and httpx.Observer.
type Metrics struct {
	registry *prometheus.Registry

	requests *prometheus.CounterVec   // route, method, code
	latency  *prometheus.HistogramVec // route
	bytesIn  prometheus.Counter
	bytesOut prometheus.Counter
	phases   *prometheus.HistogramVec // phase
	rows     *prometheus.CounterVec   // model
	batches  *prometheus.HistogramVec // model
	cache    *prometheus.CounterVec   // model, result
	verdicts *prometheus.CounterVec   // model, version, verdict, label
	faults   *prometheus.CounterVec   // model
	rules    *prometheus.CounterVec   // model, rule
	scores   *prometheus.HistogramVec // model, version
	info     *prometheus.GaugeVec     // model, version, kind, checksum
	reloads  *prometheus.CounterVec   // model, result

	waiting, predicting, decoding, writing prometheus.Observer

	perModel sync.Map // *engine.Model → *modelMetrics, of the versions that are kept
}

// modelMetrics are a version's, looked up once.
type modelMetrics struct {
	rows, faults, hits, misses prometheus.Counter
	batch, scores              prometheus.Observer
	verdicts                   [2][]prometheus.Counter // benign, malicious: by class, and one more for none of them
	rules                      [2]prometheus.Counter   // allow, block
	kept                       bool                    // else there are neither scores nor verdicts
}

// latencies are seconds from 50 µs to 10 s.
var latencies = []float64{50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 100e-3, 200e-3, 500e-3, 1, 2, 5, 10}

// New makes metrics of their own registry.
func New() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	}
	plain := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("requests_total", "Requests by route, method and status code.", "route", "method", "code"),
		latency:  histogram("request_duration_seconds", "Time from the head of a request to the end of its answer.", latencies, "route"),
		bytesIn:  plain("request_bytes_total", "Bytes of the bodies of requests."),
		bytesOut: plain("response_bytes_total", "Bytes of the bodies of answers."),
		phases: histogram("phase_duration_seconds",
			"Time of a phase: decode and write of a request, wait and predict of a batch of rows.", latencies, "phase"),
		rows:     counter("rows_total", "Records that were answered, refused ones among them.", "model"),
		batches:  histogram("batch_rows", "Rows that went through a network together.", prometheus.ExponentialBuckets(1, 2, 12), "model"),
		cache:    counter("verdict_cache_total", "Names that were looked up among the remembered verdicts.", "model", "result"),
		verdicts: counter("verdicts_total", "Verdicts by class.", "model", "version", "verdict", "label"),
		faults:   counter("refused_records_total", "Records that were none.", "model"),
		rules:    counter("rule_verdicts_total", "Verdicts that a list decided.", "model", "rule"),
		scores:   histogram("score", "Probability of being malicious, for drift.", scoreBuckets(), "model", "version"),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "model_info", Help: "1 for each version of a model that has been loaded and is kept.",
		}, []string{"model", "version", "kind", "checksum"}),
		reloads: counter("model_loads_total", "Versions of models that were loaded or refused.", "model", "result"),
	}
	m.registry.MustRegister(
		m.requests, m.latency, m.bytesIn, m.bytesOut, m.phases, m.rows, m.batches, m.cache, m.verdicts, m.faults, m.rules, m.scores,
		m.info, m.reloads, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.waiting, m.predicting = m.phases.WithLabelValues(phaseWait), m.phases.WithLabelValues(phasePredict)
	m.decoding, m.writing = m.phases.WithLabelValues(httpx.PhaseDecode), m.phases.WithLabelValues(httpx.PhaseWrite)
	return m
}

func scoreBuckets() []float64 {
	return []float64{1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1}
}

// Gauge adds a number that is asked for when the metrics are read.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, value))
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Request implements httpx.Observer.
func (m *Metrics) Request(method, route string, status int, took time.Duration, in, out int64) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
	m.bytesIn.Add(float64(in))
	m.bytesOut.Add(float64(out))
}

// knownMethod keeps clients from inventing labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}

// Phase implements httpx.Observer.
func (m *Metrics) Phase(phase string, took time.Duration) {
	switch phase {
	case httpx.PhaseDecode:
		m.decoding.Observe(took.Seconds())
	case httpx.PhaseWrite:
		m.writing.Observe(took.Seconds())
	default:
		m.phases.WithLabelValues(phase).Observe(took.Seconds())
	}
}
