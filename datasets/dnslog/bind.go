package dnslog

import (
	"bufio"
	"errors"
	"net/netip"
	"strings"

	"threatnet/datasets"
)

// bind is the query log of BIND 9 (Administrator Reference Manual, "The query log"), with any of the prefixes that its
// channels can print, or that of syslog:
//
//	05-Jan-2024 10:00:00.123 queries: info: client @0x7f00 192.0.2.1#53000/key K (q): view V: query: NAME CLASS TYPE +E(0)K (server) [ECS 198.51.100.0/24/0]
//
// The time, the category, the severity, the client's number in the program, the key, the name in parentheses, the view, the
// flags and all after them may be absent. Other messages of the server are passed over.
var bind = Format{
	Name:        "bind",
	Description: "BIND 9 query log, with or without time, category, severity and view",
	Strict:      true,
	Recognize:   func(head []byte, _ Options) bool { return recognizes(head, newBIND()) },
	Header:      noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, newBIND())
	},
}

type bindParser struct {
	clock          clock
	clients, types remembered
}

func newBIND() *bindParser { return &bindParser{clients: remembered{}, types: remembered{}} }

var errFlags = errors.New("the flags begin with neither + nor -")

func (p *bindParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	text := string(line)
	at, client, message := bindClient(text)
	switch {
	case at < 0:
		return qs, unlogged(text)
	case message < 0:
		return qs, &flaw{column: len(text) + 1, reason: BadLine, err: errTruncated}
	}
	const tag = "query: "
	rest, ok := strings.CutPrefix(text[message:], tag)
	if !ok {
		if strings.HasPrefix(tag, rest) { // cut within the tag
			return qs, &flaw{column: message + 1, reason: BadLine, err: errTruncated}
		}
		return qs, nil
	}
	q, err := p.query(rest, message+len(tag))
	if err == nil {
		q.Time, err = p.clock.of(text[:at])
	}
	if err != nil {
		return qs, err
	}
	q.Client = p.clients.keep(client)
	return append(qs, q), nil
}

// bindClient finds the client in a line: where it begins, -1 if there is none, its address, and where the message to it
// begins, -1 if the line ends before.
func bindClient(text string) (at int, address string, message int) {
	const tag, nobody = "client ", "(no-peer)"
	for from := 0; ; {
		i := strings.Index(text[from:], tag)
		if i < 0 {
			return -1, "", -1
		}
		at = from + i
		from = at + len(tag)
		start, end := word(text, from)
		numbered := strings.HasPrefix(text[start:end], "@0x")
		if numbered {
			start, end = word(text, end)
		}
		address, _, ok := strings.Cut(text[start:end], "#")
		if _, err := netip.ParseAddr(address); err != nil || !ok {
			if !strings.HasPrefix(text[start:], nobody) {
				if numbered {
					return at, "", -1
				}
				continue
			}
			address = ""
		}
		// The name in parentheses has no unescaped space, so that the next ": " is behind it.
		_, rest, ok := strings.Cut(text[start:], ": ")
		if !ok {
			return at, address, -1
		}
		if view, ok := strings.CutPrefix(rest, "view "); ok {
			if _, after, ok := strings.Cut(view, ": "); ok {
				rest = after
			}
		}
		return at, address, len(text) - len(rest)
	}
}

// query reads NAME CLASS TYPE FLAGS, which begin at a place of the line.
func (p *bindParser) query(text string, at int) (q datasets.Query, err error) {
	nameStart, nameEnd := word(text, 0)
	classStart, classEnd := word(text, nameEnd)
	typeStart, typeEnd := word(text, classEnd)
	flagStart, _ := word(text, typeEnd)
	if classStart == classEnd || typeStart == typeEnd {
		return q, &flaw{column: at + 1, reason: datasets.FieldCount, err: errTruncated}
	}
	if flagStart < len(text) && text[flagStart] != '+' && text[flagStart] != '-' {
		return q, &flaw{column: at + flagStart + 1, reason: BadLine, err: errFlags}
	}
	var bad int
	if q.Name, bad, err = presentation(text[nameStart:nameEnd]); err != nil {
		return q, &flaw{column: at + nameStart + bad + 1, reason: BadEscape, err: err}
	}
	q.Type = p.types.get(text[typeStart:typeEnd], recordType)
	return q, nil
}
