package synth

import "iter"

// simda alternates consonants and vowels, so that its names can be pronounced.
//
// As published, of the usual setting: seven letters, consonant first, vowel and consonant in turn, y among the
// vowels, a constant of the sample as input, mostly com and eu. Ours: the arithmetic and
// info as a third top-level domain. Takes the constant alone.
var simda = generator{
	Family{
		Name:        "simda",
		Description: "seven letters, consonants and vowels in turn, under com, eu or info",
		Source:      "VIPRE Labs, Commonalities between the malware DGAs, part 4; D. Plohmann et al., A Comprehensive Measurement Study of Domain Generating Malware, USENIX Security 2016",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for r := splitMix(constant("simda", seed)); ; {
				label := make([]byte, 7)
				for i := range label {
					letters := simdaConsonants
					if i%2 == 1 {
						letters = simdaVowels
					}
					label[i] = letters[r.below(len(letters))]
				}
				if !yield(string(label) + "." + r.pick(simdaTLDs)) {
					return
				}
			}
		}
	},
}

const (
	simdaConsonants = "bcdfghjklmnpqrstvwxz"
	simdaVowels     = "aeiouy"
)

var simdaTLDs = []string{"com", "eu", "info"}
