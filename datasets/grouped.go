package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// ErrFewGroups is wrapped when a class has fewer groups than there are parts.
var ErrFewGroups = errors.New("too few groups")

// Grouped divides the rows so that no group is in two parts, and every class in about the same proportion. The rows of a
// group count for the class of its first row.
//
// The groups of class c are shuffled with PCG(seed, c+1) and dealt from the largest to the smallest, each to the part that
// lacks most rows; but the largest goes to train, and where there are not more groups than parts each part has one. A class
// with fewer groups than parts is an error that wraps [ErrFewGroups].
func Grouped(classes, groups []int32, f Fractions, seed uint64) (Split, error) {
	if err := f.check(); err != nil {
		return Split{}, err
	}
	if len(classes) != len(groups) {
		panic("datasets: rows without a group")
	}
	members := map[int32][]int{}
	byClass := map[int32][]int32{} // groups in the order in which they appear
	counts := map[int32]int{}
	for i, g := range groups {
		if members[g] == nil {
			byClass[classes[i]] = append(byClass[classes[i]], g)
		}
		members[g] = append(members[g], i)
	}
	var order []int32
	for c, gs := range byClass {
		order = append(order, c)
		for _, g := range gs {
			counts[c] += len(members[g])
		}
	}
	slices.Sort(order)
	var s Split
	for _, c := range order {
		gs := byClass[c]
		r := rand.New(rand.NewPCG(seed, uint64(c)+1))
		r.Shuffle(len(gs), func(i, j int) { gs[i], gs[j] = gs[j], gs[i] })
		slices.SortStableFunc(gs, func(a, b int32) int { return cmp.Compare(len(members[b]), len(members[a])) })
		d := dealing{left: [parts]float64{(1 - f.Validation - f.Test) * float64(counts[c]), f.Validation * float64(counts[c]), f.Test * float64(counts[c])}}
		d.open = [parts]bool{true, f.Validation > 0, f.Test > 0}
		if need := d.empty(); len(gs) < need {
			return Split{}, fmt.Errorf("%w: class %d has %d of the %d that its parts need", ErrFewGroups, c, len(gs), need)
		}
		for i, g := range gs {
			part := d.next(len(gs)-i, i == 0)
			d.left[part] -= float64(len(members[g]))
			d.open[part], d.filled[part] = true, true
			rows := [parts]*[]int{&s.Train, &s.Validation, &s.Test}[part]
			*rows = append(*rows, members[g]...)
		}
	}
	s.sort()
	return s, nil
}

// dealing is where the groups of a class have gone.
type dealing struct {
	left   [parts]float64 // rows that a part lacks
	open   [parts]bool    // parts that take groups
	filled [parts]bool
}

// empty counts the parts that have no group yet.
func (d *dealing) empty() (n int) {
	for p := range d.open {
		if d.open[p] && !d.filled[p] {
			n++
		}
	}
	return n
}

// next is the part for the next of so many groups.
func (d *dealing) next(groups int, first bool) int {
	if first {
		return 0
	}
	forced := groups <= d.empty()
	best := -1
	for p := range d.left {
		if d.open[p] && !(forced && d.filled[p]) && (best < 0 || d.left[p] > d.left[best]) {
			best = p
		}
	}
	return best
}
