package synth

import "iter"

// gozi strings together words that it takes from a public document.
//
// As published: words of a public text (a constitution, a licence, an RFC) joined without
// a separator, 14 to 24 letters, date and constant as input. Ours: the words, which are the
// vocabulary of such documents and not the text of one, the three top-level domains, which
// in the malware are a setting, ten names a day and the arithmetic. Takes both.
var gozi = generator{
	Family{
		Name:        "gozi",
		Description: "words of legal and technical prose joined to 14 to 24 letters",
		Source:      "VIPRE Labs, Commonalities between the malware DGAs, part 4; D. Plohmann et al., A Comprehensive Measurement Study of Domain Generating Malware, USENIX Security 2016",
		Wordlist:    true,
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := uint32(constant("gozi", seed))
			for c := newCalendar("gozi", seed); ; c.back(1) {
				r := lcg{x: key + uint32(c.number())*2654435761, a: 1664525, c: 1013904223}
				for range 10 {
					label, least := "", 14+r.high(5)
					for len(label) < least {
						if w := proseWords[r.high(len(proseWords))]; len(label)+len(w) <= 24 {
							label += w
						}
					}
					if !yield(label + "." + goziTLDs[r.high(len(goziTLDs))]) {
						return
					}
				}
			}
		}
	},
}

var goziTLDs = []string{"com", "ru", "eu"}
