package dgalstm

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Tokenizer gives every character of a name an id, as Keras' Tokenizer(char_level=True) does: characters are code points;
// ids count from 1 by falling frequency in the names it was fitted to, ties by first appearance; 0 is padding. A character
// without an id vanishes, or becomes the out-of-vocabulary token where there is one. A byte that is not UTF-8 counts as
// U+FFFD.
//
// A Tokenizer does not change, and may be used by many goroutines. Its JSON form is its options and its characters in the
// order of their ids.
type Tokenizer struct {
	options    TokenizerOptions
	characters []rune
	unknown    int32 // id of what has none, or 0
	ascii      [utf8.RuneSelf]int32
	other      map[rune]int32
}

// TokenizerOptions are the arguments of Keras' Tokenizer of the same names.
type TokenizerOptions struct {
	NumWords int    `json:"num_words,omitempty"` // ids from here on count as unknown; 0: no limit
	Lower    bool   `json:"lower"`               // names are lower-cased, as by Python's str.lower
	OOVToken string `json:"oov_token,omitempty"` // takes id 1; not set: unknown characters vanish
}

// FitTokenizer makes the tokenizer of names.
func FitTokenizer(names iter.Seq[string], o TokenizerOptions) *Tokenizer {
	c := counter{other: map[rune]int{}}
	for name := range names {
		c.add(name, o.Lower)
	}
	t, err := newTokenizer(c.byFrequency(), o)
	if err != nil {
		panic("dgalstm: tokenizer options out of range")
	}
	return t
}

// NewTokenizer makes a tokenizer of the characters, in the order of their ids. It refuses a character that stands there
// twice and text that is not UTF-8.
func NewTokenizer(characters string, o TokenizerOptions) (*Tokenizer, error) {
	if !utf8.ValidString(characters) {
		return nil, errors.New("dgalstm: tokenizer: characters are not UTF-8")
	}
	return newTokenizer([]rune(characters), o)
}

func newTokenizer(characters []rune, o TokenizerOptions) (*Tokenizer, error) {
	if o.NumWords < 0 {
		return nil, fmt.Errorf("dgalstm: tokenizer: num_words is %d", o.NumWords)
	}
	t := &Tokenizer{options: o, characters: characters, other: map[rune]int32{}}
	next := int32(1)
	if o.OOVToken != "" {
		t.unknown = next
		next++
	}
	seen := map[rune]bool{}
	for _, r := range characters {
		if seen[r] {
			return nil, fmt.Errorf("dgalstm: tokenizer: character %q stands there twice", r)
		}
		seen[r] = true
		if string(r) == o.OOVToken {
			t.unknown = next // a character that is the token too: Keras gives it the later id
		}
		if o.NumWords == 0 || int(next) < o.NumWords {
			if r < utf8.RuneSelf {
				t.ascii[r] = next
			} else {
				t.other[r] = next
			}
		}
		next++
	}
	for c := range t.ascii {
		if o.Lower && 'A' <= c && c <= 'Z' {
			t.ascii[c] = t.ascii[c+'a'-'A']
		}
	}
	for c, id := range t.ascii {
		if id == 0 {
			t.ascii[c] = t.unknown
		}
	}
	return t, nil
}

// Options returns what the tokenizer was made with.
func (t *Tokenizer) Options() TokenizerOptions { return t.options }

// Characters returns all characters in the order of their ids, those beyond NumWords too.
func (t *Tokenizer) Characters() string { return string(t.characters) }

// Size is the number of ids, padding included: every id is below it.
func (t *Tokenizer) Size() int {
	size := 1 + len(t.characters)
	if t.unknown != 0 {
		size++
	}
	if t.options.NumWords > 0 {
		size = min(size, max(t.options.NumWords, int(t.unknown)+1))
	}
	return size
}

// Sequence appends the ids of name's characters to dst.
func (t *Tokenizer) Sequence(dst []int32, name string) []int32 {
	for start := 0; start < len(name); {
		r, size := utf8.DecodeRuneInString(name[start:])
		for _, r := range t.fold(name, start, size, r) {
			if id := t.id(r); r != none && id != 0 {
				dst = append(dst, id)
			}
		}
		start += size
	}
	return dst
}

// Encode fills dst with the ids of name's last len(dst) characters that have one, after as many zeros as it takes. It
// allocates nothing.
func (t *Tokenizer) Encode(dst []int32, name string) {
	k := len(dst)
	put := func(id int32) {
		if id != 0 && k > 0 {
			k--
			dst[k] = id
		}
	}
	for end := len(name); end > 0 && k > 0; {
		if c := name[end-1]; c < utf8.RuneSelf {
			put(t.ascii[c])
			end--
			continue
		}
		r, size := utf8.DecodeLastRuneInString(name[:end])
		end -= size
		folded := t.fold(name, end, size, r)
		if folded[1] != none {
			put(t.id(folded[1]))
		}
		put(t.id(folded[0]))
	}
	clear(dst[:k])
}

