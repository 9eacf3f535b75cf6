package synth

import (
	"crypto/md5"
	"encoding/binary"
	"iter"
)

// murofet hashes the date and a counter with MD5 and reads letters out of the digest's bytes.
//
// As published: MD5 of the packed date and counter, two candidate letters in every byte
// (its low and its high five bits, those beyond z dropped, a pair of equal ones dropped),
// 12 to 16 letters, five top-level domains, 800 names a day. Ours: the packing and where
// the label ends. Takes date and constant.
var murofet = generator{
	Family{
		Name:        "murofet",
		Description: "12 to 16 letters read from an MD5 digest under five TLDs",
		Source:      "Trend Micro on PE_LICAT.A, 2010; VIPRE Labs, Commonalities between the malware DGAs, part 4",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := uint32(constant("murofet", seed))
			for c := newCalendar("murofet", seed); ; c.back(1) {
				y, m, d := c.day.Date()
				for i := range uint32(800) {
					packed := binary.LittleEndian.AppendUint16(nil, uint16(y))
					packed = append(packed, byte(m), byte(d))
					packed = binary.LittleEndian.AppendUint32(packed, i)
					packed = binary.LittleEndian.AppendUint32(packed, key)
					label := murofetLabel(md5.Sum(packed))
					if len(label) < 12 {
						continue
					}
					if !yield(label + "." + murofetTLDs[i%uint32(len(murofetTLDs))]) {
						return
					}
				}
			}
		}
	},
}

var murofetTLDs = []string{"biz", "info", "org", "net", "com"}

// murofetLabel reads at most 16 letters out of a digest.
func murofetLabel(sum [md5.Size]byte) string {
	var label []byte
	for _, b := range sum {
		low, high := 'a'+b&0x1f, 'a'+b>>3
		if low == high {
			continue
		}
		for _, c := range []byte{low, high} {
			if c <= 'z' && len(label) < 12+int(sum[0]%5) {
				label = append(label, c)
			}
		}
	}
	return string(label)
}
