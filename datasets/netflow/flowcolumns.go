package netflow

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"threatnet/datasets"
)

// flowColumns is a table as pandas' to_json writes it by default, a column after the other:
//
//	{"flow_duration":{"0":113802641,"1":1326626},...,"label":{"0":"BENIGN","1":"DDoS"}}
//
// A record is complete only with the last column, so the text is read whole; see [MaxColumnsText].
var flowColumns = Format{
	Name:        "flow-columns",
	Description: `one JSON object {"column":{"row":value,...},...}: a table as pandas' to_json writes it, up to 1 GiB`,
	Recognize:   isFlowColumns,
	Header: func(head []byte, opt Options) []string {
		c := newColumns(bufio.NewReader(bytes.NewReader(head)), opt, len(head))
		_ = c.read() // the head may end anywhere
		return c.layout.names
	},
	Read: func(text *bufio.Reader, opt Options) datasets.Flows { return newColumns(text, opt, MaxColumnsText).all },
}

// MaxColumnsText is the size in bytes up to which a text is read as columns. Reading takes about
// twice as much memory, and several times as much where there are few columns.
const MaxColumnsText = 1 << 30

// isFlowColumns wants one of the columns that the head shows to be a feature or what tables of flows begin with: there may be
// many rows, and the head ends within the first column.
func isFlowColumns(head []byte, opt Options) bool {
	c := newColumns(bufio.NewReader(bytes.NewReader(head)), opt, len(head))
	if err := c.read(); err == nil {
		return c.layout.features() >= MinFeatures
	} else if err != io.ErrUnexpectedEOF || len(c.rows) == 0 {
		return false
	}
	return c.layout.features() > 0 || c.layout.at[flowID] >= 0 || c.layout.at[destinationPort] >= 0
}

// columns holds a table, column by column.
type columns struct {
	scan    *scanner
	limit   int // of the text
	opt     Options
	layout  *layout
	texts   strings.Builder // of all values
	columns [][]cell
	cells   int      // of all columns
	rows    []string // their keys
	index   map[string]int
	seen    map[string]bool // the columns' names
	value   []byte
}

// cell is a value: a part of the texts, and its place.
type cell struct{ from, to, line, column uint32 }

func newColumns(text *bufio.Reader, opt Options, limit int) *columns {
	return &columns{scan: newScanner(text), limit: limit, opt: opt, layout: newLayout(nil, opt), index: make(map[string]int), seen: make(map[string]bool)}
}

// all iterates over the rows, once.
func (c *columns) all(yield func(datasets.Flow, error) bool) {
	err := c.read()
	at := place{c.scan.line, c.scan.column()}
	if err == nil {
		at, err = place{1, 1}, c.layout.check(c.opt)
	}
	if err != nil {
		yield(datasets.Flow{}, c.opt.final(at.line, at.column, err))
		return
	}
	r := newRecords(c.opt, c.layout)
	texts, fields := c.texts.String(), make([]string, len(c.columns))
	for row := range c.rows {
		for i, column := range c.columns {
			fields[i] = ""
			if row < len(column) {
				fields[i] = texts[column[row].from:column[row].to]
			}
		}
		if !yield(c.flow(r, fields, row)) {
			return
		}
	}
}

// flow gives the flow of a row, or the bad row.
func (c *columns) flow(r *records, fields []string, row int) (datasets.Flow, error) {
	f, bad := r.flow(fields)
	if bad == nil {
		f.Line = c.opt.Line + c.place(row, 0).line
		return f, nil
	}
	at := c.place(row, 0)
	if bad.err != nil { // about one column
		at = c.place(row, bad.column)
	}
	return f, c.opt.rowError(at.line, at.column, bad.reason, bad.err)
}

// place is where a row's value in a column stands or, if it is missing, the first of its values that is there.
func (c *columns) place(row, from int) place {
	for _, column := range c.columns[from:] {
		if row < len(column) && column[row].line > 0 {
			return place{int(column[row].line), int(column[row].column)}
		}
	}
	return place{1, 1}
}

// read takes the whole text in.
func (c *columns) read() error {
	if err := c.object(c.column); err != nil {
		return err
	}
	if _, ok := c.scan.space(); ok {
		return c.scan.unexpected("the end of the text")
	}
	if c.scan.err != io.EOF {
		return c.scan.err
	}
	return nil
}

// object reads an object; member reads a value, of the key.
func (c *columns) object(member func(key []byte) error) error {
	s := c.scan
	if err := s.want('{'); err != nil {
		return err
	}
	var key []byte
	for more := false; ; more = true {
		next, ok := s.space()
		switch {
		case ok && next == '}':
			s.at++
			return nil
		case more && next != ',':
			return s.unexpected("a comma or }")
		case more:
			s.at++
		}
		if next, ok = s.space(); !ok || next != '"' {
			return s.unexpected("a name")
		}
		var err error
		if key, err = s.str(key[:0]); err == nil {
			err = s.want(':')
		}
		if err == nil {
			err = member(key)
		}
		if err != nil {
			return err
		}
		if s.offset() > c.limit {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, c.limit)
		}
	}
}

// column reads the values of a column. Of columns of one name the first counts.
func (c *columns) column(name []byte) error {
	if c.seen[string(name)] {
		_, err := c.scan.value(nil)
		return err
	}
	if len(c.columns) == maxColumns || len(name) > maxName {
		return fmt.Errorf("%w: %w", ErrTooLarge, errColumns)
	}
	if next, ok := c.scan.space(); ok && next != '{' {
		return fmt.Errorf("%w: %s is no column, which would be an object", ErrNotFlows, quote(string(name)))
	}
	c.seen[string(name)] = true
	c.layout.add(string(name))
	i := len(c.columns)
	c.columns = append(c.columns, nil)
	expected := 0
	return c.object(func(key []byte) error {
		row := c.row(key, expected)
		expected = row + 1
		return c.cell(&c.columns[i], row)
	})
}

// row gives the row of a key, which is the expected one unless the columns differ.
func (c *columns) row(key []byte, expected int) int {
	if expected < len(c.rows) && c.rows[expected] == string(key) {
		return expected
	}
	row, ok := c.index[string(key)]
	if !ok {
		row = len(c.rows)
		c.rows = append(c.rows, string(key))
		c.index[c.rows[row]] = row
	}
	return row
}

// cell reads a value of a column. Of values of one row the first counts.
func (c *columns) cell(column *[]cell, row int) error {
	s := c.scan
	_, _ = s.space()
	at := place{s.line, s.column()}
	var err error
	if c.value, err = s.value(c.value[:0]); err != nil {
		return err
	}
	for row >= len(*column) {
		*column = append(*column, cell{})
		c.cells++
	}
	if c.cells > s.offset() { // what a few columns of many rows and many columns of a few make
		return fmt.Errorf("%w: the columns have different rows", ErrTooLarge)
	}
	to := &(*column)[row]
	if to.line > 0 {
		return nil
	}
	from := c.texts.Len()
	c.texts.Write(c.value)
	*to = cell{uint32(from), uint32(c.texts.Len()), uint32(at.line), uint32(at.column)}
	return nil
}
