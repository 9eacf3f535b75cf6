package datasets

import (
	"strings"
	"unsafe"
)

// Ids of the two families that are always there.
const (
	idNone = iota
	idBenign
)

// Marks of a name.
const (
	seenBenign = 1 << iota
	twoFamilies
)

// distinct are the names that rows have, each once, with what the rows say of them.
type distinct struct {
	text   blocks
	names  []string
	family []int32 // the first DGA family of a name, else idNone
	marks  []uint8
	days   []int32 // the first known one; nil as long as none is known
	index  *index
}

func newDistinct() *distinct { return &distinct{index: newIndex(0)} }

// enter enters a row and gives its name's position and whether that is new.
func (n *distinct) enter(name string, id, day int32) (i int, isNew bool) {
	i, isNew = n.index.enter(n.names, name)
	if isNew {
		n.add(name, idNone, 0)
		n.marks = append(n.marks, 0)
	}
	switch {
	case id == idBenign:
		n.marks[i] |= seenBenign
	case n.family[i] == idNone:
		n.family[i] = id
	case id != idNone && id != n.family[i]:
		n.marks[i] |= twoFamilies
	}
	n.seen(i, day)
	return i, isNew
}

// add appends a name, whether it is there already or not.
func (n *distinct) add(name string, id, day int32) {
	n.names = append(n.names, n.text.keep(name))
	n.family = append(n.family, id)
	if n.days != nil {
		n.days = append(n.days, 0)
	}
	n.seen(len(n.names)-1, day)
}

// seen notes that name i was seen on a day.
func (n *distinct) seen(i int, day int32) {
	if day == 0 {
		return
	}
	if n.days == nil {
		n.days = make([]int32, len(n.names), cap(n.names))
	}
	if n.days[i] == 0 || day < n.days[i] {
		n.days[i] = day
	}
}

// clear forgets the names and keeps the memory: nothing may hold a name any more.
func (n *distinct) clear() {
	n.names, n.family, n.marks, n.days = n.names[:0], n.family[:0], n.marks[:0], nil
	n.text.clear()
	n.index.clear()
}

// blocks hold the text of names, so that there are few things in memory.
type blocks struct {
	all  [][]byte
	used int // of all
}

// blockSize is large enough for the unused ends of blocks not to matter.
const blockSize = 1 << 18

// keep copies a name. It is valid until clear: a block is never moved, and what is written is not written again.
func (b *blocks) keep(name string) string {
	if name == "" {
		return ""
	}
	if b.used == 0 || cap(b.all[b.used-1])-len(b.all[b.used-1]) < len(name) {
		if b.used == len(b.all) {
			b.all = append(b.all, make([]byte, 0, max(blockSize, len(name))))
		}
		b.used++
	}
	block := &b.all[b.used-1]
	at := len(*block)
	*block = append(*block, name...)
	return unsafe.String(&(*block)[at], len(name))
}

func (b *blocks) clear() {
	for i := range b.all {
		b.all[i] = b.all[i][:0]
	}
	b.used = 0
}

// settled counts the names whose family had to be settled.
type settled struct {
	two, conflicts firstNames
}

// settle decides the family of name i and tells whether the name stays. The name was first seen in the given row.
func (n *distinct) settle(i, row int, policy Conflicts, count *settled) bool {
	if n.marks[i]&twoFamilies != 0 {
		count.two.add(row, n.names[i])
	}
	if n.marks[i]&seenBenign == 0 {
		return true
	}
	if n.family[i] == idNone {
		n.family[i] = idBenign
		return true
	}
	count.conflicts.add(row, n.names[i])
	switch policy {
	case KeepBenign:
		n.family[i] = idBenign
	case DropBoth:
		return false
	}
	return true
}

// firstNames counts names and keeps those of the first few rows.
type firstNames struct {
	count int
	first earliest[string]
}

func (f *firstNames) add(row int, name string) {
	f.count++
	if f.first.takes(row) {
		f.first.add(row, strings.Clone(name))
	}
}

func (f *firstNames) report() Names { return Names{Count: f.count, First: f.first.values} }
