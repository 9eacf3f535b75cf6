package synth

import "iter"

// ramdo makes labels of 16 letters of which only every second one of the alphabet occurs.
//
// As published: 16 letters out of a, c, e, … y, always .org, a constant and a counter as
// input. Ours: the arithmetic. Takes the constant alone.
var ramdo = generator{
	Family{
		Name:        "ramdo",
		Description: "16 letters of the half alphabet a, c, e … y under org",
		Source:      "D. Plohmann et al., A Comprehensive Measurement Study of Domain Generating Malware, USENIX Security 2016",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("ramdo", seed)
			for i := uint64(1); ; i++ {
				x := uint32(mix64(key + i))
				label := make([]byte, 16)
				for j := range label {
					x = (x<<1 ^ x>>3 ^ uint32(i)) * 0x9e3779b1
					label[j] = 'a' + byte(x>>16%13)*2
				}
				if !yield(string(label) + ".org") {
					return
				}
			}
		}
	},
}
