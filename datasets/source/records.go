package source

import (
	"iter"

	"threatnet/datasets"
)

// Domains iterates over the names of the source: those that are asked for, where it is a log of queries. Errors that end the
// iteration begin with the path. All but standard input and pipes may be read again.
func (s *Source) Domains() datasets.Domains {
	return records(s, func(t *text) datasets.Domains {
		switch {
		case s.format.domains != nil:
			return s.format.domains(t.Reader, s.options)
		case s.format.queries != nil:
			return asked(s.format.queries(t.Reader, s.options))
		}
		return nil
	})
}

// Queries iterates over the queries of the source as Domains does; a list of names is one of queries without client and
// time.
func (s *Source) Queries() datasets.Queries {
	return records(s, func(t *text) datasets.Queries {
		switch {
		case s.format.queries != nil:
			return s.format.queries(t.Reader, s.options)
		case s.format.domains != nil:
			return asking(s.format.domains(t.Reader, s.options))
		}
		return nil
	})
}

// Flows iterates over the flows of the source as Domains does.
func (s *Source) Flows() datasets.Flows {
	return records(s, func(t *text) datasets.Flows {
		if s.format.flows == nil {
			return nil
		}
		return s.format.flows(t.Reader, s.options)
	})
}

// records opens the source and iterates over what read makes of it; nil stands for records that the source does not hold.
func records[R any](s *Source, read func(*text) iter.Seq2[R, error]) iter.Seq2[R, error] {
	rows := func(yield func(R, error) bool) {
		var zero R
		t, err := s.open()
		if err != nil {
			yield(zero, fail(s.Path, err))
			return
		}
		defer t.close()
		rows := read(t)
		if rows == nil {
			panic("source: records of another kind")
		}
		for r, err := range rows {
			if err == nil {
				if !yield(r, nil) {
					return
				}
				continue
			}
			_, skippable := datasets.BadRow(err)
			if !skippable {
				err = fail(s.Path, err)
			}
			if !yield(zero, err) || !skippable {
				return
			}
		}
		sum, err := t.sum()
		if err != nil {
			yield(zero, fail(s.Path, err))
			return
		}
		if s.origin.whole == nil {
			s.sum = sum
		}
	}
	if s.strict {
		return datasets.Strict(rows)
	}
	return rows
}

// asked gives the names of queries in normal form; those that have none are bad rows.
func asked(queries datasets.Queries) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) {
		for q, err := range queries {
			d := datasets.Domain{Family: q.Label, Fields: q.Fields, File: q.File, Line: q.Line}
			if err == nil {
				d.Raw = datasets.EscapeName(q.Name)
				if q.Time.Unix() > 0 { // a log without years begins in the year 0
					d.Day = int32(q.Time.Unix() / (24 * 60 * 60))
				}
				if d.Name, err = datasets.Normalize(d.Raw); err != nil {
					reason, _ := err.(datasets.Reason)
					err = &datasets.RowError{Pos: datasets.Pos{File: q.File, Line: q.Line, Column: 1}, Reason: reason}
				}
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

// asking makes queries of names, as they stand.
func asking(domains datasets.Domains) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		for d, err := range domains {
			q := datasets.Query{Name: d.Raw, Label: d.Family, Fields: d.Fields, File: d.File, Line: d.Line}
			if !yield(q, err) {
				return
			}
		}
	}
}
