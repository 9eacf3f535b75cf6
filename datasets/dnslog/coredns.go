package dnslog

import (
	"bufio"
	"fmt"
	"net/netip"
	"strings"

	"threatnet/datasets"
)

// coreDNS is what the log plugin of CoreDNS writes (https://coredns.io/plugins/log) in the forms {common} and {combined},
// after whatever the journal or a container's log puts before it:
//
//	[INFO] 192.0.2.1:50759 - 29008 "A IN example.org. udp 41 false 4096" NOERROR qr,rd,ra,ad 68 0.037990251s
//
// IPv6 addresses are in brackets. Other messages, which have a level in brackets, and the lines with which the server starts
// are passed over.
var coreDNS = Format{
	Name:        "coredns",
	Description: "CoreDNS log plugin, {common} or {combined}",
	Strict:      true,
	Recognize:   func(head []byte, _ Options) bool { return recognizes(head, newCoreDNS()) },
	Header:      noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, newCoreDNS())
	},
}

type coreDNSParser struct {
	clock          clock
	clients, types remembered
}

func newCoreDNS() *coreDNSParser { return &coreDNSParser{clients: remembered{}, types: remembered{}} }

func (p *coreDNSParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	text := string(line)
	at, client, question := remote(text)
	if at < 0 {
		return qs, p.other(text)
	}
	q, err := p.query(text, question)
	if err == nil {
		q.Time, err = p.clock.of(text[:at])
	}
	if err != nil {
		return qs, err
	}
	q.Client = p.clients.keep(client)
	return append(qs, q), nil
}

// remote finds `ADDRESS:PORT - ID "` in a line: where it begins, -1 if it is not there, the address, and what follows on it.
func remote(text string) (at int, address string, question int) {
	head, _, ok := strings.Cut(text, ` "`)
	if !ok {
		return -1, "", 0
	}
	dash := strings.LastIndex(head, " - ")
	if dash < 0 {
		return -1, "", 0
	}
	at = strings.LastIndexByte(head[:dash], ' ') + 1
	host, _, ok := cutPort(head[at:dash])
	if !ok {
		return -1, "", 0
	}
	return at, host, len(head) + 2
}

// cutPort cuts the port off an address.
func cutPort(text string) (host, port string, ok bool) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return "", "", false
	}
	host, port = text[:colon], text[colon+1:]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(inner, "]")
	}
	_, err := netip.ParseAddr(host)
	return host, port, err == nil
}

// questionWords is how many words the question has: type, class, name, protocol, size, DO, buffer size.
const questionWords = 7

// query reads the quoted question that begins at a place of the line. In its name a backslash precedes spaces and quotes.
func (p *coreDNSParser) query(text string, from int) (q datasets.Query, err error) {
	var words [questionWords][2]int
	n, start, closed := 0, from, false
	i := from
	for ; i < len(text) && !closed; i++ {
		switch text[i] {
		case '\\':
			i++
		case ' ', '"':
			if n < questionWords {
				words[n] = [2]int{start, i}
			}
			n, start, closed = n+1, i+1, text[i] == '"'
		}
	}
	if !closed {
		return q, &flaw{column: min(i, len(text)) + 1, reason: datasets.BadQuotes, err: errTruncated}
	}
	if n != questionWords {
		return q, &flaw{column: from + 1, reason: datasets.FieldCount, err: fmt.Errorf("%d words instead of %d", n, questionWords)}
	}
	name := words[2]
	var bad int
	if q.Name, bad, err = presentation(text[name[0]:name[1]]); err != nil {
		return q, &flaw{column: name[0] + bad + 1, reason: BadEscape, err: err}
	}
	q.Type = p.types.get(text[words[0][0]:words[0][1]], recordType)
	return q, nil
}

// levels of CoreDNS's messages.
var levels = []string{"[INFO] ", "[WARNING] ", "[ERROR] ", "[DEBUG] ", "[FATAL] "}

// other is the error of a line that is no query: none if it is another message or from the start of the server.
func (p *coreDNSParser) other(text string) error {
	for _, level := range levels {
		i := strings.Index(text, level)
		if i < 0 {
			continue
		}
		// A query that was cut off before its question.
		if start, end := word(text, i+len(level)); level == levels[0] {
			if _, _, ok := cutPort(text[start:end]); ok {
				return &flaw{column: len(text) + 1, reason: BadLine, err: errTruncated}
			}
		}
		return nil
	}
	if isBanner(text) {
		return nil
	}
	return errUnknown
}

// isBanner tells whether a line is from the start of the server: a zone and its port (.:53), the version, the system.
func isBanner(text string) bool {
	if strings.HasPrefix(text, "CoreDNS-") || strings.HasPrefix(text, "linux/") {
		return true
	}
	zone, port, ok := strings.Cut(text, ":")
	return ok && strings.HasSuffix(zone, ".") && port != "" && strings.Trim(port, "0123456789") == "" && !strings.Contains(zone, " ")
}
