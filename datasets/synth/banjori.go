package synth

import "iter"

// banjori mutates the first four letters of a seed name over and over; the rest of the
// name, mostly dictionary words, stays.
//
// As published: the recurrence of [banjoriNext] and .com; for a seed name of the malware
// the names are the malware's. Ours: the seed names, three words of our noun list each, and
// 100 names of each before the next. Takes the constant alone.
var banjori = generator{
	Family{
		Name:        "banjori",
		Description: "a long .com name of English words whose first four letters keep changing",
		Source:      "J. Bader, The DGA of Banjori (article), 2015",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for r := splitMix(constant("banjori", seed)); ; {
				name := []byte(r.pick(nouns) + r.pick(nouns) + r.pick(nouns))
				for range 100 {
					banjoriNext(name)
					if !yield(string(name) + ".com") {
						return
					}
				}
			}
		}
	},
}

// banjoriNext replaces the first four letters s₀…s₃ of a name of lower-case letters, where
// L(x) = a + (x − a) mod 26 maps a sum of character codes to a letter:
//
//	s₀ ← L(s₀ + s₃)
//	s₁ ← L(s₀ + 2·s₁)
//	s₂ ← L(s₀ + s₂ − 1)
//	s₃ ← L(s₁ + s₂ + s₃)
func banjoriNext(s []byte) {
	letter := func(x int) byte { return byte('a' + (x-'a')%26) }
	s[0] = letter(int(s[0]) + int(s[3]))
	s[1] = letter(int(s[0]) + 2*int(s[1]))
	s[2] = letter(int(s[0]) + int(s[2]) - 1)
	s[3] = letter(int(s[1]) + int(s[2]) + int(s[3]))
}
