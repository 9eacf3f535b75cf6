package native

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"threatnet/datasets/netflow"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// newSource reads records of the given type. What is wrong with the head of a table is an error.
func newSource(mediaType string, m *engine.Model, text *bufio.Reader) (source, error) {
	switch {
	case mediaType == typeCSV:
		return newTable(m, text)
	case mediaType == typeText && m.Records() == engine.Flows:
		return nil, httpx.Problemf(http.StatusBadRequest, httpx.CodeWrongRecords, "Content-Type", "model %s takes flows, which a line of text is not", m.Name)
	}
	skipMark(text)
	return &lines{text: text, plain: mediaType == typeText}, nil
}

// skipMark goes over a byte order mark, and waits for no more bytes than tell whether there is one. An error of reading comes
// again.
func skipMark(text *bufio.Reader) {
	const mark = "\ufeff"
	for n := 1; ; n++ {
		head, err := text.Peek(n)
		switch {
		case err != nil || string(head) != mark[:n]:
			return
		case n == len(mark):
			_, _ = text.Discard(n)
			return
		}
	}
}

// lines are records a line: plain names, or JSON.
type lines struct {
	text  *bufio.Reader
	plain bool
	long  []byte // a line that is longer than the buffer
}

func (l *lines) ready() bool { return hasLine(l.text) }

// hasLine tells whether a whole line has been read.
func hasLine(r *bufio.Reader) bool {
	held, _ := r.Peek(r.Buffered()) // which is there
	return bytes.IndexByte(held, '\n') >= 0
}

func (l *lines) next(b *batch) error {
	for {
		line, err := l.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			l.add(b, line)
			return nil
		}
		if err != nil {
			return io.EOF
		}
	}
}

// line reads a line, the last one with io.EOF if nothing ends it.
func (l *lines) line() ([]byte, error) {
	line, err := l.text.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	l.long = append(l.long[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(l.long) > maxLine {
			return nil, tooLong
		}
		line, err = l.text.ReadSlice('\n')
		l.long = append(l.long, line...)
	}
	return l.long, err
}

var tooLong = httpx.Problemf(http.StatusRequestEntityTooLarge, httpx.CodeTooLarge, "", "a record has more than %d bytes", maxLine)

// add adds the record of a line.
func (l *lines) add(b *batch, line []byte) {
	if l.plain {
		if !utf8.Valid(line) {
			b.refuse(httpx.CodeBadRecord, "", "invalid UTF-8")
			return
		}
		b.addName(string(line))
		return
	}
	if err := httpx.Check(line); err != nil {
		p := httpx.AsProblem(err)
		b.refuse(p.Code, p.Field, p.Message)
		return
	}
	switch line[0] {
	case '"':
		var name string
		_ = json.Unmarshal(line, &name) // which is a string
		b.addName(name)
	case '{':
		b.addFields(fieldsOf(line))
	default:
		b.refuse(httpx.CodeBadField, "", "a record is an object or a string")
	}
}

// table is a CSV table whose first line names the columns (RFC 4180).
type table struct {
	text    *bufio.Reader
	limit   *limited
	rows    *csv.Reader
	columns []string
	name    int // column of the name, for names
}

// limited refuses records that are too long: a quote that nothing closes would hold a whole body.
type limited struct {
	io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, tooLong
	}
	n, err := l.Reader.Read(p)
	l.left -= n
	return n, err
}

func newTable(m *engine.Model, text *bufio.Reader) (*table, error) {
	skipMark(text)
	t := &table{limit: &limited{text, maxLine}}
	t.text = bufio.NewReaderSize(t.limit, readBuffer)
	t.rows = csv.NewReader(t.text)
	t.rows.FieldsPerRecord, t.rows.ReuseRecord = -1, true
	head, err := t.rows.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, "", "the body is empty: want a line that names the columns")
	case err != nil:
		return nil, csvError(err)
	}
	for _, c := range head {
		c = strings.Trim(c, "\ufeff \t")
		if m.Records() != engine.Flows {
			c = strings.ToLower(c)
		}
		t.columns = append(t.columns, c)
	}
	return t, t.check(m)
}

// check refuses tables without the columns that records need.
func (t *table) check(m *engine.Model) error {
	fields := map[string]any{}
	for _, c := range t.columns {
		fields[c] = c
	}
	var err error
	switch m.Records() {
	case engine.Names:
		var column string
		column, err = records.Name(fields)
		t.name = slices.Index(t.columns, column)
	case engine.Queries:
		_, err = records.Query(map[string]any{"query": fields["query"], "name": fields["name"], "qname": fields["qname"]})
	default:
		if n := len(netflow.Describe(t.columns, netflow.Options{}).Features); n < netflow.MinFeatures {
			return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, "", "there are columns for %d features of flows, and %d are needed", n, netflow.MinFeatures)
		}
	}
	var wrong *records.FieldError
	if errors.As(err, &wrong) {
		return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, wrong.Field, "no such column")
	}
	return err
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, "", "line %d: %v", parse.Line, parse.Err)
	}
	return err
}

func (t *table) ready() bool { return hasLine(t.text) }

func (t *table) next(b *batch) error {
	row, err := t.rows.Read()
	t.limit.left = maxLine
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		b.refuse(httpx.CodeBadRecord, "", parse.Err.Error())
		return nil
	case err != nil:
		return err
	case len(row) != len(t.columns):
		b.refuse(httpx.CodeBadRecord, "", strconv.Itoa(len(row))+" fields where there are "+strconv.Itoa(len(t.columns))+" columns")
		return nil
	}
	if i := slices.IndexFunc(row, func(s string) bool { return !utf8.ValidString(s) }); i >= 0 {
		b.refuse(httpx.CodeBadRecord, t.columns[i], "invalid UTF-8")
		return nil
	}
	if b.model.Records() == engine.Names {
		b.addName(strings.Clone(row[t.name]))
		return nil
	}
	fields := make(map[string]any, len(row))
	for i, c := range t.columns {
		if _, again := fields[c]; !again && row[i] != "" {
			fields[c] = strings.Clone(row[i])
		}
	}
	b.add(fields)
	return nil
}
