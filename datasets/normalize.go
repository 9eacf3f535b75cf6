package datasets

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of RFC 1035 section 2.3.4, in bytes of the written form without the final dot.
const (
	maxName  = 253
	maxLabel = 63
)

// Normalize gives a name in the one form in which names are compared and learnt: lower-case ASCII, international labels in
// punycode (UTS 46, non-transitional), no final dot.
//
// What feeds write around a name is taken off: spaces and quotes, a URL's scheme, user, port and path, a wildcard "*." or
// a leading dot, and the brackets of a defanged "example[.]com". Letters, digits, '-' and '_' may stand anywhere in a
// label; a name may be a single label. The error is a [Reason]; a name in normal form is returned as it is, without
// allocation.
func Normalize(raw string) (string, error) {
	if check(raw) == nil {
		return raw, nil
	}
	name, err := fold(strip(raw))
	if err != nil {
		return "", err
	}
	if err := check(name); err != nil {
		return "", err
	}
	return name, nil
}

// The kinds of byte in a name in normal form; zero is a bad character.
const (
	letter = iota + 1
	digit
	dot
)

var kinds = func() (k [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		k[c] = letter
	}
	for c := '0'; c <= '9'; c++ {
		k[c] = digit
	}
	k['-'], k['_'], k['.'] = letter, letter, dot
	return k
}()

// check tells why name is not in normal form, or nil.
func check(name string) error {
	if name == "" {
		return EmptyName
	}
	if len(name) > maxName {
		return NameTooLong
	}
	start, letters := 0, false
	for i := 0; i < len(name); i++ {
		switch kinds[name[i]] {
		case letter:
			letters = true
		case digit:
		case dot:
			if err := checkLabel(i - start); err != nil {
				return err
			}
			start, letters = i+1, false
		default:
			return BadCharacter
		}
	}
	if err := checkLabel(len(name) - start); err != nil {
		return err
	}
	if !letters { // only a name whose last label is a number can be an address
		if _, err := netip.ParseAddr(name); err == nil {
			return IPAddress
		}
	}
	return nil
}

func checkLabel(n int) error {
	switch {
	case n == 0:
		return EmptyPart
	case n > maxLabel:
		return LabelTooLong
	}
	return nil
}

// strip takes off what feeds write around a name.
func strip(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '"' || r == '\'' || r == '`' || r == '\ufeff'
	})
	scheme := false
	if i := strings.Index(s, "://"); i > 0 && isScheme(s[:i]) {
		s, scheme = s[i+3:], true
	}
	if i := strings.IndexAny(s, "/?#"); i > 0 {
		s = s[:i]
	}
	if scheme {
		s = s[strings.LastIndexByte(s, '@')+1:]
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Trim(s[i+1:], "0123456789") == "" {
		s = s[:i]
	}
	s = strings.ReplaceAll(s, "[.]", ".")
	s = strings.TrimPrefix(s, "*.")
	s = strings.TrimPrefix(s, ".")
	return strings.TrimSuffix(s, ".")
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '+' && s[i] != '-' {
			return false
		}
	}
	return true
}

// The profile of UTS 46 for looking names up, without the rules on hyphens, joiners and directions: names in traffic
// break them, and a broken rule says nothing against the name.
var punycode = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.CheckJoiners(false))

// fold gives the ASCII lower-case form.
func fold(s string) (string, error) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldUnicode(s)
		}
	}
	return strings.ToLower(s), nil
}

func foldUnicode(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", InvalidUTF8
	}
	// Punycode takes quadratic time, and no name of 253 ASCII characters stands for more code points than that.
	if utf8.RuneCountInString(s) > maxName {
		return "", NameTooLong
	}
	name, err := punycode.ToASCII(s)
	if err != nil {
		return "", InvalidIDN
	}
	return strings.TrimSuffix(name, "."), nil
}
