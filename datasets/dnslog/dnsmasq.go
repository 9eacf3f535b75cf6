package dnslog

import (
	"bufio"
	"net/netip"
	"strings"

	"threatnet/datasets"
)

// dnsmasq is what dnsmasq writes with log-queries (dnsmasq(8)), to a file or to syslog; log-queries=extra puts a number and
// the client's address and port before it:
//
//	Jan  5 10:00:00 dnsmasq[1234]: query[A] example.com from 192.0.2.1
//	Jan  5 10:00:00 dnsmasq[1234]: 17 192.0.2.1/53000 query[type=65] example.com from 192.0.2.1
//
// Queries to a zone that dnsmasq is the authority for begin with auth. What it did then (forwarded, reply, cached ...) and
// other messages are passed over.
var dnsmasq = Format{
	Name:        "dnsmasq",
	Description: "dnsmasq log-queries",
	Strict:      true,
	Recognize:   func(head []byte, _ Options) bool { return recognizes(head, newDnsmasq()) },
	Header:      noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, newDnsmasq())
	},
}

type dnsmasqParser struct {
	clock          clock
	clients, types remembered
}

func newDnsmasq() *dnsmasqParser { return &dnsmasqParser{clients: remembered{}, types: remembered{}} }

func (p *dnsmasqParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	text := string(line)
	at, message := tagged(text, "dnsmasq")
	if at < 0 {
		return qs, unlogged(text)
	}
	start, end := word(text, message)
	if number := text[start:end]; number != "" && strings.Trim(number, "0123456789") == "" { // of log-queries=extra
		_, end = word(text, end)
		start, end = word(text, end)
	}
	verb, kind, ok := strings.Cut(text[start:end], "[")
	if !ok || verb != "query" && verb != "auth" {
		const tag = "query["
		if cut := text[start:end]; end == len(text) && strings.HasPrefix(tag, cut) {
			return qs, &flaw{column: end + 1, reason: BadLine, err: errTruncated}
		}
		return qs, nil
	}
	// A name may have spaces, an address has none.
	const from = " from "
	last := strings.LastIndex(text, from)
	if last <= end || !strings.HasSuffix(kind, "]") {
		return qs, &flaw{column: start + 1, reason: datasets.FieldCount, err: errTruncated}
	}
	client := strings.TrimRight(text[last+len(from):], " ")
	if _, err := netip.ParseAddr(client); err != nil {
		return qs, &flaw{column: last + len(from) + 1, reason: BadLine, err: err}
	}
	q := datasets.Query{
		Client: p.clients.keep(client),
		Name:   strings.Clone(strings.TrimSuffix(text[end+1:last], ".")),
		Type:   p.types.get(strings.TrimSuffix(kind, "]"), recordType),
	}
	var err error
	if q.Time, err = p.clock.of(text[:at]); err != nil {
		return qs, err
	}
	return append(qs, q), nil
}
