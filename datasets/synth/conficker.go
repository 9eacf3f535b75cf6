package synth

import "iter"

// conficker draws 250 names a day from a generator that is seeded with the date alone.
//
// As published: variant B's 250 names a day, eight top-level domains, the UTC date as the
// only input, short names of lower-case letters. Ours: the arithmetic, Knuth's 64-bit
// linear congruential generator in place of the worm's, and the uniform length of 5 to 11.
// Takes the date alone.
var conficker = generator{
	Family{
		Name:        "conficker",
		Description: "5 to 11 letters under eight TLDs, 250 names a day",
		Source:      "P. Porras, H. Saidi, V. Yegneswaran, An Analysis of Conficker's Logic and Rendezvous Points, SRI, 2009",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for c := newCalendar("conficker", seed); ; c.back(1) {
				x := mix64(uint64(c.number()))
				draw := func(n uint64) int {
					x = 6364136223846793005*x + 1442695040888963407
					return int((x >> 33) % n)
				}
				for range 250 {
					label := make([]byte, 5+draw(7))
					for i := range label {
						label[i] = byte('a' + draw(26))
					}
					if !yield(string(label) + "." + confickerTLDs[draw(8)]) {
						return
					}
				}
			}
		}
	},
}

var confickerTLDs = []string{"cc", "cn", "ws", "com", "net", "org", "info", "biz"}
