package datasets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// QueryInput is a source of queries as [CollectQueries] takes it.
type QueryInput struct {
	Name    string // for the report
	Queries Queries
}

// QueryOptions are the rules of [CollectQueries].
type QueryOptions struct {
	Strict     bool // a bad row is an error
	Unlabelled bool // rows without a label are taken; else they are an error
}

// QueryReport says what [CollectQueries] read.
type QueryReport struct{ Sources []SourceReport }

// String gives a line for each source, and indented lines for what was left out.
func (r *QueryReport) String() string {
	var b strings.Builder
	for i := range r.Sources {
		r.Sources[i].write(&b)
	}
	return b.String()
}

// CollectQueries reads all queries of the inputs, in their order, and where those of each input end. Nothing is left out but
// bad rows: that a query is repeated is part of what it tells. The records have no Fields.
func CollectQueries(ctx context.Context, opt QueryOptions, inputs ...QueryInput) (all []Query, ends []int, report *QueryReport, err error) {
	report = &QueryReport{}
	known := map[string]string{}
	intern := func(s string) string {
		own, ok := known[s]
		if !ok {
			own = strings.Clone(s)
			known[own] = own
		}
		return own
	}
	for _, in := range inputs {
		s := SourceReport{Name: in.Name}
		for q, err := range in.Queries {
			s.Rows++
			if s.Rows%4096 == 0 && ctx.Err() != nil {
				return nil, nil, nil, context.Cause(ctx)
			}
			if err != nil {
				row, ok := BadRow(err)
				if !ok {
					return nil, nil, nil, err
				}
				if opt.Strict {
					return nil, nil, nil, fmt.Errorf("bad row: %w", row)
				}
				s.bad(row)
				continue
			}
			switch {
			case IsBenign(q.Label):
				s.Benign++
			case q.Label == "" && !opt.Unlabelled:
				return nil, nil, nil, fmt.Errorf("%s: %w: name the class with CLASS=SOURCE, the column with --label, or give it as --benign", in.Name, ErrUnlabelled)
			case q.Label == "":
				s.Unlabelled++
			}
			q.Client, q.Type, q.Label, q.File = intern(q.Client), intern(q.Type), intern(q.Label), intern(q.File)
			q.Name, q.Fields = strings.Clone(q.Name), nil
			all = append(all, q)
		}
		slices.SortStableFunc(s.Bad, func(a, b BadRows) int { return cmp.Compare(b.Rows, a.Rows) })
		report.Sources = append(report.Sources, s)
		ends = append(ends, len(all))
	}
	return all, ends, report, context.Cause(ctx)
}
