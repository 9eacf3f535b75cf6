package datasets

import "slices"

// CapNames gives the set with at most n names of each family and at most benign ones of the benign class (0: all), and the
// families of which not all were taken, largest first. Names without a label all stay.
//
// Those of a family are taken that have the smallest hashes under the seed: a sample without replacement that depends on
// the family's own names alone, not on their order or on other families, and that a larger n adds to.
func (s *Set) CapNames(n, benign int, seed uint64) (*Set, []Sampled) {
	limits := make([]int, len(s.families))
	for code, family := range s.families {
		switch {
		case isDGA(family):
			limits[code] = n
		case family == Benign:
			limits[code] = benign
		}
	}
	counts := s.Counts()
	hashes := make([][]uint64, len(counts))
	var sampled []Sampled
	for code, c := range counts {
		if limits[code] > 0 && c.Names > limits[code] {
			hashes[code] = make([]uint64, 0, c.Names)
			sampled = append(sampled, Sampled{Family: c.Family, Names: c.Names, Taken: limits[code]})
		}
	}
	if sampled == nil {
		return s, nil
	}
	slices.SortStableFunc(sampled, func(a, b Sampled) int { return b.Names - a.Names })

	s.hashes(seed, forSample, func(i int, h uint64) { // of all names, for the hash is cheap
		if c := s.codes[i]; hashes[c] != nil {
			hashes[c] = append(hashes[c], h)
		}
	})
	last := make([]uint64, len(counts)) // the largest hash that is taken
	ties := make([]int, len(counts))    // how many names with that hash are taken: the same name may be there several times
	size := s.Len()
	for code, h := range hashes {
		if h == nil {
			continue
		}
		slices.Sort(h)
		last[code] = h[limits[code]-1]
		at, _ := slices.BinarySearch(h, last[code])
		ties[code] = limits[code] - at
		size -= len(h) - limits[code]
	}
	kept := make([]int, 0, size)
	s.hashes(seed, forSample, func(i int, h uint64) {
		c := s.codes[i]
		if hashes[c] != nil {
			if h > last[c] || h == last[c] && ties[c] == 0 {
				return
			}
			if h == last[c] {
				ties[c]--
			}
		}
		kept = append(kept, i)
	})
	return s.Select(kept), sampled
}

// hashes visits the hashes of all names, in order.
func (s *Set) hashes(seed uint64, p purpose, visit func(i int, hash uint64)) {
	name := s.names.reader()
	for i := range s.codes {
		visit(i, hash64(name(i), seed, p))
	}
}
