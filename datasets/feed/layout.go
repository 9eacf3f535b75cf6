package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// The columns that are looked for, the first present first.
var (
	nameColumns  = []string{"host", "domain", "name", "query", "qname", "fqdn"}
	labelColumns = []string{"family", "subclass", "dga", "label", "class"}
)

const dateColumn = "date"

var separators = []byte{',', ';', '\t'}

// layout says which column of a text with columns is what.
type layout struct {
	separator byte
	header    []string // nil if the first row is a record
	columns   int
	name      int
	labels    []int // the family's column first, then those beside it
	date      int   // -1 if there is none
	ranked    bool  // there are ranks and no labels

	noName, noLabel error // the options name a column that is not there
}

// newLayout finds the separator and the columns by the first rows: by the header, if the first row is one, else by what
// the columns hold.
func newLayout(head []byte, opt Options) (layout, error) {
	var best layout
	bestErr := errors.New("no rows")
	for _, byHeader := range []bool{true, false} {
		for _, separator := range separators {
			rows := sampleRows(head, separator)
			if len(rows) == 0 {
				continue
			}
			l := layout{separator: separator, columns: len(rows[0]), date: -1}
			find := l.guess
			if byHeader {
				find = l.fromHeader
			}
			err := find(rows, opt)
			switch {
			case err == nil && (bestErr != nil || l.columns > best.columns):
				best, bestErr = l, nil
			case err != nil && bestErr != nil && l.columns > best.columns:
				best, bestErr = l, err
			}
		}
		if bestErr == nil {
			break
		}
	}
	return best, bestErr
}

// sampleRows gives the first records of a text.
func sampleRows(head []byte, separator byte) [][]string {
	r := table.NewReader(bytes.NewReader(whole(head)), separator)
	var rows [][]string
	for len(rows) < sampled {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err == nil {
			rows = append(rows, slices.Clone(fields))
		}
	}
	return rows
}

// fromHeader fills the layout if the first row names a column of names.
func (l *layout) fromHeader(rows [][]string, opt Options) error {
	name := firstOf(rows[0], nameColumns)
	if opt.NameColumn != "" {
		if i := firstOf(rows[0], []string{opt.NameColumn}); i >= 0 {
			name = i
		}
	}
	if name < 0 {
		return fmt.Errorf("%w: none of %s is among %s", ErrColumn, strings.Join(nameColumns, ", "), quoteAll(rows[0]))
	}
	l.use(rows[0], name, rows[1:], opt)
	return nil
}

// use fills the layout with a header, which name is a column of names of.
func (l *layout) use(header []string, name int, rows [][]string, opt Options) {
	l.header, l.name = header, name
	if opt.NameColumn != "" {
		if l.name, l.noName = find(header, opt.NameColumn); l.noName != nil {
			l.name = name
		}
	}
	l.date = firstOf(header, []string{dateColumn})
	l.addGiven(header, rows, opt)
	for _, known := range labelColumns {
		if i := firstOf(header, []string{known}); i >= 0 {
			l.addLabel(i, rows)
		}
	}
	l.ranked = len(l.labels) == 0 && firstOf(header, []string{"rank"}) >= 0
}

// addGiven adds the column of labels that the options name.
func (l *layout) addGiven(header []string, rows [][]string, opt Options) {
	if opt.Label == "" {
		return
	}
	column, err := find(header, opt.Label)
	if err == nil && column == l.name {
		err = fmt.Errorf("%w: %q is the one with the names", ErrColumn, opt.Label)
	}
	if l.noLabel = err; err == nil {
		l.addLabel(column, rows)
	}
}

// addLabel adds a column of labels, unless it stands beside the family's and numbers the classes: its 0 is not benign.
func (l *layout) addLabel(column int, rows [][]string) {
	if column == l.name || slices.Contains(l.labels, column) {
		return
	}
	numbered := slices.ContainsFunc(rows, func(row []string) bool {
		if column >= len(row) {
			return false
		}
		n, err := strconv.Atoi(strings.TrimSpace(row[column]))
		return err == nil && n != 0 && n != 1
	})
	if !numbered || len(l.labels) == 0 {
		l.labels = append(l.labels, column)
	}
}

// guess fills the layout by what the columns hold.
func (l *layout) guess(rows [][]string, opt Options) error {
	first := rows[0]
	if l.columns < 2 {
		return fmt.Errorf("%w: one column, and its header is none of %s", ErrColumn, strings.Join(nameColumns, ", "))
	}
	body := slices.DeleteFunc(slices.Clone(rows), func(row []string) bool { return len(row) != l.columns })
	if len(body)*2 < len(rows) {
		return fmt.Errorf("%w: the rows have different numbers of fields", ErrColumn)
	}
	columns := make([]contents, l.columns)
	for i := range columns {
		columns[i] = look(body, i)
	}
	var err error
	if l.name, err = l.guessName(columns, opt); err != nil {
		return fmt.Errorf("%w in %s; choose it with --name-column", err, quoteAll(first))
	}
	if columns[l.name].dotted > 0 && isHeader(body) {
		l.use(first, l.name, body[1:], opt)
		return nil
	}
	l.addGiven(first, body, opt)
	for _, column := range guessLabels(l.name, columns) {
		l.addLabel(column, body)
	}
	l.ranked = len(l.labels) == 0 && slices.ContainsFunc(columns, func(c contents) bool { return c.rank })
	return nil
}

