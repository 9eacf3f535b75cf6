package synth

import "iter"

// matsnu alternates nouns and verbs until the phrase is long enough.
//
// As published: noun, verb, noun, verb from built-in lists, phrases of up to 24
// characters under .com, an optional hyphen between words. Ours: the lists, the least
// length of 16, that a word too long is redrawn rather than cut, ten names a day and the
// arithmetic. Takes both.
var matsnu = generator{
	Family{
		Name:        "matsnu",
		Description: "nouns and verbs in turn, 16 to 24 characters, under com",
		Source:      "Seculert on Matsnu, reported by Threatpost, Matsnu Botnet DGA Discovers Power of Words, 2014; S. Skuratovich, Matsnu Technical Report, Check Point, 2015",
		Wordlist:    true,
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("matsnu", seed)
			for c := newCalendar("matsnu", seed); ; c.back(1) {
				r := splitMix(key ^ mix64(uint64(c.number())))
				for range 10 {
					if !yield(matsnuLabel(&r) + ".com") {
						return
					}
				}
			}
		}
	},
}

// matsnuLabel draws one phrase of 16 to 24 characters.
func matsnuLabel(r *splitMix) string {
	label, hyphen, verb := "", "", false
	if r.below(4) == 0 {
		hyphen = "-"
	}
	for len(label) < 16 {
		list := nouns
		if verb {
			list = verbs
		}
		word := r.pick(list)
		if label != "" {
			word = hyphen + word
		}
		if len(label)+len(word) <= 24 {
			label, verb = label+word, !verb
		}
	}
	return label
}
