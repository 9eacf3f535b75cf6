package synth

import "iter"

// bigviktor builds phrases of verb, adjective and noun under new top-level domains, a
// thousand a month, some with a host label in front.
//
// As published: phrases from several word lists, an optional hyphen, host labels, the
// twenty top-level domains, 1,000 names a month. Ours: the word lists, the host labels, how
// often hyphen and host occur, and the arithmetic. Takes the month and the constant.
var bigviktor = generator{
	Family{
		Name:        "bigviktor",
		Description: "verb, adjective and noun, with an optional hyphen and host label, under 20 TLDs",
		Source:      "360 Netlab, Bigviktor DGA botnet, 2020",
		Wordlist:    true,
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("bigviktor", seed)
			for c := newCalendar("bigviktor", seed); ; c.back(c.day.Day()) {
				month := int64(c.day.Year())*12 + int64(c.day.Month())
				r := splitMix(key ^ mix64(uint64(month)))
				for range 1000 {
					name := ""
					if r.below(4) == 0 {
						name = r.pick(bigviktorHosts) + "."
					}
					name += r.pick(verbs) + r.pick(adjectives)
					if r.below(3) == 0 {
						name += "-"
					}
					name += r.pick(nouns)
					if !yield(name + "." + r.pick(bigviktorTLDs)) {
						return
					}
				}
			}
		}
	},
}

var (
	bigviktorHosts = []string{"mail", "img", "support", "update", "static", "help", "news", "login"}
	bigviktorTLDs  = []string{
		"art", "click", "club", "com", "fans", "futbol", "in", "info", "link", "net",
		"nl", "observer", "one", "org", "pictures", "realty", "rocks", "tel", "top", "xyz",
	}
)
