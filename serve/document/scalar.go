package document

import (
	"unicode/utf16"
	"unicode/utf8"
)

// number checks a number by the grammar of RFC 8259, section 6.
func (c *checker) number() bool {
	c.next('-')
	switch {
	case c.next('0'):
	case !c.digits():
		return c.unexpected("a digit")
	}
	if c.next('.') && !c.digits() {
		return c.unexpected("a digit")
	}
	if c.next('e') || c.next('E') {
		if !c.next('+') {
			c.next('-')
		}
		if !c.digits() {
			return c.unexpected("a digit")
		}
	}
	return true
}

// digits goes over digits and tells whether there are any.
func (c *checker) digits() bool {
	from := c.i
	for c.i < len(c.b) && c.b[c.i] >= '0' && c.b[c.i] <= '9' {
		c.i++
	}
	return c.i > from
}

// text checks a string.
func (c *checker) text() (span, bool) {
	c.i++
	s := span{from: c.i}
	for c.i < len(c.b) {
		switch b := c.b[c.i]; {
		case b == '"':
			s.to = c.i
			c.i++
			return s, true
		case b == '\\':
			s.escaped = true
			if !c.escape() {
				return s, false
			}
		case b < ' ':
			return s, c.fail("a control character in a string")
		case b < utf8.RuneSelf:
			c.i++
		default:
			r, n := utf8.DecodeRune(c.b[c.i:])
			if r == utf8.RuneError && n == 1 {
				return s, c.fail("invalid UTF-8")
			}
			c.i += n
		}
	}
	return s, c.unexpected("a string's end")
}

// escape checks an escape in a string; the two halves of a surrogate pair are one.
func (c *checker) escape() bool {
	rest := c.b[c.i+1:]
	if len(rest) == 0 {
		c.i = len(c.b)
		return c.unexpected("an escape")
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.i += 2
		return true
	case 'u':
	default:
		return c.fail("no such escape in a string")
	}
	r, ok := hex4(rest[1:])
	if !ok {
		return c.fail(`\u without four hexadecimal digits`)
	}
	if !utf16.IsSurrogate(r) {
		c.i += 6
		return true
	}
	if len(rest) >= 11 && rest[5] == '\\' && rest[6] == 'u' {
		if low, ok := hex4(rest[7:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			c.i += 12
			return true
		}
	}
	return c.fail("a lone surrogate is no character")
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// unescape is the text of a string that was checked.
func unescape(b []byte, escaped bool) string {
	if !escaped {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, _ := hex4(b[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(b[i+3:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return string(out)
}
