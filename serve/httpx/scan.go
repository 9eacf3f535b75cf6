package httpx

import (
	"bytes"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may be nested in a request.
const MaxDepth = 32

// scanner goes through a JSON text (RFC 8259) and knows where in it it is.
type scanner struct {
	text []byte
	at   int
	path []step
	stop int // offset at whose value to stop, or −1
	hit  bool
}

// step is a member of an object, or an element of an array.
type step struct {
	key   []byte // as it is written, without quotes
	index int    // −1 in an object
}

// Check refuses what is no JSON text in valid UTF-8, and what is nested deeper than [MaxDepth]. The error is a [Problem]
// that names the place.
func Check(text []byte) error {
	s := scanner{text: text, stop: -1}
	return s.document()
}

// pathAt names the value that ends at an offset of a JSON text, or the first one that ends after it.
func pathAt(text []byte, offset int) string {
	s := scanner{text: text, stop: offset}
	_ = s.document()
	return s.where()
}

func (s *scanner) document() error {
	if at := invalidUTF8(s.text); at >= 0 {
		where := pathAt(bytes.ToValidUTF8(s.text[:at], nil), at)
		return Problemf(http.StatusBadRequest, CodeBadJSON, where, "byte %d is not valid UTF-8", at+1)
	}
	if err := s.value(); err != nil || s.hit {
		return err
	}
	if s.space(); s.at < len(s.text) {
		return s.unexpected("nothing after the document")
	}
	return nil
}

func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n <= 1 {
			return at
		}
		at += n
	}
}

// where is the place in the text: names[3].x
func (s *scanner) where() string {
	var b []byte
	for _, p := range s.path {
		if p.index >= 0 {
			b = strconv.AppendInt(append(b, '['), int64(p.index), 10)
			b = append(b, ']')
			continue
		}
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, p.key[:min(len(p.key), 60)]...)
	}
	return string(bytes.ToValidUTF8(b, nil))
}

func (s *scanner) fail(format string, args ...any) error {
	return Problemf(http.StatusBadRequest, CodeBadJSON, s.where(), format, args...)
}

func (s *scanner) unexpected(want string) error {
	if s.at >= len(s.text) {
		return s.fail("the body ends where there should be %s", want)
	}
	rest := s.text[s.at:]
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return s.fail("%s is no JSON number", word)
		}
	}
	r, _ := utf8.DecodeRune(rest)
	return s.fail("%q at byte %d: want %s", r, s.at+1, want)
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// peek is the next byte that is no space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) value() (err error) {
	switch c := s.peek(); {
	case c == '{':
		err = s.object()
	case c == '[':
		err = s.array()
	case c == '"':
		_, err = s.str()
	case c == '-' || '0' <= c && c <= '9':
		err = s.number()
	case c == 't':
		err = s.word("true")
	case c == 'f':
		err = s.word("false")
	case c == 'n':
		err = s.word("null")
	default:
		err = s.unexpected("a value")
	}
	if err == nil && s.stop >= 0 && s.at >= s.stop {
		s.hit = true
	}
	return err
}

func (s *scanner) word(w string) error {
	if !bytes.HasPrefix(s.text[s.at:], []byte(w)) {
		return s.unexpected("a value")
	}
	s.at += len(w)
	return nil
}

func (s *scanner) push(p step) error {
	if len(s.path) >= MaxDepth {
		return s.fail("nested more than %d deep", MaxDepth)
	}
	s.path = append(s.path, p)
	return nil
}

func (s *scanner) object() error {
	s.at++
	if s.peek() == '}' {
		s.at++
		return nil
	}
	if err := s.push(step{index: -1}); err != nil {
		return err
	}
	for {
		if s.peek() != '"' {
			return s.unexpected("a name in quotes")
		}
		key, err := s.str()
		if err != nil {
			return err
		}
		s.path[len(s.path)-1].key = key
		if s.peek() != ':' {
			return s.unexpected("a colon")
		}
		s.at++
		if err := s.value(); err != nil || s.hit {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case '}':
			s.at++
			s.path = s.path[:len(s.path)-1]
			return nil
		default:
			return s.unexpected("a comma or }")
		}
	}
}

func (s *scanner) array() error {
	s.at++
	if s.peek() == ']' {
		s.at++
		return nil
	}
	if err := s.push(step{}); err != nil {
		return err
	}
	for {
		if err := s.value(); err != nil || s.hit {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
			s.path[len(s.path)-1].index++
		case ']':
			s.at++
			s.path = s.path[:len(s.path)-1]
			return nil
		default:
			return s.unexpected("a comma or ]")
		}
	}
}

// str goes over a string and gives what is between its quotes.
func (s *scanner) str() ([]byte, error) {
	s.at++
	for start := s.at; s.at < len(s.text); {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.text[start : s.at-1], nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < ' ':
			return nil, s.fail("byte %d: a control character in a string must be escaped", s.at+1)
		default:
			s.at++
		}
	}
	return nil, s.unexpected("a quote")
}

func (s *scanner) escape() error {
	if s.at+1 >= len(s.text) {
		s.at = len(s.text)
		return s.unexpected("a quote")
	}
	switch s.text[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return nil
	case 'u':
		high, ok := s.unit(s.at)
		switch {
		case !ok:
		case high < 0xd800 || high >= 0xe000:
			s.at += 6
			return nil
		case high < 0xdc00: // the first half of a pair
			if low, ok := s.unit(s.at + 6); ok && low >= 0xdc00 && low < 0xe000 {
				s.at += 12
				return nil
			}
			return s.fail("byte %d: half of a surrogate pair", s.at+1)
		default:
			return s.fail("byte %d: half of a surrogate pair", s.at+1)
		}
	}
	return s.fail("byte %d: an escape that JSON does not have", s.at+1)
}

// unit reads the \uXXXX at an offset.
func (s *scanner) unit(at int) (uint64, bool) {
	if at+6 > len(s.text) || s.text[at] != '\\' || s.text[at+1] != 'u' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(s.text[at+2:at+6]), 16, 32)
	return u, err == nil
}

func (s *scanner) number() error {
	if s.text[s.at] == '-' {
		if bytes.HasPrefix(s.text[s.at:], []byte("-Infinity")) {
			return s.unexpected("a number")
		}
		s.at++
	}
	switch {
	case s.at < len(s.text) && s.text[s.at] == '0':
		s.at++
	case s.digits() == 0:
		return s.unexpected("a digit")
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		if s.digits() == 0 {
			return s.unexpected("a digit")
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if s.digits() == 0 {
			return s.unexpected("a digit")
		}
	}
	return nil
}

func (s *scanner) digits() int {
	start := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at - start
}
