package synth

import (
	"crypto/md5"
	"encoding/binary"
	"iter"
	"strconv"
)

// newgoz, the later Gameover Zeus, writes an MD5 digest as four numbers to base 36.
//
// As published: MD5 of counter, date and a constant; the digest's four little-endian words
// written to base 36, least digit first, and joined; com, net, org and biz by the counter;
// 1,000 names a day. Ours: the order in which the input is packed, and the rule from counter
// to top-level domain. Takes both.
var newgoz = generator{
	Family{
		Name:        "newgoz",
		Description: "four base-36 numbers of an MD5 digest, 21 to 28 letters and digits, under com, net, org or biz",
		Source:      "Malcovery, GameOver Zeus Mutates, Launches Attacks, 2014; VIPRE Labs, Commonalities between the malware DGAs, part 4",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := uint32(constant("newgoz", seed))
			for c := newCalendar("newgoz", seed); ; c.back(1) {
				y, m, d := c.day.Date()
				for i := range uint32(1000) {
					packed := binary.LittleEndian.AppendUint32(nil, i)
					for _, part := range []int{y, int(m), d} {
						packed = binary.LittleEndian.AppendUint16(packed, uint16(part))
						packed = binary.LittleEndian.AppendUint32(packed, key)
					}
					label := newgozLabel(md5.Sum(packed))
					if len(label) < 21 {
						continue
					}
					if !yield(label + "." + newgozTLDs[i%4]) {
						return
					}
				}
			}
		}
	},
}

var newgozTLDs = []string{"com", "net", "org", "biz"}

// newgozLabel joins the base-36 digits of the four words of a digest, least digit first.
func newgozLabel(sum [md5.Size]byte) string {
	var label []byte
	for w := range 4 {
		digits := strconv.FormatUint(uint64(binary.LittleEndian.Uint32(sum[4*w:])), 36)
		for i := len(digits) - 1; i >= 0; i-- {
			label = append(label, digits[i])
		}
	}
	return string(label)
}
