package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"threatnet/models"
	"threatnet/serve/engine"
)

// Loaded implements engine.Observer.
func (m *Metrics) Loaded(v *engine.Model) {
	m.perModel.Store(v, m.kept(v))
	m.info.WithLabelValues(v.Name, strconv.Itoa(v.Version), v.Kind(), v.Meta.Checksum).Set(1)
	m.reloads.WithLabelValues(v.Name, "loaded").Inc()
}

// Retired implements engine.Observer. What a call that has begun still tells of the version is counted for its model alone.
func (m *Metrics) Retired(v *engine.Model) {
	m.perModel.Delete(v)
	version := strconv.Itoa(v.Version)
	of := prometheus.Labels{"model": v.Name, "version": version}
	m.info.DeletePartialMatch(of)
	m.verdicts.DeletePartialMatch(of)
	m.scores.DeletePartialMatch(of)
}

// Refused implements engine.Observer.
func (m *Metrics) Refused(model string) { m.reloads.WithLabelValues(model, "refused").Inc() }

// Batch implements engine.Observer.
func (m *Metrics) Batch(v *engine.Model, rows int, wait, predict time.Duration) {
	m.of(v).batch.Observe(float64(rows))
	m.waiting.Observe(wait.Seconds())
	m.predicting.Observe(predict.Seconds())
}

// Cached implements engine.Observer.
func (m *Metrics) Cached(v *engine.Model, hits, misses int) {
	of := m.of(v)
	of.hits.Add(float64(hits))
	of.misses.Add(float64(misses))
}

// Judged implements engine.Observer.
func (m *Metrics) Judged(v *engine.Model, answers []engine.Answer) {
	of := m.of(v)
	of.rows.Add(float64(len(answers)))
	for i := range answers {
		a := &answers[i]
		if a.Err != nil {
			of.faults.Inc()
			continue
		}
		class := a.Class
		if class < 0 {
			class = len(v.Classes())
		}
		if of.kept {
			of.verdicts[malicious(a.Verdict.Verdict)][class].Inc()
		}
		switch {
		case a.Rule == engine.RuleAllow:
			of.rules[0].Inc()
		case a.Rule == engine.RuleBlock:
			of.rules[1].Inc()
		case of.kept: // a list's certainty says nothing of the model
			of.scores.Observe(a.Probability)
		}
	}
}

func malicious(verdict string) int {
	if verdict == models.Malicious {
		return 1
	}
	return 0
}

// of gives the metrics of a version: of one that is not kept, because it is retired or not yet loaded, those of its model.
func (m *Metrics) of(v *engine.Model) *modelMetrics {
	if of, ok := m.perModel.Load(v); ok {
		return of.(*modelMetrics)
	}
	return m.named(v)
}

// named gives the metrics that all versions of a model share.
func (m *Metrics) named(v *engine.Model) *modelMetrics {
	return &modelMetrics{
		rows: m.rows.WithLabelValues(v.Name), faults: m.faults.WithLabelValues(v.Name),
		hits: m.cache.WithLabelValues(v.Name, "hit"), misses: m.cache.WithLabelValues(v.Name, "miss"),
		batch: m.batches.WithLabelValues(v.Name),
		rules: [2]prometheus.Counter{m.rules.WithLabelValues(v.Name, engine.RuleAllow), m.rules.WithLabelValues(v.Name, engine.RuleBlock)},
	}
}

// kept gives those of a version too, which Retired takes away.
func (m *Metrics) kept(v *engine.Model) *modelMetrics {
	of, version := m.named(v), strconv.Itoa(v.Version)
	of.kept = true
	of.scores = m.scores.WithLabelValues(v.Name, version)
	for i, verdict := range []string{models.Benign, models.Malicious} {
		for _, label := range append(v.Classes()[:len(v.Classes()):len(v.Classes())], "none") {
			of.verdicts[i] = append(of.verdicts[i], m.verdicts.WithLabelValues(v.Name, version, verdict, label))
		}
	}
	return of
}
