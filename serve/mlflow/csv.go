package mlflow

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// decodeCSV adds the rows of a table in text (RFC 4180).
func decodeCSV(b *instances.Batch, body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) {
		return badCSV("line %d is not valid UTF-8", invalidLine(body))
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.ReuseRecord = true
	head, err := r.Read()
	if err == io.EOF {
		return badCSV("the body is empty: want a table with a header")
	}
	if err != nil {
		return csvError(err)
	}
	columns := make([]string, len(head))
	for i, c := range head {
		columns[i] = strings.TrimSpace(c)
	}
	f, err := newFrame(b, columns, func(i int) string { return fmt.Sprintf("line 1, field %d", i+1) })
	if err != nil {
		return err
	}
	var lines []int // on which the rows begin
	b.AtLines(func(i int) int { return lines[i] })
	for {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return csvError(err)
		}
		line, _ := r.FieldPos(0)
		lines = append(lines, line)
		if err := b.Room(b.Len()+1, ""); err != nil {
			return err
		}
		for k, cell := range row {
			f.fields[columns[k]] = cell
			if cell == "" {
				f.fields[columns[k]] = nil
			}
		}
		if err := f.add(); err != nil {
			return err
		}
	}
}

func badCSV(format string, args ...any) error {
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, "", format, args...)
}

// csvError says where a table is damaged.
func csvError(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return badCSV("%v", err)
	}
	return badCSV("line %d, column %d: %v", p.Line, p.Column, p.Err)
}

// invalidLine is the first line that is no UTF-8.
func invalidLine(body []byte) int {
	n := 1
	for line := range bytes.Lines(body) {
		if !utf8.Valid(line) {
			break
		}
		n++
	}
	return n
}
