package main

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
)

// subject is what a model scores: names, queries or flows.
type subject interface {
	// unit is the kind of the records, as sources have it.
	unit() string
	// argument makes a row of an argument of the command line.
	argument(text string) row
	// rows gives the records of a source, with their fields if these are kept.
	rows(s *source.Source, keep bool) iter.Seq[row]
	// features writes what must be computed in the order of the rows. It is called for each row once, in that order.
	features(r *row, out []float32)
	// encode writes the network's input for a row, whose features are ready where there are any.
	encode(r *row, features []float32, tokens []int32, values []float32)
	// columns names what tells rows apart where the input has no columns of its own.
	columns() []string
	// cells are a row's, as text; the last one is what people know it by.
	cells(r *row) []string
	// object is a row's verdict as JSON has it.
	object(r *row, v models.Verdict) any
}

// subjectOf is what the model scores.
func subjectOf(e *env, m models.Model) (subject, error) {
	switch m := m.(type) {
	case models.Names:
		return nameSubject{m}, nil
	case models.Queries:
		return &querySubject{model: m, stream: m.NewStream(models.StreamOptions{})}, nil
	case models.Flows:
		return &flowSubject{model: m, log: e.logf}, nil
	}
	return nil, fmt.Errorf("a %s scores nothing", m.Kind())
}

// bad makes a row of an error.
func bad(err error) row {
	_, skippable := datasets.BadRow(err)
	return row{err: err, final: !skippable}
}

// nameSubject scores names.
type nameSubject struct{ model models.Names }

func (nameSubject) unit() string { return source.Names }

func (nameSubject) argument(text string) row {
	name, err := datasets.Normalize(text)
	if err != nil {
		err = fmt.Errorf("%q is no name: %w", text, err)
	}
	return row{raw: text, name: name, err: err}
}

func (nameSubject) rows(s *source.Source, keep bool) iter.Seq[row] {
	return func(yield func(row) bool) {
		for d, err := range s.Domains() {
			r := row{raw: d.Raw, name: d.Name}
			switch {
			case err != nil:
				r = bad(err)
			case keep:
				r.fields = slices.Clone(d.Fields)
			}
			if !yield(r) {
				return
			}
		}
	}
}

func (nameSubject) features(*row, []float32) {}

func (n nameSubject) encode(r *row, _ []float32, tokens []int32, values []float32) {
	n.model.Encode(models.InForm(n.model, r.name), tokens, values)
}

func (nameSubject) columns() []string     { return []string{"name"} }
func (nameSubject) cells(r *row) []string { return []string{r.raw} }
func (nameSubject) object(r *row, v models.Verdict) any {
	return struct {
		Name string `json:"name"`
		models.Verdict
	}{r.raw, v}
}

// querySubject scores queries. Their windows are those of one stream over all sources; where the model has none, of the whole
// table that the sources make.
type querySubject struct {
	model   models.Queries
	stream  models.QueryStream // or nil
	unknown int                // characters that no feature counts, but for those of the stream
}

func (*querySubject) unit() string { return source.Queries }

// argument makes a query that has nothing to do with the others.
func (s *querySubject) argument(text string) row {
	q := &datasets.Query{Name: text}
	r := row{query: q, ready: make([]float32, s.model.Network().Input.Size())}
	s.unknown += s.model.Features([]datasets.Query{*q}, r.ready)
	return r
}

func (s *querySubject) rows(src *source.Source, keep bool) iter.Seq[row] {
	rows := func(yield func(row) bool) {
		for q, err := range src.Queries() {
			if err != nil {
				if !yield(bad(err)) {
					return
				}
				continue
			}
			r := row{fields: nil}
			if keep {
				r.fields = slices.Clone(q.Fields)
			}
			q.Fields = nil
			r.query = &q
			if !yield(r) {
				return
			}
		}
	}
	if s.stream == nil {
		return s.table(rows)
	}
	return rows
}

