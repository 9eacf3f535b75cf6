package layers

import "sync/atomic"

// firstStep is what the padding and the first character of a name come to. It is the same for all names of one length that
// begin alike, whose second step then needs no product either.
type firstStep[T Float] struct {
	c, h []T // cell and state after it, [np][16]
	z    []T // h·U, [np][64]
}

// firstBytes bounds what the first steps that are kept take: names of all lengths and a usual alphabet fit in. None are kept
// of a network with more than firstPlaces pairs of a number of pads and a character.
const (
	firstBytes  = 16 << 20
	firstPlaces = 1 << 20
)

// firstSteps are the first steps that have occurred, by the number of pads and the character.
type firstSteps[T Float] struct {
	kept []atomic.Pointer[firstStep[T]]
	room atomic.Int64 // how many more are kept
}

func (k *firstSteps[T]) init(places, floats int) {
	if places > firstPlaces {
		return
	}
	k.kept = make([]atomic.Pointer[firstStep[T]], places)
	k.room.Store(int64(firstBytes / (4 * floats)))
}

// first returns the first step of names with so many pads before this character. Two goroutines may both compute it, to
// the same bits.
func (f *frozenLSTM[T]) first(s *frozenScratch[T], pads int, id int32) *firstStep[T] {
	place := pads*f.vocabulary + int(id)
	if f.firsts.kept != nil {
		if e := f.firsts.kept[place].Load(); e != nil {
			return e
		}
	}
	e := &firstStep[T]{c: make([]T, f.hp), h: make([]T, f.hp), z: make([]T, f.np*pw)}
	f.gates(f.padZ[pads*f.np*pw:], f.offsets(s, id), f.padC[pads*f.hp:], e.c, e.h)
	f.product(e.h, e.z, false)
	if f.firsts.kept != nil && f.firsts.room.Add(-1) >= 0 {
		f.firsts.kept[place].Store(e)
	}
	return e
}

// offsets are those of a character in the panels of the table.
func (f *frozenLSTM[T]) offsets(s *frozenScratch[T], id int32) []int32 {
	for j := range f.np {
		s.panelOff[j] = (int32(j*f.vocabulary) + id) * pw
	}
	return s.panelOff
}
