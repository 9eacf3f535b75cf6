package exfiltration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
)

// Table is a staged table: the rows that a search sends to be scored.
type Table struct {
	Columns []string
	Rows    [][]string
	Queries []datasets.Query // of each row
	Bad     []error          // of rows that hold no query, which are left out: each wraps a *datasets.RowError
}

// ErrNoRank is the error of a table without the column rank.
var ErrNoRank = errors.New(`no column "rank": which rows are to be scored?`)

// ReadTable reads a source as a staged table, until ctx ends.
func ReadTable(ctx context.Context, s *source.Source) (*Table, error) {
	t := &Table{Columns: slices.Clone(s.Header())}
	if !slices.ContainsFunc(t.Columns, isRank) {
		return nil, fmt.Errorf("%s: %w", s.Path, ErrNoRank)
	}
	for q, err := range s.Queries() {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			if _, ok := datasets.BadRow(err); !ok {
				return nil, err
			}
			t.Bad = append(t.Bad, err)
			continue
		}
		t.Rows = append(t.Rows, slices.Clone(q.Fields))
		q.Fields = nil
		t.Queries = append(t.Queries, q)
	}
	return t, nil
}

// isRank knows the column as the reader of queries does.
func isRank(column string) bool {
	return strings.EqualFold(column, "rank") || strings.EqualFold(column, "DNS.rank")
}
