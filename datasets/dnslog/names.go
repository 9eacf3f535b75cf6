package dnslog

import (
	"errors"
	"strconv"
	"strings"
)

// presentation undoes the escapes of a name in presentation format (RFC 1035, section 5.1): \DDD is the byte of that decimal
// number, \C any other character. A dot at the end, that of the root, is cut off. On an error it gives the place in the text.
func presentation(text string) (name string, at int, err error) {
	if strings.IndexByte(text, '\\') < 0 {
		return strings.Clone(strings.TrimSuffix(text, ".")), 0, nil
	}
	b := make([]byte, 0, len(text))
	dot := false // the last byte was an unescaped dot
	for i := 0; i < len(text); i++ {
		c := text[i]
		if dot = c == '.'; c != '\\' {
			b = append(b, c)
			continue
		}
		switch rest := text[i+1:]; {
		case rest == "":
			return "", i, errors.New("nothing after the backslash")
		case !isDigit(rest[0]):
			b = append(b, rest[0])
			i++
		case len(rest) < 3 || !isDigit(rest[1]) || !isDigit(rest[2]):
			return "", i, errors.New("want three digits after the backslash")
		default:
			n := int(rest[0]-'0')*100 + int(rest[1]-'0')*10 + int(rest[2]-'0')
			if n > 255 {
				return "", i, errors.New("a byte is at most 255")
			}
			b = append(b, byte(n))
			i += 3
		}
	}
	if dot {
		b = b[:len(b)-1]
	}
	return string(b), 0, nil
}

// unhex undoes the escapes \xNN of bytes from lowest on, and `\\` where a backslash is below them. Other backslashes stay.
func unhex(text string, lowest byte) string {
	i := strings.IndexByte(text, '\\')
	if i < 0 {
		return strings.Clone(text)
	}
	b := make([]byte, 0, len(text))
	for {
		b = append(b, text[:i]...)
		text = text[i:]
		if c, ok := hexByte(text); ok && c >= lowest {
			b, text = append(b, c), text[4:]
		} else if lowest <= '\\' && strings.HasPrefix(text, `\\`) {
			b, text = append(b, '\\'), text[2:]
		} else {
			b, text = append(b, '\\'), text[1:]
		}
		if i = strings.IndexByte(text, '\\'); i < 0 {
			return string(append(b, text...))
		}
	}
}

func hexByte(text string) (byte, bool) {
	if len(text) < 4 || text[1] != 'x' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:4], 16, 8)
	return byte(n), err == nil
}

// unoctal undoes the escapes \NNN of octal numbers. Other backslashes stay.
func unoctal(text string) string {
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && len(text)-i > 3 {
			if n, err := strconv.ParseUint(text[i+1:i+4], 8, 8); err == nil {
				b = append(b, byte(n))
				i += 3
				continue
			}
		}
		b = append(b, text[i])
	}
	return string(b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// maxRemembered bounds the memory on endless input, where there may be any number of different values.
const maxRemembered = 4096

// remembered holds values that come again and again, such as clients, so that each is held once.
type remembered map[string]string

// get gives what of says of a text, and keeps it.
func (r remembered) get(text string, of func(string) string) string {
	v, ok := r[text]
	if !ok {
		if len(r) >= maxRemembered {
			clear(r)
		}
		text = strings.Clone(text) // not the line it is part of
		v = of(text)
		r[text] = v
	}
	return v
}

// keep gives the text itself.
func (r remembered) keep(text string) string { return r.get(text, func(s string) string { return s }) }

// recordType gives the mnemonic of a record type, whatever form it has: a mnemonic, its number, TYPE65 (RFC 3597), type=65
// (dnsmasq), query-65 and * (Zeek). What is none of these stays as it is.
func recordType(text string) string {
	if text == "*" {
		return "ANY"
	}
	digits := text
	for _, prefix := range []string{"TYPE", "type=", "query-"} {
		digits = strings.TrimPrefix(digits, prefix)
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return text
	}
	return typeName(uint16(n))
}
