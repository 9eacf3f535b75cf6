package feed

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// hosts is a hosts file (hosts(5)), as block lists are published: an address and one or more names, divided by spaces; the
// rest of a line after a # is a comment:
//
//	0.0.0.0 ads.example.com tracker.example.com  # two names
//
// What a system needs for itself (localhost, broadcasthost and the like) is no name of the list and is passed over.
var hosts = Format{
	Name:        "hosts",
	Description: "0.0.0.0 name ... (or 127.0.0.1, ::1): a hosts file; the family is given (FAMILY=SOURCE) or the file's name",
	Recognize:   isHosts,
	Header:      noHeader,
	Read:        readHosts,
}

// isHosts wants at least half of the first rows to lead names to nowhere or to the machine itself.
func isHosts(head []byte, _ Options) bool {
	yes, lines := 0, sample(head)
	for _, line := range lines {
		fields := strings.Fields(string(withoutComment(line)))
		if len(fields) < 2 {
			continue
		}
		to, err := netip.ParseAddr(fields[0])
		if err == nil && (to.IsUnspecified() || to.IsLoopback()) && (isLocal(fields[1]) || isDotted(fields[1])) {
			yes++
		}
	}
	return yes > 0 && yes*2 >= len(lines)
}

// localNames are the names that hosts files have for the system itself.
var localNames = []string{
	"localhost", "localhost.localdomain", "localhost4", "localhost4.localdomain4", "localhost6", "localhost6.localdomain6", "local",
	"broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts",
	"0.0.0.0",
}

func isLocal(name string) bool { return slices.Contains(localNames, strings.ToLower(name)) }

func readHosts(text *bufio.Reader, opt Options) datasets.Domains {
	r := &hostsReader{opt: opt, lines: table.NewLines(text), family: opt.family(FileFamily(opt.File))}
	return r.all
}

type hostsReader struct {
	opt    Options
	lines  *table.Lines
	family string
}

func (r *hostsReader) all(yield func(datasets.Domain, error) bool) {
	for {
		line, err := r.lines.Next()
		switch {
		case err == io.EOF:
			return
		case err == table.ErrLong:
			if !yield(datasets.Domain{}, r.bad(1, datasets.LineTooLong, nil)) {
				return
			}
		case err != nil:
			yield(datasets.Domain{}, err)
			return
		case table.Skip(line):
		case !r.line(line, yield):
			return
		}
	}
}

func (r *hostsReader) bad(column int, reason datasets.Reason, err error) error {
	return r.opt.rowError(r.lines.Number(), column, reason, err)
}

var errNoName = errors.New("an address without a name")

// line yields the names of one line. It tells whether to go on.
func (r *hostsReader) line(line []byte, yield func(datasets.Domain, error) bool) bool {
	if i := bytes.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	fields := words{rest: string(line)}
	address, column := fields.next()
	if _, err := netip.ParseAddr(address); err != nil {
		return yield(datasets.Domain{}, r.bad(column, NoAddress, nil))
	}
	raw, column := fields.next()
	if raw == "" {
		return yield(datasets.Domain{}, r.bad(1, datasets.FieldCount, errNoName))
	}
	for ; raw != ""; raw, column = fields.next() {
		if isLocal(raw) {
			continue
		}
		d := datasets.Domain{Family: r.family, Raw: raw, File: r.opt.File, Line: r.opt.Line + r.lines.Number()}
		name, err := datasets.Normalize(raw)
		if err != nil {
			d, err = datasets.Domain{}, r.bad(column, err.(datasets.Reason), nil)
		}
		d.Name = name
		if !yield(d, err) {
			return false
		}
	}
	return true
}

// words cuts a line at its spaces.
type words struct {
	rest string
	at   int
}

// next gives the next word, "" at the end, and its column.
func (w *words) next() (word string, column int) {
	trimmed := strings.TrimLeft(w.rest, " \t")
	w.at += len(w.rest) - len(trimmed)
	end := strings.IndexAny(trimmed, " \t")
	if end < 0 {
		end = len(trimmed)
	}
	column = w.at + 1
	w.rest, w.at = trimmed[end:], w.at+end
	return trimmed[:end], column
}
