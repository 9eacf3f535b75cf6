package datasets

import (
	"fmt"
	"iter"
	"strings"
	"time"
)

// Query is one DNS query, as a reader of logs delivers it.
type Query struct {
	Time   time.Time // zero where the source has none
	Client string    // who asked: an address or a name; "" where the source has none
	// Name is what was asked for: the bytes of the labels as they were sent, joined by dots, in their case. Escapes of the
	// source are undone, and so is the dot that a log puts after every name; [EscapeName] is for display. "" is the root.
	Name  string
	Type  string // "A", "TXT", "TYPE65280"; "" where the source has none
	Label string // "" where the source has none, [Benign], or what the query belongs to: a tunnel tool, or [AnyExfiltration]
	Rank  int    // of the query within its window, newest first, where the source numbers them; else 0

	Fields []string // of the record, valid until the next one; nil where it has no columns
	File   string   // where the record begins
	Line   int      // of the source; in a capture the number of the packet
}

// AnyExfiltration is the label of a query that carries data out by a tool that is not named.
const AnyExfiltration = "exfiltration"

// Queries iterates over the queries of a source, by the rules of [Domains].
type Queries = iter.Seq2[Query, error]

// EscapeName writes a name as DNS tools do: bytes that are no printable ASCII as \DDD, and a backslash as \\
// (RFC 1035, section 5.1). Names of printable ASCII stay as they are.
func EscapeName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c <= ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
