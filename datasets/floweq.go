package datasets

import "math"

// EqualRows counts the flows that are equal to an earlier one in the features of the given columns, and how many of these
// have another label than the first of their kind. NaN is equal to NaN, and −0 to 0.
func (s *FlowSet) EqualRows(columns []int) (equal, relabelled int) {
	size := 1024
	for size < 2*s.Len() {
		size *= 2
	}
	firsts := make([]int32, size) // open addressing: the row + 1, 0 is free
	for i := range s.Len() {
		row := s.Row(i)
		at := int(rowHash(row, columns)) & (size - 1)
		for firsts[at] != 0 && !equalIn(s.Row(int(firsts[at]-1)), row, columns) {
			at = (at + 1) & (size - 1)
		}
		if firsts[at] == 0 {
			firsts[at] = int32(i) + 1
			continue
		}
		equal++
		if s.codes[firsts[at]-1] != s.codes[i] {
			relabelled++
		}
	}
	return equal, relabelled
}

// SharedFlows counts the different records that two sets have in common, by their sums: fields as read, label included.
func SharedFlows(a, b *FlowSet) (shared int) {
	if a.Len() > b.Len() {
		a, b = b, a
	}
	open := make(map[uint64]bool, a.Len())
	for i := range a.Len() {
		open[a.sum(i)] = true
	}
	for i := range b.Len() {
		if sum := b.sum(i); open[sum] {
			open[sum] = false
			shared++
		}
	}
	return shared
}

func (s *FlowSet) sum(i int) uint64 {
	b, k := s.at(i)
	return b.marks[k].sum
}

func rowHash(row []float32, columns []int) uint64 {
	h := uint64(0)
	for _, c := range columns {
		h = mix(h ^ uint64(bitsOf(row[c])))
	}
	return h
}

func equalIn(a, b []float32, columns []int) bool {
	for _, c := range columns {
		if bitsOf(a[c]) != bitsOf(b[c]) {
			return false
		}
	}
	return true
}

// bitsOf gives the same bits for all that count as equal.
func bitsOf(v float32) uint32 {
	if v != v {
		return math.MaxUint32
	}
	return math.Float32bits(v + 0) // −0 + 0 is 0
}
