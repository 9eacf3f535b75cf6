package queryfeatures

import (
	"math"
	"slices"
	"unicode/utf8"

	"threatnet/internal/kernel"
)

// Characters are the characters that are counted, in the order of their columns: the printable ones of ASCII but the space,
// as Python's string.printable.strip() lists them.
const Characters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

const uncounted = 0xff

// columns gives the column of a byte, or uncounted.
var columns = func() (t [256]uint8) {
	for b := range t {
		t[b] = uncounted
	}
	for i := range len(Characters) {
		t[Characters[i]] = uint8(i)
	}
	return t
}()

// count adds the bytes of a name to its row and returns how many have no column.
func count[T kernel.Float](row []T, name string) (unknown int) {
	for i := range len(name) {
		if c := columns[name[i]]; c != uncounted {
			row[c]++
		} else {
			unknown++
		}
	}
	return unknown
}

// logs holds log2 of small counts.
var logs = func() (t [256]float64) {
	for i := range t {
		t[i] = math.Log2(float64(i))
	}
	return t
}()

func log2(n int) float64 {
	if n < len(logs) {
		return logs[n]
	}
	return math.Log2(float64(n))
}

// plogp is −(n/of)·log2(n/of). It is 0, not nearly 0, for n = of.
func plogp(n, of int) float64 { return float64(n) / float64(of) * (log2(of) - log2(n)) }

// entropy is the Shannon entropy −Σ p·log2 p of a text's bytes, in bits; 0 of none.
func entropy(text string) float64 {
	var counts [256]int32
	for i := range len(text) {
		counts[text[i]]++
	}
	var h float64
	for i := range len(text) { // in the order of the first appearances
		if n := &counts[text[i]]; *n > 0 {
			h += plogp(int(*n), len(text))
			*n = 0
		}
	}
	return h
}

// runeEntropy is the length of a text in code points and the entropy of these. Bytes that are no UTF-8 are told apart, as
// Python's surrogateescape does.
func runeEntropy(text string) (length int, h float64) {
	var runes []rune
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && width == 1 {
			r = 0xDC00 + rune(text[i])
		}
		runes = append(runes, r)
		i += width
	}
	slices.Sort(runes)
	for lo, hi := 0, 0; lo < len(runes); lo = hi {
		for hi < len(runes) && runes[hi] == runes[lo] {
			hi++
		}
		h += plogp(hi-lo, len(runes))
	}
	return len(runes), h
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
