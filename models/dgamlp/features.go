package dgamlp

import (
	"math"
	"unicode/utf8"
)

// features names the inputs in their order.
var features = [...]string{"length", "entropy", "vowel_proportion"}

// Features returns the names of the inputs in their order.
func Features() []string { return features[:] }

// Measure returns the features of a label:
//
//	length            characters, as code points; a byte that is not UTF-8 counts as one
//	entropy           −Σ p·log₂ p over the characters, in bits; 0 for the empty label
//	vowel proportion  share of aeiouAEIOU; NaN for the empty label
//
// The sum of the entropy runs in the order in which the characters first appear, as over Python's Counter.
func Measure(label string) (length, entropy, vowels float64) {
	var counts [utf8.RuneSelf]int32
	var order [utf8.RuneSelf]byte
	seen, n, vowel := 0, 0, 0
	for i := range len(label) {
		c := label[i]
		if c >= utf8.RuneSelf {
			return measureAny(label)
		}
		if counts[c] == 0 {
			order[seen] = c
			seen++
		}
		counts[c]++
		vowel += isVowel(rune(c))
		n++
	}
	l := float64(n)
	for _, c := range order[:seen] {
		p := float64(counts[c]) / l
		entropy -= p * math.Log2(p)
	}
	return l, entropy, float64(vowel) / l
}

// measureAny is Measure for characters beyond ASCII.
func measureAny(label string) (length, entropy, vowels float64) {
	counts := map[rune]int{}
	var order []rune
	n, vowel := 0, 0
	for _, r := range label {
		if counts[r] == 0 {
			order = append(order, r)
		}
		counts[r]++
		vowel += isVowel(r)
		n++
	}
	l := float64(n)
	for _, r := range order {
		p := float64(counts[r]) / l
		entropy -= p * math.Log2(p)
	}
	return l, entropy, float64(vowel) / l
}

func isVowel(r rune) int {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U':
		return 1
	}
	return 0
}

// measureInto writes the features as the network takes them: an empty label has no vowels.
func measureInto(values []float32, label string) {
	length, entropy, vowels := Measure(label)
	if math.IsNaN(vowels) {
		vowels = 0
	}
	values[0], values[1], values[2] = float32(length), float32(entropy), float32(vowels)
}
