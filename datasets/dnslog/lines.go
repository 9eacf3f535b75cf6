package dnslog

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// parser reads a log whose records are lines. It may remember what it has read, and is for one text.
type parser interface {
	// parse appends the queries of a line that is not blank, none if it is no query. The error is a *flaw, or final.
	parse(line []byte, qs []datasets.Query) ([]datasets.Query, error)
}

// flaw is what is wrong with a line.
type flaw struct {
	column int
	reason datasets.Reason
	err    error
}

func (f *flaw) Error() string { return string(f.reason) }

// readLines iterates over the queries of a log.
func readLines(text *bufio.Reader, opt Options, p parser) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		lines := table.NewLines(text)
		var qs []datasets.Query
		for {
			line, err := lines.Next()
			switch {
			case err == io.EOF:
				return
			case err == table.ErrLong:
				qs, err = qs[:0], &flaw{column: 1, reason: datasets.LineTooLong}
			case err == nil && len(bytes.TrimSpace(line)) == 0:
				continue
			case err == nil:
				qs, err = p.parse(line, qs[:0])
			}
			for _, q := range qs {
				q.File, q.Line, q.Label = opt.File, opt.Line+lines.Number(), opt.label(q.Label)
				if !yield(q, nil) {
					return
				}
			}
			if bad, ok := err.(*flaw); ok {
				if !yield(datasets.Query{}, opt.rowError(lines.Number(), bad.column, bad.reason, bad.err)) {
					return
				}
			} else if err != nil {
				yield(datasets.Query{}, err)
				return
			}
		}
	}
}

// sampled is how many rows formats are recognised by.
const sampled = 20

// sample gives the first lines of a text that are neither blank nor comments.
func sample(head []byte) (rows [][]byte) {
	lines := table.NewLines(bytes.NewReader(whole(head)))
	for len(rows) < sampled {
		line, err := lines.Next()
		if err == table.ErrLong {
			continue
		}
		if err != nil {
			break
		}
		if !table.Skip(line) {
			rows = append(rows, bytes.Clone(line))
		}
	}
	return rows
}

// whole cuts a line off that may go on beyond the head, unless it is the only one.
func whole(head []byte) []byte {
	if i := bytes.LastIndexByte(head, '\n'); i >= 0 && !table.Skip(head[:i]) {
		return head[:i+1]
	}
	return head
}

// recognizes tells whether there are queries among the first lines, no fewer than damaged lines and those of something else.
func recognizes(head []byte, p parser) bool {
	queries, bad := 0, 0
	for _, line := range sample(head) {
		qs, err := p.parse(line, nil)
		queries += len(qs)
		if err != nil {
			bad++
		}
	}
	return queries > 0 && queries >= bad
}

// word gives where the next word of a text begins and ends, at or after a place; both are the end if there is none.
func word(text string, from int) (start, end int) {
	for start = from; start < len(text) && text[start] == ' '; start++ {
	}
	if i := strings.IndexByte(text[start:], ' '); i >= 0 {
		return start, start + i
	}
	return start, len(text)
}