// table reads all rows before it gives the first, with features of windows over all of them.
func (s *querySubject) table(rows iter.Seq[row]) iter.Seq[row] {
	return func(yield func(row) bool) {
		all := slices.Collect(rows)
		var queries []datasets.Query
		for i := range all {
			if all[i].query != nil {
				queries = append(queries, *all[i].query)
			}
		}
		cols := s.model.Network().Input.Size()
		features := make([]float32, len(queries)*cols)
		s.unknown += s.model.Features(queries, features)
		for i := range all {
			if all[i].query != nil {
				all[i].ready, features = features[:cols], features[cols:]
			}
			if !yield(all[i]) {
				return
			}
		}
	}
}

// report logs what the windows and the features left out.
func (s *querySubject) report(e *env) {
	unknown := s.unknown
	if s.stream != nil {
		unknown += s.stream.Unknown()
		if n := s.stream.Evicted(); n > 0 {
			e.logf("%d windows were given up before their time: there were too many clients and domains at once", n)
		}
	}
	if unknown > 0 {
		e.logf("%d characters of the names are none of those that the features count", unknown)
	}
}

func (s *querySubject) features(r *row, out []float32) {
	if r.ready != nil {
		copy(out, r.ready)
		return
	}
	s.stream.Features(r.query, out)
}

func (s *querySubject) encode(_ *row, features []float32, _ []int32, values []float32) {
	copy(values, features)
	s.model.Scale(values)
}

func (*querySubject) columns() []string { return []string{"time", "client", "domain", "name"} }
func (s *querySubject) cells(r *row) []string {
	return []string{timeText(r.query.Time), r.query.Client, datasets.EscapeName(s.model.Domain(r.query.Name)), datasets.EscapeName(r.query.Name)}
}

func (s *querySubject) object(r *row, v models.Verdict) any {
	c := s.cells(r)
	return struct {
		Name   string `json:"name"`
		Client string `json:"client"`
		Domain string `json:"domain"`
		Time   string `json:"time,omitempty"`
		models.Verdict
	}{c[3], c[1], c[2], c[0], v}
}

// timeText is a time by RFC 3339, or nothing.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// flowSubject scores flows, which it numbers.
type flowSubject struct {
	model models.Flows
	log   func(string, ...any)
	count int
}

// warnAfter is the flow of a source after which features that it does not have are named, if it has so many: it may be endless.
const warnAfter = 1000

func (*flowSubject) unit() string { return source.Flows }

func (*flowSubject) argument(text string) row {
	return row{err: fmt.Errorf("%q: a flow is no argument: name a source with --data", text), final: true}
}

func (s *flowSubject) rows(src *source.Source, keep bool) iter.Seq[row] {
	return func(yield func(row) bool) {
		var seen datasets.SeenFeatures
		begin := s.count
		for f, err := range seen.Of(src.Flows()) {
			s.count++
			if s.count == begin+warnAfter {
				s.warn(src.Path, &seen)
			}
			r := row{number: s.count}
			if err != nil {
				r = bad(err)
			} else {
				if keep {
					r.fields = slices.Clone(f.Fields)
				}
				f.Values, f.Fields = slices.Clone(f.Values), nil
				r.flow = &f
			}
			if !yield(r) {
				return
			}
		}
		if s.count < begin+warnAfter {
			s.warn(src.Path, &seen)
		}
	}
}

// warn names the features that a source does not have: its flows are scored without them.
func (s *flowSubject) warn(path string, seen *datasets.SeenFeatures) {
	if w := seen.Warning(s.model.Features()); w != "" {
		s.log("warning: %s: %s", path, w)
	}
}

func (*flowSubject) features(*row, []float32) {}

func (s *flowSubject) encode(r *row, _ []float32, tokens []int32, values []float32) {
	s.model.Encode(r.flow, tokens, values)
}

func (*flowSubject) columns() []string     { return []string{"row"} }
func (*flowSubject) cells(r *row) []string { return []string{strconv.Itoa(r.number)} }
func (*flowSubject) object(r *row, v models.Verdict) any {
	return struct {
		Row int `json:"row"`
		models.Verdict
	}{r.number, v}
}