// isHeader tells whether the first row looks like the names of the columns: words, none of which comes again in its column.
func isHeader(rows [][]string) bool {
	for i, cell := range rows[0] {
		if cell = column(cell); cell == "" || isNumber(cell) || isDotted(cell) {
			return false
		}
		if slices.ContainsFunc(rows[1:], func(row []string) bool { return column(row[i]) == cell }) {
			return false
		}
	}
	return len(rows) > 1
}

// guessName gives the column whose number the options give, else the first column at least half of which are names
// with a dot, else of two columns the one beside labels, or the one with top-level domains, beside ranks.
func (l *layout) guessName(columns []contents, opt Options) (int, error) {
	if n, err := strconv.Atoi(opt.NameColumn); err == nil && n >= 1 && n <= l.columns {
		return n - 1, nil
	}
	for i, c := range columns {
		if c.dotted*2 >= c.rows {
			return i, nil
		}
	}
	if l.columns == 2 {
		for i, c := range columns {
			other := columns[1-i]
			if c.rank && other.dotted+other.topLevel == other.rows || (c.benign || c.flag) && !other.benign && !other.flag && other.text {
				return 1 - i, nil
			}
		}
	}
	return 0, fmt.Errorf("%w: no column with names", ErrColumn)
}

// guessLabels gives the only column of words, or the first in which some are benign, and the columns of 0 and 1.
func guessLabels(name int, columns []contents) []int {
	var words, labels []int
	for i, c := range columns {
		if i != name && c.text && c.dotted == 0 {
			words = append(words, i)
		}
	}
	for _, i := range words {
		if len(words) == 1 || columns[i].benign {
			labels = append(labels, i)
			break
		}
	}
	for i, c := range columns {
		if i != name && c.flag && !c.rank {
			labels = append(labels, i)
		}
	}
	return labels
}

// contents is what the rows of a column have in common.
type contents struct {
	rows     int
	dotted   int  // names with a dot
	topLevel int  // top-level domains, which popularity lists have among their names
	text     bool // none is empty or a number
	flag     bool // all are 0 or 1
	benign   bool // some mark the benign class
	rank     bool // ascending whole numbers from 1 on
}

func look(rows [][]string, column int) contents {
	c := contents{rows: len(rows), text: true, flag: true, rank: true}
	before := 0
	for _, row := range rows {
		field := strings.TrimSpace(row[column])
		if isDotted(field) {
			c.dotted++
		} else if isTopLevel(field) {
			c.topLevel++
		}
		c.text = c.text && field != "" && !isNumber(field)
		c.flag = c.flag && (field == "0" || field == "1")
		c.benign = c.benign || datasets.IsBenign(field)
		n, err := strconv.Atoi(field)
		c.rank = c.rank && err == nil && n > before
		before = n
	}
	return c
}

// isNumber tells a number from words that strconv takes for one, such as nan.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && strings.ContainsAny(s, "0123456789")
}

// isDotted tells whether a field is a name of two labels or more, and not a number.
func isDotted(field string) bool {
	name, err := datasets.Normalize(field)
	if err != nil {
		return false
	}
	dot := strings.LastIndexByte(name, '.')
	return dot >= 0 && strings.Trim(name[dot+1:], "0123456789") != ""
}

// isTopLevel tells whether a field is a top-level domain that there is.
func isTopLevel(field string) bool {
	_, icann := publicsuffix.PublicSuffix(strings.ToLower(field))
	return icann && !strings.Contains(field, ".")
}

// firstOf gives the first of the known columns that the header has, or -1.
func firstOf(header, known []string) int {
	for _, k := range known {
		if i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(column(h), k) }); i >= 0 {
			return i
		}
	}
	return -1
}

// find gives the column that the user names, by its name or by its number from 1.
func find(header []string, name string) (int, error) {
	if i := firstOf(header, []string{name}); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(header) {
		return n - 1, nil
	}
	return 0, fmt.Errorf("%w: %q is not among %s", ErrColumn, name, quoteAll(header))
}

// column is the name of a column without what may stand around it.
func column(field string) string { return strings.Trim(field, " \t\"'") }

func quoteAll(fields []string) string {
	quoted := make([]string, min(len(fields), 20))
	for i := range quoted {
		quoted[i] = strconv.Quote(fields[i][:min(len(fields[i]), 60)])
	}
	return strings.Join(quoted, ", ")
}
