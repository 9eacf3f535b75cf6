package exfilmlp

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"threatnet/datasets"
)

// Filter says which detections are left out: what the detection calls its filter macro, which lets everything pass until
// somebody writes into it. The nil Filter is that one.
//
// Its text form has a pattern on each line: a client or a name, in which * stands for any characters, or none. Case does not
// count; names are as they are displayed (see datasets.EscapeName), but for dots at the end. A pattern after src= or
// query= is of clients or of names alone. Empty lines, and lines that begin with #, say nothing.
type Filter struct {
	clients, names patterns
}

// patterns are plain ones, and those with *.
type patterns struct {
	plain map[string]bool
	wild  [][]string // cut at the *
}

// ReadFilter reads a filter's text form.
func ReadFilter(r io.Reader) (*Filter, error) {
	f := new(Filter)
	lines := bufio.NewScanner(r)
	line := 0
	for lines.Scan() {
		line++
		text := strings.TrimSpace(lines.Text())
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if text == "" || text[0] == '#' {
			continue
		}
		client, isClient := strings.CutPrefix(text, "src=")
		name, isName := strings.CutPrefix(text, "query=")
		if !isName {
			f.clients.add(client)
		}
		if !isClient {
			f.names.add(strings.TrimRight(name, "."))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("filter: line %d: %w", line+1, err)
	}
	return f, nil
}

// Match tells whether the filter leaves out the detections of a client and name.
func (f *Filter) Match(client, name string) bool {
	return f != nil && (f.clients.match(client) || f.names.match(datasets.EscapeName(strings.TrimRight(name, "."))))
}

func (p *patterns) add(text string) {
	text = strings.ToLower(text)
	if strings.Contains(text, "*") {
		p.wild = append(p.wild, strings.Split(text, "*"))
		return
	}
	if p.plain == nil {
		p.plain = map[string]bool{}
	}
	p.plain[text] = true
}

func (p *patterns) match(text string) bool {
	text = strings.ToLower(text)
	if p.plain[text] {
		return true
	}
	for _, parts := range p.wild {
		if matchParts(text, parts) {
			return true
		}
	}
	return false
}

// matchParts takes each part at its first place after the one before, and the last at the end.
func matchParts(text string, parts []string) bool {
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[last])
}
