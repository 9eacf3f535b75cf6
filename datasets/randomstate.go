package datasets

// randomState is numpy's legacy random number generator, RandomState: the Mersenne Twister MT19937 (M. Matsumoto and
// T. Nishimura, ACM TOMACS 8, 1998) with the seeding of its 2002 version and numpy's way to draw from a range.
type randomState struct {
	state [mtWords]uint32
	next  int
}

const (
	mtWords = 624
	mtShift = 397
)

func newRandomState(seed uint32) *randomState {
	r := &randomState{next: mtWords}
	for i := range r.state {
		r.state[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return r
}

func (r *randomState) uint32() uint32 {
	if r.next == mtWords {
		r.twist()
	}
	y := r.state[r.next]
	r.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (r *randomState) twist() {
	for i := range r.state {
		y := r.state[i]&0x80000000 | r.state[(i+1)%mtWords]&0x7fffffff
		r.state[i] = r.state[(i+mtShift)%mtWords] ^ y>>1 ^ y&1*0x9908b0df
	}
	r.next = 0
}

// upTo draws from 0..limit: numbers of as many bits as limit has are drawn until one is not above it.
func (r *randomState) upTo(limit uint32) uint32 {
	mask := limit
	for _, shift := range []int{1, 2, 4, 8, 16} {
		mask |= mask >> shift
	}
	for {
		if v := r.uint32() & mask; v <= limit {
			return v
		}
	}
}

// permutation shuffles rows in place (Fisher and Yates, from the end) and returns them.
func (r *randomState) permutation(rows []int) []int {
	for i := len(rows) - 1; i > 0; i-- {
		j := r.upTo(uint32(i))
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows
}
