package engine

import (
	"sync/atomic"

	"threatnet/models"
	"threatnet/models/checkpoint"
)

// The kinds of records, as requests name them.
const (
	Names   = "names"
	Queries = "queries"
	Flows   = "flows"
)

// Model is one version of a model. It does not change.
type Model struct {
	Name      string
	Version   int             // from 1 on
	Meta      checkpoint.Meta // of its checkpoint
	Threshold float64         // from which a verdict is malicious

	model   models.Model
	records string
	classes []string
	benign  int
	top     int
	net     *network
	batcher *batcher
	cache   *cache // of verdicts of names; nil for none
	rules   *atomic.Pointer[Rules]
	watch   Observer
}

// DefaultThreshold is the threshold of checkpoints that have none.
const DefaultThreshold = 0.5

// verdictThreshold is the name of the verdict's threshold in checkpoints.
const verdictThreshold = "verdict"

// newModel makes a version of a model, ready to run.
func (e *Engine) newModel(name string, version int, m models.Model, meta checkpoint.Meta) *Model {
	v := &Model{
		Name: name, Version: version, Meta: meta, Threshold: e.threshold(name, meta),
		model: m, records: recordsOf(m), classes: m.Classes(), benign: m.Benign(), top: e.opt.Top,
		net: newNetwork(m.Network()), rules: &e.rules, watch: e.opt.Observer,
	}
	v.batcher = &batcher{
		net: v.net, rows: e.opt.BatchRows, wait: e.opt.BatchWait, threads: e.opt.Threads, total: &e.queued,
		ran: func(b batchTimes) { v.watch.Batch(v, b.rows, b.wait, b.predict) },
	}
	if v.records == Names && e.opt.Cache > 0 {
		v.cache = newCache(e.opt.Cache)
	}
	return v
}

func (e *Engine) threshold(name string, meta checkpoint.Meta) float64 {
	if t, ok := e.opt.Thresholds[name]; ok {
		return t
	}
	if e.opt.Threshold != nil {
		return *e.opt.Threshold
	}
	if t, ok := meta.Thresholds[verdictThreshold]; ok {
		return t
	}
	return DefaultThreshold
}

// recordsOf is the kind of records that a model takes, "" for none.
func recordsOf(m models.Model) string {
	switch m.(type) {
	case models.Names:
		return Names
	case models.Queries:
		return Queries
	case models.Flows:
		return Flows
	}
	return ""
}

// Kind is the model's name on the command line.
func (m *Model) Kind() string { return m.model.Kind() }

// Records is the kind of records that the model takes: [Names], [Queries] or [Flows].
func (m *Model) Records() string { return m.records }

// Classes names the classes, in the order of the probabilities.
func (m *Model) Classes() []string { return m.classes }

// Benign is the index of the benign class, or −1.
func (m *Model) Benign() int { return m.benign }

// Inputs tells what the network takes for a record: so many token ids, or so many values.
func (m *Model) Inputs() (cols int, tokens bool) { return m.net.cols, m.net.tokens }

// NumOutputs is the number of the network's outputs for a record: one for each class, or 1 where there are two of them.
func (m *Model) NumOutputs() int { return m.net.outputs }

// Domain is the domain that a query of this name is counted to; "" where the model takes no queries.
func (m *Model) Domain(name string) string {
	if q, ok := m.model.(models.Queries); ok {
		return q.Domain(name)
	}
	return ""
}
