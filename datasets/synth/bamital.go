package synth

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"iter"
)

// bamital hashes the date with MD5 and uses the 32 hexadecimal digits as the name.
//
// As published: the MD5 digest as label, the date as input, the zones co.cc, cz.cc, info
// and org. Ours: the text that is hashed, 104 digests a day, and one zone for each, in
// turn: a digest under several zones would tell a test set what the training set holds.
// Takes the date alone.
var bamital = generator{
	Family{
		Name:        "bamital",
		Description: "32 hexadecimal digits of an MD5 digest under co.cc, cz.cc, info or org",
		Source:      "P. Krysiuk, V. Thakur, Trojan.Bamital, Symantec Security Response, 2013",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for c := newCalendar("bamital", seed); ; c.back(1) {
				for i := range 104 {
					sum := md5.Sum(fmt.Appendf(nil, "%s %d", c.day.Format("2006-01-02"), i))
					if !yield(hex.EncodeToString(sum[:]) + "." + bamitalZones[i%len(bamitalZones)]) {
						return
					}
				}
			}
		}
	},
}

var bamitalZones = []string{"co.cc", "cz.cc", "info", "org"}
