package synth

import "iter"

// ramnit draws letters with the "minimal standard" generator of Park and Miller.
//
// As published: the generator x ← 16807·x mod 2³¹ − 1, a length of 8 + x mod 12, letters
// a + x mod 25, always .com, a constant of the sample as the only input. Ours: that the
// names of a seed follow each other in one stream. Takes the constant alone.
var ramnit = generator{
	Family{
		Name:        "ramnit",
		Description: "8 to 19 letters a to y under com",
		Source:      "J. Bader, The DGA of Ramnit (article), 2014; S. Park, K. Miller, Random number generators: good ones are hard to find, CACM 31(10), 1988",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			x := parkMiller(constant("ramnit", seed)%(parkMillerModulus-1) + 1)
			for {
				label := make([]byte, 8+x.next()%12)
				for i := range label {
					label[i] = byte('a' + x.next()%25)
				}
				if !yield(string(label) + ".com") {
					return
				}
			}
		}
	},
}

const parkMillerModulus = 1<<31 - 1

// parkMiller is the state of the minimal standard generator, in 1 … 2³¹ − 2.
type parkMiller uint64

func (x *parkMiller) next() uint64 {
	*x = *x * 16807 % parkMillerModulus
	return uint64(*x)
}
