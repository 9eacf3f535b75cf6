package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Errors of families to be held out.
var (
	ErrNoSuchFamily  = errors.New("no such family")
	ErrHoldOutBenign = errors.New("the benign class cannot be held out")
)

// HoldOut divides a set into the names of the given DGA families and all others, so that a detector can be tested on
// families that it has never seen. Each part has the families of its own names only, so a set is to be split after this,
// not before. A family that is not there is an error that names those that are.
func HoldOut(s *Set, families ...string) (kept, held *Set, err error) {
	var there []string
	for _, c := range s.Counts() {
		if c.Names > 0 && isDGA(c.Family) {
			there = append(there, c.Family)
		}
	}
	for _, f := range families {
		switch {
		case f == Benign:
			return nil, nil, ErrHoldOutBenign
		case !slices.Contains(there, f):
			return nil, nil, fmt.Errorf("%w: %q; there are %s", ErrNoSuchFamily, f, strings.Join(there, ", "))
		}
	}
	out := make([]bool, len(s.families))
	for code, f := range s.families {
		out[code] = slices.Contains(families, f)
	}
	var rows [2][]int
	for i, c := range s.codes {
		part := 0
		if out[c] {
			part = 1
		}
		rows[part] = append(rows[part], i)
	}
	return s.only(rows[0]), s.only(rows[1]), nil
}

// only is Select without the families that are left without names.
func (s *Set) only(rows []int) *Set {
	part := s.Select(rows)
	return newSet(part.names, part.codes, part.days, s.families)
}
