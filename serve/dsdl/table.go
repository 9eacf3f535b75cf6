package dsdl

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table is the CSV text of a request: text throughout. null, NA and 1234 are names like any other.
type table struct {
	header []string
	rows   [][]string
}

// Errors of tables.
var (
	errNoHeader = errors.New("no header")
	errRows     = errors.New("too many rows")
)

// readTable reads a CSV text (RFC 4180) of at most most rows. Errors have line and column. Blank lines are no rows.
func readTable(text string, most int) (*table, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	header, err := r.Read()
	if err == io.EOF {
		return nil, errNoHeader
	}
	if err != nil {
		return nil, err
	}
	t := &table{header: header}
	for {
		row, err := r.Read()
		switch {
		case err == io.EOF:
			return t, nil
		case err != nil:
			return nil, err
		case len(t.rows) == most:
			return nil, fmt.Errorf("%w: more than %d", errRows, most)
		}
		t.rows = append(t.rows, row)
	}
}

// column is the index of a column by its name, -1 if there is none. Case and the prefix of Splunk's data model do not
// matter, as they do not to the readers of sources.
func (t *table) column(name string) int {
	return slices.IndexFunc(t.header, func(h string) bool {
		h = strings.Trim(h, columnMarks)
		return strings.EqualFold(h, name) || strings.EqualFold(h, "DNS."+name)
	})
}

// columnMarks may stand around a column's name.
const columnMarks = " \t\"'"

// without drops columns by their names.
func (t *table) without(names ...string) *table {
	var kept []int
	for i, h := range t.header {
		if !slices.Contains(names, h) {
			kept = append(kept, i)
		}
	}
	if len(kept) == len(t.header) {
		return t
	}
	out := &table{rows: make([][]string, len(t.rows))}
	pick := func(row []string) []string {
		cells := make([]string, len(kept))
		for i, k := range kept {
			cells[i] = row[k]
		}
		return cells
	}
	out.header = pick(t.header)
	for i, row := range t.rows {
		out.rows[i] = pick(row)
	}
	return out
}

// with adds columns, of which cells gives those of a row. Columns that have these names already give way.
func (t *table) with(names []string, cells [][]string) *table {
	base := t.without(names...)
	out := &table{header: slices.Concat(base.header, names), rows: make([][]string, len(base.rows))}
	for i, row := range base.rows {
		out.rows[i] = slices.Concat(row, cells[i])
	}
	return out
}

// String is the table as CSV text, lines ended by LF.
func (t *table) String() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(t.header)  // a Builder takes everything,
	_ = w.WriteAll(t.rows) // and every text can be quoted
	return b.String()
}

// write writes the rows in an order for the readers of sources: one line each, so that line i+2 is the i-th row of the
// order, and every cell quoted, so that no row looks like a comment or a blank line. Of a cell with several values, on
// lines of their own, the first counts, as it does for the readers.
func (t *table) write(to io.Writer, order []int) error {
	w := bufio.NewWriter(to)
	writeLine(w, t.header)
	for _, i := range order {
		writeLine(w, t.rows[i])
	}
	return w.Flush()
}

func writeLine(w *bufio.Writer, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			_ = w.WriteByte(',') // the writer keeps its error for Flush
		}
		_ = w.WriteByte('"')
		_, _ = w.WriteString(strings.ReplaceAll(first(cell), `"`, `""`))
		_ = w.WriteByte('"')
	}
	_ = w.WriteByte('\n')
}

// first is the first of the values of a cell, which Splunk divides by line ends.
func first(cell string) string {
	cell, _, _ = strings.Cut(cell, "\n")
	return strings.TrimSuffix(cell, "\r")
}

// inOrder counts the rows.
func (t *table) inOrder() []int {
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	return order
}
