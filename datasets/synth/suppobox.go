package synth

import "iter"

// suppobox, or Bayrob, joins two words of one list; the pair follows from the time.
//
// As published: one list of 384 words, two of them side by side without a separator, the
// time in steps of 512 seconds as input, .net. Ours: the list, ru as a second top-level
// domain, and the permutation from the time to the pair. Takes time and constant.
var suppobox = generator{
	Family{
		Name:        "suppobox",
		Description: "two common words joined, under net or ru",
		Source:      "J. Geffner, End-to-End Analysis of a Domain Generating Algorithm Malware Family, Black Hat USA 2013",
		Wordlist:    true,
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("suppobox", seed)
			c := newCalendar("suppobox", seed)
			for t := c.day.Unix() / 512; ; t-- {
				r := splitMix(key ^ mix64(uint64(t)))
				name := r.pick(commonWords) + r.pick(commonWords) + "." + r.pick(suppoboxTLDs)
				if !yield(name) {
					return
				}
			}
		}
	},
}

var suppoboxTLDs = []string{"net", "ru"}
