package synth

import "math/bits"

// mix64 is the output function of SplitMix64, a bijection of the 64-bit words.
//
// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
func mix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// golden is the increment of SplitMix64: 2⁶⁴ divided by the golden ratio, made odd.
const golden = 0x9e3779b97f4a7c15

// constant stands for the number that the authors of a family compile into a campaign's
// samples: the FNV-1a hash of the family's name, mixed with the seed.
func constant(family string, seed uint64) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(family) {
		h = (h ^ uint64(family[i])) * 1099511628211
	}
	return mix64(h + mix64(seed+golden))
}

// splitMix is the stream SplitMix64. It stands in for generators whose published
// description leaves the arithmetic open.
type splitMix uint64

// below draws a number in [0, n).
func (s *splitMix) below(n int) int {
	*s += golden
	hi, _ := bits.Mul64(mix64(uint64(*s)), uint64(n))
	return int(hi)
}

// between draws a number in [lo, hi].
func (s *splitMix) between(lo, hi int) int { return lo + s.below(hi-lo+1) }

// pick draws one of the items.
func (s *splitMix) pick(items []string) string { return items[s.below(len(items))] }

// lcg is a linear congruential generator: x ← a·x + c mod 2³².
type lcg struct{ x, a, c uint32 }

// next steps the generator and gives its state.
func (g *lcg) next() uint32 {
	g.x = g.a*g.x + g.c
	return g.x
}

// high draws a number in [0, n) from the upper half of the state: the lower bits of a
// linear congruential generator modulo a power of two have short periods.
func (g *lcg) high(n int) int { return int(g.next()>>16) % n }
