package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
)

// dyre writes the SHA-256 digest of the date and a counter in hexadecimal, behind a
// letter that counts along.
//
// As published: 1,000 names a day, one letter and 33 hexadecimal digits, the letter and
// the eight top-level domains advancing with the counter. Ours: the exact text that is
// hashed. Takes the date alone.
var dyre = generator{
	Family{
		Name:        "dyre",
		Description: "a letter and 33 hexadecimal digits of a SHA-256 digest under eight TLDs in turn",
		Source:      "Y. Yuzifovich, H. Liu, A Death Match of Domain Generation Algorithms, Nominum, 2017",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for c := newCalendar("dyre", seed); ; c.back(1) {
				for i := range 1000 {
					sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", c.day.Format("2006-1-2"), i))
					digits := hex.EncodeToString(sum[:])
					label := string(rune('a'+i%26)) + digits[len(digits)-33:]
					if !yield(label + "." + dyreTLDs[i%len(dyreTLDs)]) {
						return
					}
				}
			}
		}
	},
}

var dyreTLDs = []string{"cc", "ws", "to", "in", "hk", "cn", "tk", "so"}
