package datasets

import "hash/maphash"

// index finds the position of a name in a list of distinct names: open addressing with linear probing, at most two thirds
// full. A slot holds the position + 1 and the upper half of the hash, by which other names are told without looking at
// them; 0 is free. The hash is seeded anew in each process, which changes nothing but the places of the slots.
type index struct {
	slots []uint64
	used  int
	seed  maphash.Seed
}

func newIndex(n int) *index {
	size := 1024
	for size*2/3 < n {
		size *= 2
	}
	return &index{slots: make([]uint64, size), seed: maphash.MakeSeed()}
}

// clear forgets the names and keeps the memory.
func (x *index) clear() {
	clear(x.slots)
	x.used = 0
}

const hashHalf = 0xffffffff00000000

// find gives the position of a name in names, or -1.
func (x *index) find(names []string, name string) int {
	at, _ := x.slot(names, name)
	return int(x.slots[at]&^hashHalf) - 1
}

// enter gives the position of a name in names, or makes it position len(names), where the caller appends it.
func (x *index) enter(names []string, name string) (position int, isNew bool) {
	if (x.used+1)*3 > len(x.slots)*2 {
		x.grow()
	}
	at, hash := x.slot(names, name)
	if x.slots[at] == 0 {
		x.slots[at] = hash&hashHalf | uint64(len(names)) + 1
		x.used++
		return len(names), true
	}
	return int(x.slots[at]&^hashHalf) - 1, false
}

// slot gives where a name stands, or the free slot where it belongs, and its hash.
func (x *index) slot(names []string, name string) (at int, hash uint64) {
	hash = maphash.String(x.seed, name)
	mask := len(x.slots) - 1
	for at = int(hash>>32) & mask; x.slots[at] != 0; at = (at + 1) & mask {
		if s := x.slots[at]; s&hashHalf == hash&hashHalf && names[s&^hashHalf-1] == name {
			break
		}
	}
	return at, hash
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]uint64, 2*len(old))
	mask := len(x.slots) - 1
	for _, s := range old {
		if s == 0 {
			continue
		}
		at := int(s>>32) & mask
		for x.slots[at] != 0 {
			at = (at + 1) & mask
		}
		x.slots[at] = s
	}
}
