package dgabigram

import (
	"fmt"
	"iter"
)

// The ends of a name as a bigram has them; neither is part of a name in normal form.
const (
	begin = '^'
	end   = '$'
)

// bigrams are the pairs of bytes that inputs count.
type bigrams struct {
	list  []string
	index [1 << 16]uint16 // of a pair: its input, counted from 1; 0 is none
}

// fitBigrams takes all bigrams of the names, in byte order.
func fitBigrams(names iter.Seq[string]) bigrams {
	var b bigrams
	for name := range names {
		for pair := range pairs(name) {
			b.index[pair] = 1
		}
	}
	for pair, there := range b.index {
		if there != 0 {
			b.list = append(b.list, string([]byte{byte(pair >> 8), byte(pair)}))
			b.index[pair] = uint16(len(b.list))
		}
	}
	return b
}

// newBigrams makes the bigrams of a list. It refuses what is no pair of ASCII characters and what stands there twice.
func newBigrams(list []string) (b bigrams, err error) {
	b.list = list
	for i, s := range list {
		if len(s) != 2 || s[0] >= 0x80 || s[1] >= 0x80 {
			return b, fmt.Errorf("bigram %q is not two ASCII characters", s)
		}
		at := &b.index[uint16(s[0])<<8|uint16(s[1])]
		if *at != 0 {
			return b, fmt.Errorf("bigram %q stands there twice", s)
		}
		*at = uint16(i + 1)
	}
	return b, nil
}

func (b *bigrams) size() int { return len(b.list) }

// count writes how often each bigram is in the name. Others are left out.
func (b *bigrams) count(values []float32, name string) {
	clear(values)
	for pair := range pairs(name) {
		if at := b.index[pair]; at != 0 {
			values[at-1]++
		}
	}
}

// pairs iterates over the bigrams of a name.
func pairs(name string) iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		last := byte(begin)
		for i := range len(name) + 1 {
			c := byte(end)
			if i < len(name) {
				c = name[i] & 0x7f // normal form is ASCII
			}
			if !yield(uint16(last)<<8 | uint16(c)) {
				return
			}
			last = c
		}
	}
}
