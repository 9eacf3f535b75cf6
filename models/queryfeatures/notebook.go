package queryfeatures

import (
	"unicode/utf8"

	"threatnet/datasets"
	"threatnet/internal/kernel"
)

// key is what queries have in common whose features depend on each other.
type key struct{ client, domain string }

// notebook writes the features of a table in two passes, in time linear in its size. Means are taken in float64.
func notebook[T kernel.Float](s Set, qs []datasets.Query, out []T) (unknown int) {
	type sums struct{ n, length, entropy float64 }
	var (
		groups  []sums
		numbers = map[key]int32{}
		of      = make([]int32, len(qs)) // the group of each row
		cols    = s.Size()
		at      = cols - len(basics)
	)
	clear(out)
	for i := range qs {
		host, domain := notebookSplit(qs[i].Name)
		length, h := len(host), 0.0
		if isASCII(host) {
			h = entropy(host)
		} else {
			length, h = runeEntropy(host)
		}
		k := key{qs[i].Client, domain}
		g, ok := numbers[k]
		if !ok {
			g = int32(len(groups))
			groups = append(groups, sums{})
			numbers[k] = g
		}
		groups[g].n++
		groups[g].length += float64(length)
		groups[g].entropy += h
		of[i] = g
		row := out[i*cols:][:cols]
		row[at], row[at+1] = T(length), T(h)
		unknown += countRunes(row, qs[i].Name)
	}
	for i, g := range of {
		row := out[i*cols:][:cols]
		row[at+2] = T(groups[g].length / groups[g].n)
		row[at+3] = T(groups[g].entropy / groups[g].n)
	}
	return unknown
}

// countRunes is count where a code point is one character.
func countRunes[T kernel.Float](row []T, name string) (unknown int) {
	for _, r := range name {
		if r < utf8.RuneSelf && columns[r] != uncounted {
			row[columns[r]]++
		} else {
			unknown++
		}
	}
	return unknown
}
