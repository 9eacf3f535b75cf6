package dnslog

import (
	"bufio"
	"net/netip"
	"strings"

	"threatnet/datasets"
)

// unbound is what Unbound writes with log-queries or log-replies (unbound.conf(5)), to a file or to syslog:
//
//	[1704448800] unbound[1234:0] info: 192.0.2.1 example.com. A IN
//	Jan  5 10:00:00 host unbound: [1234:0] reply: 192.0.2.1 example.com. A IN NOERROR 0.000000 1 56
//
// With log-tag-queryreply the word before the address is query or reply. A reply is passed over once there was a query, as
// each has one then; until then, and so where only replies are logged, a reply stands for its query. Unbound writes a ? for
// the bytes of a name that are neither letters, digits, hyphens, underscores nor asterisks. Other messages are passed over.
var unbound = Format{
	Name:        "unbound",
	Description: "Unbound log-queries or log-replies",
	Strict:      true,
	Recognize:   func(head []byte, _ Options) bool { return recognizes(head, newUnbound()) },
	Header:      noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, newUnbound())
	},
}

type unboundParser struct {
	clock          clock
	clients, types remembered
	queries        bool // are logged, beside the replies
}

func newUnbound() *unboundParser { return &unboundParser{clients: remembered{}, types: remembered{}} }

// Words of a query and, at least, of a reply: address, name, type, class; code, time, cached, size.
const (
	unboundQuery = 4
	unboundReply = 8
)

func (p *unboundParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	text := string(line)
	at, message := tagged(text, "unbound")
	if at < 0 {
		return qs, unlogged(text)
	}
	var words [unboundReply][2]int
	n := 0
	for start, end := word(text, message); start < end && n < len(words); start, end = word(text, end) {
		words[n] = [2]int{start, end}
		n++
	}
	client := text[words[0][0]:words[0][1]]
	if _, err := netip.ParseAddr(client); err != nil {
		return qs, nil
	}
	switch name := text[words[1][0]:words[1][1]]; {
	case n != unboundQuery && n != unboundReply:
		return qs, &flaw{column: message + 1, reason: datasets.FieldCount, err: errTruncated}
	case n == unboundReply && p.queries:
		return qs, nil
	case n == unboundReply && name == "-": // to a message that could not be read
		return qs, &flaw{column: words[1][0] + 1, reason: datasets.EmptyName}
	}
	p.queries = p.queries || n == unboundQuery
	q := datasets.Query{
		Client: p.clients.keep(client),
		Name:   strings.Clone(strings.TrimSuffix(text[words[1][0]:words[1][1]], ".")),
		Type:   p.types.get(text[words[2][0]:words[2][1]], recordType),
	}
	var err error
	if q.Time, err = p.clock.of(text[:at]); err != nil {
		return qs, err
	}
	return append(qs, q), nil
}