func (t *Tokenizer) id(r rune) int32 {
	if uint32(r) < utf8.RuneSelf {
		return t.ascii[r]
	}
	if id, ok := t.other[r]; ok {
		return id
	}
	return t.unknown
}

func (t *Tokenizer) fold(name string, start, size int, r rune) [2]rune {
	if t.options.Lower {
		return lower(name, start, size, r)
	}
	return [2]rune{r, none}
}

type tokenizerJSON struct {
	TokenizerOptions
	Characters string `json:"characters"`
}

// MarshalJSON writes the options and the characters.
func (t *Tokenizer) MarshalJSON() ([]byte, error) {
	return json.Marshal(tokenizerJSON{t.options, t.Characters()})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Tokenizer) UnmarshalJSON(text []byte) error {
	var j tokenizerJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return fmt.Errorf("dgalstm: tokenizer: %w", err)
	}
	made, err := NewTokenizer(j.Characters, j.TokenizerOptions)
	if err != nil {
		return err
	}
	*t = *made
	return nil
}

// counter counts characters and remembers the order in which they first appeared.
type counter struct {
	names int
	order []rune
	ascii [utf8.RuneSelf]int
	other map[rune]int
}

func (c *counter) add(name string, toLower bool) {
	c.names++
	for start := 0; start < len(name); {
		r, size := utf8.DecodeRuneInString(name[start:])
		folded := [2]rune{r, none}
		if toLower {
			folded = lower(name, start, size, r)
		}
		start += size
		for _, r := range folded {
			if r == none {
				continue
			}
			if c.count(r) == 0 {
				c.order = append(c.order, r)
			}
			if r < utf8.RuneSelf {
				c.ascii[r]++
			} else {
				c.other[r]++
			}
		}
	}
}

func (c *counter) count(r rune) int {
	if r < utf8.RuneSelf {
		return c.ascii[r]
	}
	return c.other[r]
}

func (c *counter) byFrequency() []rune {
	characters := slices.Clone(c.order)
	slices.SortStableFunc(characters, func(a, b rune) int { return c.count(b) - c.count(a) })
	return characters
}

// none stands where lower-casing gives no second character.
const none rune = -1

// lower is the lower case of the character r at name[start:start+size]: Unicode's full mapping without a locale, as of
// Python's str.lower. It differs from Go's in two characters: İ (U+0130) becomes i and a combining dot, and a capital
// sigma becomes ς at the end of a word (Unicode 15.0, section 3.13, Final_Sigma). Characters that one of Go and Python
// knows of a newer Unicode version may differ as well.
func lower(name string, start, size int, r rune) [2]rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return [2]rune{r + 'a' - 'A', none}
	case r < utf8.RuneSelf:
		return [2]rune{r, none}
	case r == 'İ':
		return [2]rune{'i', '\u0307'}
	case r == 'Σ' && casedBefore(name[:start]) && !casedAfter(name[start+size:]):
		return [2]rune{'ς', none}
	}
	return [2]rune{unicode.ToLower(r), none}
}

func casedBefore(text string) bool {
	for len(text) > 0 {
		r, size := utf8.DecodeLastRuneInString(text)
		if !caseIgnorable(r) {
			return cased(r)
		}
		text = text[:len(text)-size]
	}
	return false
}

func casedAfter(text string) bool {
	for _, r := range text {
		if !caseIgnorable(r) {
			return cased(r)
		}
	}
	return false
}

// cased is Unicode's derived property Cased.
func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is Unicode's derived property Case_Ignorable; the characters named are those of Word_Break MidLetter,
// MidNumLet and Single_Quote.
func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '\u00b7', '\u0387', '\u055f', '\u05f4', '\u2018', '\u2019', '\u2024', '\u2027',
		'\ufe13', '\ufe52', '\ufe55', '\uff07', '\uff0e', '\uff1a':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

// Padding says how PadSequences fits sequences to one length. The zero value is Keras' default: on the left, with zeros.
type Padding struct {
	PadRight bool // padding="post"
	CutRight bool // truncating="post"
	Value    int32
}

// PadSequences pads and truncates sequences to the length, as Keras' function of this name; 0 is the longest one's.
func PadSequences(sequences [][]int32, length int, p Padding) [][]int32 {
	if length == 0 {
		for _, s := range sequences {
			length = max(length, len(s))
		}
	}
	rows := make([][]int32, len(sequences))
	for i, s := range sequences {
		row := slices.Repeat([]int32{p.Value}, length)
		if cut := len(s) - length; cut > 0 && p.CutRight {
			s = s[:length]
		} else if cut > 0 {
			s = s[cut:]
		}
		if p.PadRight {
			copy(row, s)
		} else {
			copy(row[length-len(s):], s)
		}
		rows[i] = row
	}
	return rows
}
