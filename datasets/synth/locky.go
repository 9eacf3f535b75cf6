package synth

import (
	"iter"
	"math/bits"
)

// locky multiplies and rotates 32-bit words of the date, a constant and a counter, and
// takes length, letters and top-level domain from them.
//
// As published: 5 to 15 letters, 14 top-level domains, eight names for every two days,
// multiplications and rotations of date, constant and counter. Ours: the multipliers, the
// rotation distances and the alphabet a to y. Takes both.
var locky = generator{
	Family{
		Name:        "locky",
		Description: "5 to 15 letters a to y under 14 mostly European TLDs",
		Source:      "Forcepoint Security Labs, Locky Ransomware: Encrypts Documents, Databases, Code, 2016; VIPRE Labs, Commonalities between the malware DGAs, part 4",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			const a, b = 0x9e3779b1, 0x85ebca77
			key := uint32(constant("locky", seed))
			for c := newCalendar("locky", seed); ; c.back(2) {
				day := bits.RotateLeft32(a*(uint32(c.number()/2)+key), -7)
				for i := range uint32(8) {
					x := bits.RotateLeft32(b*(day^bits.RotateLeft32(i+key, 21)), -5)
					draw := func(n uint32) uint32 {
						x = bits.RotateLeft32(a*(bits.RotateLeft32(x, -7)+b), 13) ^ x>>15
						return x % n
					}
					label := make([]byte, 5+draw(11))
					for j := range label {
						label[j] = byte('a' + draw(25))
					}
					if !yield(string(label) + "." + lockyTLDs[draw(uint32(len(lockyTLDs)))]) {
						return
					}
				}
			}
		}
	},
}

var lockyTLDs = []string{"ru", "pw", "eu", "in", "yt", "pm", "us", "fr", "de", "it", "be", "uk", "nl", "tf"}
