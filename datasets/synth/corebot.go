package synth

import "iter"

// corebot makes long labels of letters and digits below the dynamic-DNS zone ddns.net.
//
// As published: ddns.net, 16 to 24 characters, date and a constant as input, a linear
// congruential generator with the constants of Numerical Recipes. Ours: the order of the
// alphabet, the way date and constant are joined, 40 names a day. Takes both.
var corebot = generator{
	Family{
		Name:        "corebot",
		Description: "16 to 24 letters and digits under ddns.net",
		Source:      "VIPRE Labs, Commonalities between the malware DGAs, part 4; IBM X-Force, Watch Out for CoreBot, 2015",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
			key := uint32(constant("corebot", seed))
			for c := newCalendar("corebot", seed); ; c.back(1) {
				r := lcg{x: key + uint32(c.number())*2654435761, a: 1664525, c: 1013904223}
				for range 40 {
					label := make([]byte, 16+r.high(9))
					for i := range label {
						label[i] = alphabet[r.high(len(alphabet))]
					}
					if !yield(string(label) + ".ddns.net") {
						return
					}
				}
			}
		}
	},
}
