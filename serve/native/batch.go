package native

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// batch is a number of records of one kind that are judged together.
type batch struct {
	model    *engine.Model
	stream   *engine.QueryStream // of which the queries are a part; nil where they are all there is
	features []float32           // of the queries of a stream
	list     string              // the list of the request that the records stand in, "" for a stream
	row      int                 // number of the first record, from 1

	names   []string
	queries []datasets.Query
	flows   []datasets.Flow
	places  []int             // of each record: its index in these, or that of its fault below 0
	faults  []records.Refused // of records that are none

	text []byte // the answers
	err  error
	done chan struct{}
}

// reset empties the batch, for records from that number on.
func (b *batch) reset(row int) {
	b.row, b.features, b.err = row, nil, nil
	b.names, b.queries, b.flows = b.names[:0], b.queries[:0], b.flows[:0]
	b.places, b.faults, b.text = b.places[:0], b.faults[:0], b.text[:0]
}

func (b *batch) len() int { return len(b.places) }

// field names a field of the record that is added next.
func (b *batch) field(name string) string {
	if b.list == "" {
		return name
	}
	at := b.list + "[" + strconv.Itoa(len(b.places)) + "]"
	if name == "" {
		return at
	}
	return at + "." + name
}

// addName adds a name, or the query of a name.
func (b *batch) addName(name string) {
	if b.model.Records() != engine.Names {
		b.add(map[string]any{"query": name})
		return
	}
	b.places = append(b.places, len(b.names))
	b.names = append(b.names, name)
}

// add adds a record by its fields.
func (b *batch) add(fields map[string]any) {
	var err error
	switch b.model.Records() {
	case engine.Names:
		var name string
		if name, err = records.Name(fields); err == nil {
			b.addName(name)
		}
	case engine.Queries:
		var q datasets.Query
		if q, err = records.Query(fields); err == nil {
			b.places = append(b.places, len(b.queries))
			b.queries = append(b.queries, q)
		}
	default:
		var f datasets.Flow
		if f, err = records.Flow(fields); err == nil {
			b.places = append(b.places, len(b.flows))
			b.flows = append(b.flows, f)
		}
	}
	var wrong *records.FieldError
	switch {
	case errors.As(err, &wrong):
		b.refuse(httpx.CodeBadField, wrong.Field, wrong.Reason)
	case err != nil:
		b.refuse(httpx.CodeBadField, "", err.Error())
	}
}

// refuse adds what stands in the place of a record that is none.
func (b *batch) refuse(code, field, message string) {
	fault := records.Fault{Code: code, Message: message, Field: b.field(field)}
	b.places = append(b.places, -len(b.faults)-1)
	b.faults = append(b.faults, records.Refused{Row: b.row + len(b.places) - 1, Error: fault})
}

// judge has the records judged.
func (b *batch) judge(ctx context.Context) ([]engine.Answer, error) {
	switch {
	case b.model.Records() == engine.Names:
		return b.model.JudgeNames(ctx, b.names)
	case b.model.Records() == engine.Flows:
		return b.model.JudgeFlows(ctx, b.flows)
	case b.stream != nil:
		return b.stream.Judge(ctx, b.queries, b.features)
	}
	return b.model.JudgeQueries(ctx, b.queries)
}

// write writes the answers, each followed by an end but the last, and gives the problem of the first record where no record
// is one.
func (b *batch) write(answers []engine.Answer, end byte) *httpx.Problem {
	var first *httpx.Problem
	good := 0
	for i, at := range b.places {
		if i > 0 {
			b.text = append(b.text, end)
		}
		fault := b.append(i, at, answers)
		if fault == nil {
			good++
		} else if first == nil {
			first = httpx.Problemf(http.StatusBadRequest, fault.Code, fault.Field, "%s", fault.Message)
		}
	}
	if good > 0 {
		return nil
	}
	return first
}

// append writes the answer for record i.
func (b *batch) append(i, at int, answers []engine.Answer) *records.Fault {
	if at < 0 {
		f := &b.faults[-at-1]
		b.text = records.AppendRefused(b.text, f)
		return &f.Error
	}
	a := &answers[at]
	switch b.model.Records() {
	case engine.Names:
		if a.Err != nil {
			r := &records.Refused{Name: &b.names[at], Error: records.Fault{Code: httpx.CodeBadRecord, Message: a.Err.Error()}}
			if b.list != "" {
				r.Error.Field = b.list + "[" + strconv.Itoa(i) + "]"
			}
			b.text = records.AppendRefused(b.text, r)
			return &r.Error
		}
		b.text = records.AppendName(b.text, b.names[at], a)
	case engine.Queries:
		b.text = records.AppendQuery(b.text, b.model, &b.queries[at], a)
	default:
		b.text = records.AppendFlow(b.text, b.row+i, a)
	}
	return nil
}
