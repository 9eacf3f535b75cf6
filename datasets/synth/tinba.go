package synth

import "iter"

// tinba makes every name out of the one before and a key string.
//
// As published: labels of twelve letters, a chain that starts from a name and a key string of the
// sample, the top-level domains com, net, in and ru. Ours: both strings, the alphabet a to y,
// the arithmetic of the chain, and a new start after 1,000 names. Takes the constant alone.
var tinba = generator{
	Family{
		Name:        "tinba",
		Description: "twelve letters a to y, each name computed from the one before, under com, net, in or ru",
		Source:      "D. Plohmann et al., A Comprehensive Measurement Study of Domain Generating Malware, USENIX Security 2016",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			for r := splitMix(constant("tinba", seed)); ; {
				label, key := make([]byte, 12), make([]byte, 16)
				for i := range label {
					label[i] = byte('a' + r.below(25))
				}
				for i := range key {
					key[i] = byte(r.below(256))
				}
				for i := range 1000 {
					if !yield(string(label) + "." + tinbaTLDs[i%len(tinbaTLDs)]) {
						return
					}
					tinbaNext(label, key)
				}
			}
		}
	},
}

var tinbaTLDs = []string{"com", "net", "in", "ru"}

// tinbaNext replaces a label by its successor: a running sum of the old label and the key is
// multiplied and read out modulo 25.
func tinbaNext(label, key []byte) {
	sum := uint32(0)
	for _, c := range label {
		sum = sum*33 + uint32(c)
	}
	for i := range label {
		sum = (sum ^ uint32(key[i]) ^ uint32(label[i])<<8) * 0x01000193
		key[i] ^= byte(sum >> 24)
		label[i] = byte('a' + sum>>8%25)
	}
}
