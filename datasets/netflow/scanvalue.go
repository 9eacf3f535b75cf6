package netflow

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"threatnet/datasets/internal/table"
)

// value appends the text of the next value: of a string what it says, of null nothing, of lists and objects their JSON
// without spaces.
func (s *scanner) value(to []byte) ([]byte, error) {
	c, ok := s.space()
	if ok && c == '"' {
		return s.str(to)
	}
	if ok && (c == '[' || c == '{') {
		return s.nested(to, 0)
	}
	from := len(to)
	to, err := s.literal(to)
	if string(to[from:]) == "null" {
		to = to[:from]
	}
	return to, err
}

var errEscape = errors.New("bad escape in a string")

// str appends the text of a string.
func (s *scanner) str(to []byte) ([]byte, error) {
	s.at++
	from := len(to)
	for {
		if _, ok := s.peek(); !ok {
			return to, s.unexpected("the end of a string")
		}
		rest := s.window[s.at:]
		n := 0
		for n < len(rest) && rest[n] != '"' && rest[n] != '\\' && rest[n] >= ' ' {
			n++
		}
		if len(to)-from+n > table.MaxLine {
			return to, errLong
		}
		to = append(to, rest[:n]...)
		s.at += n
		if n == len(rest) {
			continue
		}
		switch rest[n] {
		case '"':
			s.at++
			return to, nil
		case '\\':
			var err error
			if to, err = s.escape(to); err != nil {
				return to, err
			}
		default:
			return to, s.unexpected("the end of a string")
		}
	}
}

// escapes are the characters that stand for others after a backslash.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (s *scanner) escape(to []byte) ([]byte, error) {
	s.at++
	c, ok := s.peek()
	if !ok {
		return to, s.unexpected("the end of a string")
	}
	if plain, ok := escapes[c]; ok {
		s.at++
		return append(to, plain), nil
	}
	if c != 'u' {
		return to, errEscape
	}
	s.at++
	r, err := s.hex()
	if err != nil {
		return to, err
	}
	if utf16.IsSurrogate(r) {
		low, err := s.lowSurrogate()
		if err != nil {
			return to, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError || low == 0 {
			return utf8.AppendRune(to, pair), nil
		}
		return utf8.AppendRune(utf8.AppendRune(to, utf8.RuneError), low), nil
	}
	return utf8.AppendRune(to, r), nil
}

// lowSurrogate reads the escape that should follow on half of a character; 0 if something else follows.
func (s *scanner) lowSurrogate() (rune, error) {
	if c, ok := s.peek(); !ok || c != '\\' {
		return 0, nil
	}
	s.at++
	if c, ok := s.peek(); !ok || c != 'u' {
		return 0, errEscape
	}
	s.at++
	return s.hex()
}

// hex reads the four digits of an escape.
func (s *scanner) hex() (rune, error) {
	var digits [4]byte
	for i := range digits {
		c, ok := s.peek()
		if !ok {
			return 0, s.unexpected("the end of a string")
		}
		digits[i] = c
		s.at++
	}
	n, err := strconv.ParseUint(string(digits[:]), 16, 16)
	if err != nil {
		return 0, errEscape
	}
	return rune(n), nil
}

// literal appends a number or a word.
func (s *scanner) literal(to []byte) ([]byte, error) {
	from := len(to)
	for {
		c, ok := s.peek()
		if !ok || c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			break
		}
		if to = append(to, c); len(to)-from > 400 {
			return to, errLong
		}
		s.at++
	}
	switch word := string(to[from:]); word {
	case "":
		return to, s.unexpected("a value")
	case "true", "false", "null", "NaN", "Infinity", "-Infinity":
	default:
		if first := word[0]; first != '-' && (first < '0' || first > '9') || !isDecimal(word) {
			if _, ok := s.peek(); !ok { // it may be the beginning of one
				return to, s.unexpected("a value")
			}
			return to[:from], fmt.Errorf("%s where a value should be", quote(word))
		}
	}
	return to, nil
}

// maxDepth bounds how deep lists and objects may lie in each other.
const maxDepth = 100

// nested appends a list or an object as it stands, without spaces.
func (s *scanner) nested(to []byte, depth int) ([]byte, error) {
	if depth == maxDepth {
		return to, errors.New("lists within lists, too deep")
	}
	open, _ := s.peek()
	end := map[byte]byte{'[': ']', '{': '}'}[open]
	s.at++
	to = append(to, open)
	for first := true; ; first = false {
		c, ok := s.space()
		if ok && c == end && first {
			break
		}
		var err error
		if open == '{' {
			if to, err = s.quoted(to); err == nil {
				err = s.want(':')
			}
			to = append(to, ':')
		}
		if err == nil {
			to, err = s.element(to, depth)
		}
		if err == nil && len(to) > 2*table.MaxLine {
			err = errLong
		}
		if err != nil {
			return to, err
		}
		if c, _ = s.space(); c != ',' {
			if c != end {
				return to, s.unexpected("a comma or " + string(rune(end)))
			}
			break
		}
		s.at++
		to = append(to, ',')
	}
	s.at++
	return append(to, end), nil
}

func (s *scanner) element(to []byte, depth int) ([]byte, error) {
	switch c, _ := s.space(); c {
	case '"':
		return s.quoted(to)
	case '[', '{':
		return s.nested(to, depth+1)
	}
	return s.literal(to)
}

// quoted appends the text of a string between quotes.
func (s *scanner) quoted(to []byte) ([]byte, error) {
	if c, ok := s.space(); !ok || c != '"' {
		return to, s.unexpected("a string")
	}
	to, err := s.str(append(to, '"'))
	return append(to, '"'), err
}
