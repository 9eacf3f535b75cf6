package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"threatnet/models"
)

// format is a way of writing verdicts.
type format interface {
	// begin writes what stands before the records; first is nil if there are none.
	begin(w io.Writer, first *row) error
	records(w *bytes.Buffer, rows []row, verdicts []models.Verdict) error
}

func (f *scoreFlags) format(m models.Model, s subject, in *input, showClasses bool) format {
	switch {
	case f.json:
		return jsonLines{s}
	case f.csv:
		return csvRecords{in, s}
	}
	width := 0
	for _, c := range m.Classes() {
		width = max(width, utf8.RuneCountInString(printable(c)))
	}
	return textLines{s, width, showClasses}
}

// jsonLines writes an object for each record.
type jsonLines struct{ subject }

func (jsonLines) begin(io.Writer, *row) error { return nil }

func (j jsonLines) records(w *bytes.Buffer, rows []row, verdicts []models.Verdict) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range rows {
		if err := enc.Encode(j.object(&rows[i], verdicts[i])); err != nil {
			return err
		}
	}
	return nil
}

// textLines writes aligned columns, what the record is known by last since its width is not known.
type textLines struct {
	subject
	width   int // of the labels
	classes bool
}

func (textLines) begin(io.Writer, *row) error { return nil }

func (t textLines) records(w *bytes.Buffer, rows []row, verdicts []models.Verdict) error {
	for i := range rows {
		v, cells := &verdicts[i], t.cells(&rows[i])
		fmt.Fprintf(w, "%-*s  %.6f  %-*s  %s", len(models.Malicious), v.Verdict, v.Probability, t.width, printable(v.Label), printable(cells[len(cells)-1]))
		if rows[i].query != nil && rows[i].query.Client != "" {
			fmt.Fprintf(w, "  %s", printable(rows[i].query.Client))
		}
		if t.classes {
			for j, c := range v.Classes {
				separator := ", "
				if j == 0 {
					separator = "  "
				}
				fmt.Fprintf(w, "%s%s %.6f", separator, printable(c.Label), c.Probability)
			}
		}
		w.WriteByte('\n')
	}
	return nil
}

// printable is text that may be shown on a line of a terminal: quoted where it holds anything else.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(s) {
		return strconv.Quote(s)
	}
	return s
}

// csvRecords writes the fields of the input, and the verdict after them.
type csvRecords struct {
	in *input
	subject
}

func (c csvRecords) begin(w io.Writer, first *row) error {
	columns := slices.Clone(c.in.columns)
	switch {
	case c.in.plain:
		columns = c.columns()
	case columns == nil && first == nil:
		return nil
	case columns == nil:
		for i := range first.fields {
			columns = append(columns, fmt.Sprintf("column%d", i+1))
		}
	}
	for _, name := range []string{"verdict", "probability", "label"} {
		for slices.Contains(columns, name) {
			name = "predicted_" + name
		}
		columns = append(columns, name)
	}
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func (c csvRecords) records(w *bytes.Buffer, rows []row, verdicts []models.Verdict) error {
	out := csv.NewWriter(w)
	var record []string
	for i := range rows {
		record = append(record[:0], rows[i].fields...)
		if c.in.plain {
			record = append(record, c.cells(&rows[i])...)
		}
		v := &verdicts[i]
		record = append(record, v.Verdict, strconv.FormatFloat(v.Probability, 'g', -1, 32), v.Label)
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
