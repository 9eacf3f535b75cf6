package netflow

import (
	"math"
	"strconv"
	"strings"
)

var nan = float32(math.NaN())

// number reads a value, or the first of a list of values. It tells whether there is one; a value that is missing is NaN.
func number(text string) (float32, bool) {
	if n, ok := digits(text); ok {
		return float32(n), true
	}
	switch {
	case text == "":
		return nan, true
	case text[0] == '[':
		text, ok := firstOf(text)
		if !ok || text != "" && text[0] == '[' {
			return 0, false
		}
		return number(text)
	case !isDecimal(text):
		if first, _, several := strings.Cut(text, "\n"); several { // a list in a table that Splunk exports
			return number(strings.TrimSpace(first))
		}
		return special(text)
	}
	v, err := strconv.ParseFloat(text, 32)
	return float32(v), err == nil
}

// digits reads a small whole number, which most values are.
func digits(text string) (int, bool) {
	if len(text) == 0 || len(text) > 7 { // exact as float32 up to 2^24
		return 0, false
	}
	n := 0
	for i := range len(text) {
		c := text[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = 10*n + int(c)
	}
	return n, true
}

// isDecimal tells whether a text has no characters but those of decimal numbers.
func isDecimal(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return false
		}
	}
	return true
}

// special reads what is said in words.
func special(text string) (float32, bool) {
	word, sign := text, 1
	switch text[0] {
	case '-':
		word, sign = text[1:], -1
	case '+':
		word = text[1:]
	}
	switch {
	case strings.EqualFold(word, "nan"):
		return nan, true
	case strings.EqualFold(word, "infinity"), strings.EqualFold(word, "inf"):
		return float32(math.Inf(sign)), true
	}
	return 0, false
}

// firstOf gives the first element of a list in brackets, "" if there is none.
func firstOf(list string) (string, bool) {
	inside, ok := strings.CutSuffix(list[1:], "]")
	if !ok {
		return "", false
	}
	first, _, _ := strings.Cut(inside, ",")
	return strings.Trim(first, " \t\r\n\"'"), true
}

// whole reads a number of a port or protocol, which may be written with a fraction of zero; −1 if it is missing.
func whole(text string) (int, bool) {
	if n, ok := digits(text); ok {
		return n, n <= math.MaxUint16
	}
	v, ok := number(text)
	switch {
	case !ok:
		return 0, false
	case v != v, v == -1: // NaN or −1
		return -1, true
	}
	n := int(v)
	return n, v >= 0 && v <= math.MaxUint16 && float32(n) == v
}

// protocolNumbers are what the Internet's registry assigns to the protocols that flows are of.
var protocolNumbers = map[string]int{"icmp": 1, "tcp": 6, "udp": 17, "ipv6-icmp": 58, "icmpv6": 58, "icmp6": 58, "sctp": 132}

// protocolNumber reads a protocol, by its number or its name.
func protocolNumber(text string) (int, bool) {
	if n, ok := whole(text); ok {
		return n, true
	}
	n, ok := protocolNumbers[strings.ToLower(text)]
	return n, ok
}
