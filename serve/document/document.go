// Package document reads the JSON document (RFC 8259) of a request as it came, without making a tree of it. [Parse] goes
// through the whole document once and refuses what is no JSON, text that is no UTF-8, lone surrogates, a field that an
// object has twice, objects of more than [MaxFields] fields, and nesting beyond a limit; from then on a [Value] is a piece of
// the document's own bytes, whose elements and fields are read when they are asked for. So a document costs what its reader keeps of it: a list of a
// million numbers costs the caller's numbers and nothing more, and no size that a document declares is believed.
//
// The errors of Parse are [Error] values and say where: as a path of fields, and as line and column.
package document

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
)

// Kind is the type of a value.
type Kind uint8

// Kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String says a kind in words.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object"}[k]
}

// Options say what a document may hold.
type Options struct {
	Depth     int  // of lists and objects, at most; 0 is 16
	NonFinite bool // the tokens NaN, Infinity and -Infinity are numbers, as JavaScript and Python write them
}

const usualDepth = 16

// MaxFields is how many fields an object may have: some times those of any record.
const MaxFields = 1000

// Error is a document that is refused.
type Error struct {
	Path         string // of the value where reading ended, such as inputs[0].data[3]; "" for the document itself
	Line, Column int    // from 1; columns are bytes
	Reason       string
}

// Error implements error.
func (e *Error) Error() string {
	at := ""
	if e.Path != "" {
		at = e.Path + ": "
	}
	return fmt.Sprintf("%s%s (line %d, column %d)", at, e.Reason, e.Line, e.Column)
}

// Parse checks a document and returns its value, which keeps body: it must not change any more.
func Parse(body []byte, o Options) (Value, error) {
	c := checker{b: body, nonFinite: o.NonFinite, depth: o.Depth}
	if c.depth <= 0 {
		c.depth = usualDepth
	}
	c.space()
	start := c.i
	if !c.value() {
		return Value{}, c.refusal()
	}
	end := c.i
	if c.space(); c.i < len(body) {
		c.fail("something follows the document")
		return Value{}, c.refusal()
	}
	return Value{body[start:end:end]}, nil
}

// PathAt names the value of a document that ends at an offset, or the first one that ends after it.
func PathAt(body []byte, offset int, o Options) string {
	c := checker{b: body, nonFinite: o.NonFinite, depth: cmp.Or(o.Depth, usualDepth), stop: max(offset, 1)}
	c.space()
	c.value()
	return c.path
}

// refusal is the error of what was found at c.i.
func (c *checker) refusal() *Error {
	before := c.b[:min(c.i, len(c.b))]
	return &Error{
		Path:   c.path,
		Line:   1 + bytes.Count(before, []byte{'\n'}),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Reason: c.reason,
	}
}

// maxKey is how much of a field's name a path shows.
const maxKey = 64

// Field joins a path and the name of a field. A name that is no plain word is quoted, a long one is cut.
func Field(path, name string) string {
	shown := name
	if len(shown) > maxKey {
		shown = shown[:maxKey]
	}
	for i := range len(shown) {
		if c := shown[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return path + "[" + strconv.QuoteToASCII(shown) + "]"
		}
	}
	if path == "" {
		return shown
	}
	return path + "." + shown
}

// Index joins a path and the number of an element.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
