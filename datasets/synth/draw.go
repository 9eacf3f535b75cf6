package synth

import (
	"slices"
	"time"
)

// The draws of streams and flows. They use no logarithm and no product that a machine may fuse with a sum, so they give the
// same bits everywhere.

// word draws 64 bits.
func (s *splitMix) word() uint64 {
	*s += golden
	return mix64(uint64(*s))
}

// unit draws a number in [0, 1), a multiple of 2⁻⁵³.
func (s *splitMix) unit() float64 { return float64(s.word()>>11) * 0x1p-53 }

// chance is true with probability p.
func (s *splitMix) chance(p float64) bool { return s.unit() < p }

// geometric draws the number of trials up to the first success, each a success with probability p: 1 or more, 1/p on average.
func (s *splitMix) geometric(p float64) int {
	n := 1
	for !s.chance(p) {
		n++
	}
	return n
}

// exponential draws from the exponential distribution of mean 1 by comparing uniform numbers: a number u that begins a
// falling run of odd length is kept, with the number of those thrown away before it as the whole part.
//
// J. von Neumann, "Various techniques used in connection with random digits", NBS Applied Mathematics Series 12, 1951.
func (s *splitMix) exponential() float64 {
	for whole := 0.0; ; whole++ {
		first := s.unit()
		odd, last := true, first
		for next := s.unit(); next < last; next = s.unit() {
			odd, last = !odd, next
		}
		if odd {
			return whole + first
		}
	}
}

// wait draws an exponential time of the given mean.
func (s *splitMix) wait(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * s.exponential())
}

// about draws an exponential number of the given mean, cut to a whole one.
func (s *splitMix) about(mean int) int { return int(float64(mean) * s.exponential()) }

// within draws a time in [lo, hi].
func (s *splitMix) within(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(s.below(int(hi-lo)+1))
}

// bytes draws n bytes.
func (s *splitMix) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(s.word() >> 56)
	}
	return b
}

// A weighting draws an index with the probability that its weight has among all.
type weighting []float64 // the sums of the weights up to each index

// newWeighting takes one weight or more, all positive.
func newWeighting(weights ...float64) weighting {
	sum := 0.0
	for i, w := range weights {
		sum += w
		weights[i] = sum
	}
	return weights
}

func (w weighting) draw(s *splitMix) int {
	i, _ := slices.BinarySearch(w, s.unit()*w[len(w)-1])
	return i
}
