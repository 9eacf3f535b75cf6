package synth

import "iter"

// necurs draws 2,048 names for every four days under 43 top-level domains.
//
// As published: the date-driven variant's 7 to 21 letters, its top-level domains, its
// period and count. Ours: the arithmetic and the alphabet a to y. Takes date and constant.
var necurs = generator{
	Family{
		Name:        "necurs",
		Description: "7 to 21 letters a to y under 43 TLDs, 2,048 names every four days",
		Source:      "VIPRE Labs, Commonalities between the malware DGAs, part 4; D. Plohmann et al., A Comprehensive Measurement Study of Domain Generating Malware, USENIX Security 2016",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("necurs", seed)
			for c := newCalendar("necurs", seed); ; c.back(4) {
				r := splitMix(key ^ mix64(uint64(c.number()/4)))
				for range 2048 {
					label := make([]byte, r.between(7, 21))
					for i := range label {
						label[i] = byte('a' + r.below(25))
					}
					if !yield(string(label) + "." + r.pick(necursTLDs)) {
						return
					}
				}
			}
		}
	},
}

var necursTLDs = []string{
	"com", "tj", "in", "jp", "tw", "ac", "cm", "la", "mn", "so", "sh", "sc", "nu", "nf", "mu",
	"ms", "mx", "ki", "im", "cx", "cc", "tv", "bz", "me", "eu", "de", "ru", "co", "su", "pw",
	"kz", "sz", "us", "ug", "ir", "to", "ga", "net", "org", "biz", "xxx", "pro", "bit",
}
