package document

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// checker goes through a document. Its methods return false where they refuse; then i is the place, and reason and path
// say what and which.
type checker struct {
	b         []byte
	i         int
	depth     int // of further nesting
	nonFinite bool
	keys      []span // of the objects that are open, those of the innermost last
	stop      int    // a value that ends here or later is refused, with no reason; 0: none
	reason    string
	path      string
}

// span is a string of the document, without its quotes.
type span struct {
	from, to int
	escaped  bool
}

func (c *checker) fail(reason string) bool {
	c.reason = reason
	return false
}

// unexpected refuses the byte at i, or the end.
func (c *checker) unexpected(wanted string) bool {
	if c.i >= len(c.b) {
		return c.fail("the document ends where " + wanted + " should be")
	}
	if r, _ := utf8.DecodeRune(c.b[c.i:]); r != utf8.RuneError {
		return c.fail(fmt.Sprintf("%q stands where %s should be", r, wanted))
	}
	return c.fail("invalid UTF-8")
}

func (c *checker) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// next tells whether the byte at i is b, and goes over it then.
func (c *checker) next(b byte) bool {
	if c.i < len(c.b) && c.b[c.i] == b {
		c.i++
		return true
	}
	return false
}

func (c *checker) value() bool {
	return c.read() && (c.stop == 0 || c.i < c.stop || c.fail(""))
}

func (c *checker) read() bool {
	if c.i >= len(c.b) {
		return c.unexpected("a value")
	}
	switch b := c.b[c.i]; b {
	case '"':
		_, ok := c.text()
		return ok
	case '[':
		return c.nested((*checker).array)
	case '{':
		return c.nested((*checker).object)
	case 't':
		return c.token("true")
	case 'f':
		return c.token("false")
	case 'n':
		return c.token("null")
	case 'N':
		return c.special("NaN")
	case 'I':
		return c.special("Infinity")
	case '-':
		if c.i+1 < len(c.b) && c.b[c.i+1] == 'I' {
			return c.special("-Infinity")
		}
		return c.number()
	default:
		if b < '0' || b > '9' {
			return c.unexpected("a value")
		}
		return c.number()
	}
}

func (c *checker) token(t string) bool {
	if !bytes.HasPrefix(c.b[c.i:], []byte(t)) {
		return c.unexpected("a value")
	}
	c.i += len(t)
	return true
}

func (c *checker) special(t string) bool {
	if !c.nonFinite && bytes.HasPrefix(c.b[c.i:], []byte(t)) {
		return c.fail(t + " is no JSON number")
	}
	return c.token(t)
}

func (c *checker) nested(read func(*checker) bool) bool {
	if c.depth == 0 {
		return c.fail("nested too deeply")
	}
	c.depth--
	c.i++
	if !read(c) {
		return false
	}
	c.depth++
	return true
}

func (c *checker) array() bool {
	if c.space(); c.next(']') {
		return true
	}
	for n := 0; ; n++ {
		if !c.value() {
			c.path = prepend(Index("", n), c.path)
			return false
		}
		switch c.space(); {
		case c.next(']'):
			return true
		case !c.next(','):
			c.path = Index("", n)
			return c.unexpected("a comma or the list's end")
		}
		c.space()
	}
}

func (c *checker) object() bool {
	if c.space(); c.next('}') {
		return true
	}
	outer := len(c.keys)
	seen := map[string]bool(nil) // once there are many
	for {
		if c.i >= len(c.b) || c.b[c.i] != '"' {
			return c.unexpected("a field's name")
		}
		at := c.i
		key, ok := c.text()
		if !ok {
			return false
		}
		if len(c.keys)-outer == MaxFields {
			c.i = at
			return c.fail(fmt.Sprintf("an object of more than %d fields", MaxFields))
		}
		if c.known(key, outer, &seen) {
			c.i = at
			c.path = Field("", c.key(key))
			return c.fail("the object has this field twice")
		}
		if c.space(); !c.next(':') {
			return c.unexpected("a colon")
		}
		if c.space(); !c.value() {
			c.path = prepend(Field("", c.key(key)), c.path)
			return false
		}
		switch c.space(); {
		case c.next('}'):
			c.keys = c.keys[:outer]
			return true
		case !c.next(','):
			c.path = Field("", c.key(key))
			return c.unexpected("a comma or the object's end")
		}
		c.space()
	}
}

// fewKeys are compared one by one.
const fewKeys = 16

// known tells whether the object whose names begin at keys[outer] has a name already, and adds it.
func (c *checker) known(key span, outer int, seen *map[string]bool) bool {
	n := len(c.keys) - outer
	c.keys = append(c.keys, key)
	if n < fewKeys {
		for _, k := range c.keys[outer : outer+n] {
			if c.same(k, key) {
				return true
			}
		}
		return false
	}
	if *seen == nil {
		*seen = map[string]bool{}
		for _, k := range c.keys[outer : outer+n] {
			(*seen)[c.key(k)] = true
		}
	}
	name := c.key(key)
	if (*seen)[name] {
		return true
	}
	(*seen)[name] = true
	return false
}

func (c *checker) same(a, b span) bool {
	if a.escaped || b.escaped {
		return c.key(a) == c.key(b)
	}
	return bytes.Equal(c.b[a.from:a.to], c.b[b.from:b.to])
}

func (c *checker) key(s span) string { return unescape(c.b[s.from:s.to], s.escaped) }

// prepend puts a step before a path.
func prepend(step, path string) string {
	if path == "" || path[0] == '[' {
		return step + path
	}
	return step + "." + path
}
