package synth

import "iter"

// cryptolocker turns year, month and day into letters with three shift-register steps,
// one letter a step, a thousand names a day under seven top-level domains in turn.
//
// As published: the steps of [cryptolockerLabel], for which the article gives a name, a
// thousand names a day, the top-level domains. Ours: the length of 12 to 15 letters, and
// a hash of the day and the name's index XORed into the three words, which alone
// would give one name a day. Takes the date alone.
var cryptolocker = generator{
	Family{
		Name:        "cryptolocker",
		Description: "12 to 15 letters a to y under seven TLDs in turn, 1,000 names a day",
		Source:      "Wikipedia, Domain generation algorithm (example); VIPRE Labs, Commonalities between the malware DGAs, part 4",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for c := newCalendar("cryptolocker", seed); ; c.back(1) {
				y, m, d := c.day.Date()
				for i := range 1000 {
					key := mix64(uint64(c.number())*1000 + uint64(i))
					label := cryptolockerLabel(
						uint64(y)^key>>32, uint64(m)^key>>16&0xffff_ffff, uint64(d)^key&0xffff_ffff,
						12+int(key%4))
					if !yield(label + "." + cryptolockerTLDs[i%len(cryptolockerTLDs)]) {
						return
					}
				}
			}
		}
	},
}

var cryptolockerTLDs = []string{"com", "net", "biz", "ru", "org", "co.uk", "info"}

// cryptolockerLabel makes n letters of three words, each step in unbounded integers
// (which stay below 2⁵⁸ for words below 2³²):
//
//	y ← ((y ⊕ 8y) ≫ 11) ⊕ ((y ∧ fffffff0₁₆) ≪ 17)
//	m ← ((m ⊕ 4m) ≫ 25) ⊕ 16·(m ∧ fffffff8₁₆)
//	d ← ((d ⊕ (d ≪ 13)) ≫ 19) ⊕ ((d ∧ fffffffe₁₆) ≪ 12)
//	letter = a + (y ⊕ m ⊕ d) mod 25
func cryptolockerLabel(y, m, d uint64, n int) string {
	label := make([]byte, n)
	for i := range label {
		y = (y^8*y)>>11 ^ (y&0xfffffff0)<<17
		m = (m^4*m)>>25 ^ 16*(m&0xfffffff8)
		d = (d^d<<13)>>19 ^ (d&0xfffffffe)<<12
		label[i] = byte('a' + (y^m^d)%25)
	}
	return string(label)
}
