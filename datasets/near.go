package datasets

import (
	"cmp"
	"iter"
	"slices"
)

// Near counts near-duplicates: names that differ in their public suffix only, such as qxvbn.com and qxvbn.co.uk. A DGA that
// tries one word under several suffixes makes many, and a net that has seen one of them has all but seen the others.
type Near struct {
	Names    int        `json:"names"`              // names that have a near-duplicate
	Groups   int        `json:"groups"`             // the label sequences that these have
	Families []Count    `json:"families,omitempty"` // the names by family, largest first
	Across   int        `json:"across"`             // of the names, those in groups with both benign and DGA names
	First    [][]string `json:"first,omitempty"`    // the first few groups, at most as many names of each
	Crossing [][]string `json:"crossing,omitempty"` // of the groups with both classes
}

// NearShared counts the names of one set that have a near-duplicate in another.
type NearShared struct {
	Names      int         `json:"names"`              // names of b that are not in a, but differ from one of a in the suffix only
	Relabelled int         `json:"relabelled"`         // of these, whose near-duplicates in a are all of other families
	Families   []Count     `json:"families,omitempty"` // the names by family, largest first
	First      [][2]string `json:"first,omitempty"`    // the first few, each with its first near-duplicate in a
}

// NearDuplicates counts the near-duplicates of a set. The same name several times is one; names that are nothing but a
// suffix have none. Labels are compared by a hash of 64 bits. It takes 16 bytes of memory for each name.
func NearDuplicates(s *Set) Near {
	var near Near
	var first, crossing earliest[[]string]
	families := make([]int, len(s.families))
	for group := range groups(stemsOf(s, 0)) {
		rows, names := distinctNames(s, group)
		if len(rows) < 2 {
			continue
		}
		near.Groups++
		near.Names += len(rows)
		var classes [sides]int
		for _, row := range rows {
			families[s.codes[row]]++
			if side, ok := sideOf(s.Family(row)); ok {
				classes[side]++
			}
		}
		shown := names[:min(examples, len(names))]
		first.add(rows[0], shown)
		if classes[ofBenign] > 0 && classes[ofDGA] > 0 {
			near.Across += len(rows)
			crossing.add(rows[0], shown)
		}
	}
	near.Families, near.First, near.Crossing = s.byFamily(families), first.values, crossing.values
	return near
}

// NearOverlap counts the names of b, say a test set, that are not in a, say the training set, but have a near-duplicate
// there. Names are compared as by [NearDuplicates]; it takes 16 bytes of memory for each name of both.
func NearOverlap(a, b *Set) NearShared {
	var near NearShared
	var first earliest[[2]string]
	families := make([]int, len(b.families))
	for group := range groups(append(stemsOf(a, 0), stemsOf(b, 1)...)) {
		cut, _ := slices.BinarySearchFunc(group, 1, func(e stem, set uint8) int { return cmp.Compare(e.set, set) })
		if cut == 0 || cut == len(group) {
			continue
		}
		rowsA, namesA := distinctNames(a, group[:cut])
		known := make(map[string]bool, len(namesA))
		labels := make(map[string]bool)
		for i, row := range rowsA {
			known[namesA[i]], labels[a.Family(row)] = true, true
		}
		rowsB, namesB := distinctNames(b, group[cut:])
		for i, row := range rowsB {
			if known[namesB[i]] {
				continue
			}
			near.Names++
			families[b.codes[row]]++
			if !labels[b.Family(row)] {
				near.Relabelled++
			}
			first.add(row, [2]string{namesB[i], namesA[0]})
		}
	}
	near.Families, near.First = b.byFamily(families), first.values
	return near
}

// stem is the hash of a name's labels without the public suffix, and where the name is.
type stem struct {
	hash uint64
	row  int32
	set  uint8
}

func stemsOf(s *Set, set uint8) []stem {
	all := make([]stem, 0, s.Len())
	name := s.names.reader()
	for i := range s.codes {
		if labels := WithoutSuffix.Of(name(i)); labels != "" {
			all = append(all, stem{hash64(labels, 0, forStems), int32(i), set})
		}
	}
	return all
}

// groups gives the stems that are alike, of two or more, each group by set and row.
func groups(all []stem) iter.Seq[[]stem] {
	slices.SortFunc(all, func(a, b stem) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.set, b.set), cmp.Compare(a.row, b.row))
	})
	return func(yield func([]stem) bool) {
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].hash == all[0].hash {
				n++
			}
			if n > 1 && !yield(all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// distinctNames gives the rows of a group whose names it has not had before, and the names.
func distinctNames(s *Set, group []stem) (rows []int, names []string) {
	had := make(map[string]bool, len(group))
	for _, e := range group {
		if name := s.Name(int(e.row)); !had[name] {
			had[name] = true
			rows, names = append(rows, int(e.row)), append(names, name)
		}
	}
	return rows, names
}

// byFamily gives the families that were counted, largest first.
func (s *Set) byFamily(names []int) []Count {
	var counts []Count
	for code, n := range names {
		if n > 0 {
			counts = append(counts, Count{s.families[code], n})
		}
	}
	sortCounts(counts)
	return counts
}

// earliest keeps what came with the first few rows, in whatever order they come.
type earliest[T any] struct {
	rows   []int
	values []T
}

func (e *earliest[T]) takes(row int) bool { return len(e.rows) < examples || row < e.rows[examples-1] }

func (e *earliest[T]) add(row int, value T) {
	if !e.takes(row) {
		return
	}
	at, _ := slices.BinarySearch(e.rows, row)
	e.rows, e.values = slices.Insert(e.rows, at, row), slices.Insert(e.values, at, value)
	if len(e.rows) > examples {
		e.rows, e.values = e.rows[:examples], e.values[:examples]
	}
}
