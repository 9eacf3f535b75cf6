// Package feedtest makes two feeds in the form of Bambenek's for tests. They have the sizes, families and counts of the two
// that the Endgame notebook explores (its cells 5 to 13): a feed of high confidence of 381,953 names in 43 families, and the
// whole one of 852,819 names in 52. Counts that the notebook does not print are made up; the names are too.
package feedtest

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"threatnet/datasets"
)

// Feed is a feed that can be written.
type Feed struct {
	comments int
	first    time.Time // the day of the first row
	families []datasets.Count
}

// High is the feed of high confidence, of June 2018. Six of its families have fewer than 50 names.
func High() Feed {
	return Feed{comments: 15, first: time.Date(2018, time.June, 23, 0, 0, 0, 0, time.UTC), families: slices.Clone(high)}
}

// All is the whole feed, of October 2018: the families of [High], and nine more.
func All() Feed {
	first := time.Date(2018, time.October, 14, 0, 0, 0, 0, time.UTC)
	f := Feed{comments: 14, first: first, families: slices.Clone(high)}
	for _, c := range unseen {
		before := slices.IndexFunc(f.families, func(known datasets.Count) bool { return known.Family == c.before })
		f.families = slices.Insert(f.families, before, c.Count)
	}
	tinba := slices.IndexFunc(f.families, func(c datasets.Count) bool { return c.Family == "tinba" })
	f.families[tinba].Names += 6345 // so that the sum is the notebook's
	return f
}

// Families are the families of the feed with their names, in the order in which they come.
func (f Feed) Families() []datasets.Count { return slices.Clone(f.families) }

// high are the families of the notebook's cell 9, in its order. It prints the counts of the ten largest, the names of those
// that have fewer than 50, and shares, which give the counts of most of these.
var high = []datasets.Count{
	{Family: "Cryptolocker - Flashback", Names: 6000},
	{Family: "Post Tovar GOZ", Names: 66000},
	{Family: "geodo", Names: 1200},
	{Family: "dyre", Names: 8000},
	{Family: "corebot", Names: 560},
	{Family: "symmi", Names: 4104},
	{Family: "padcrypt", Names: 1152},
	{Family: "locky", Names: 4584},
	{Family: "tinba", Names: 66688},
	{Family: "pushdo", Names: 5040},
	{Family: "P2P Gameover Zeus", Names: 2000},
	{Family: "shiotob/urlzone/bebloh", Names: 12521},
	{Family: "hesperbot", Names: 370},
	{Family: "cryptowall", Names: 94},
	{Family: "ramnit", Names: 56174},
	{Family: "dircrypt", Names: 570},
	{Family: "ranbyus", Names: 26040},
	{Family: "pykspa", Names: 14215},
	{Family: "murofet", Names: 28520},
	{Family: "Volatile Cedar / Explosive", Names: 996},
	{Family: "beebone", Names: 210},
	{Family: "bedep", Names: 170},
	{Family: "fobber", Names: 600},
	{Family: "necurs", Names: 43008},
	{Family: "qakbot", Names: 20000},
	{Family: "tempedreve", Names: 250},
	{Family: "ramdo", Names: 2000},
	{Family: "kraken", Names: 8988},
	{Family: "bamital", Names: 104},
	{Family: "vawtrak", Names: 300},
	{Family: "sisron", Names: 60},
	{Family: "chinad", Names: 256},
	{Family: "gozi", Names: 24},
	{Family: "sphinx", Names: 768},
	{Family: "proslikefan", Names: 100},
	{Family: "vidro", Names: 100},
	{Family: "madmax", Names: 1},
	{Family: "dromedan", Names: 2},
	{Family: "g01", Names: 1},
	{Family: "pandabanker", Names: 30},
	{Family: "mirai", Names: 3},
	{Family: "unknownjs", Names: 90},
	{Family: "unknowndropper", Names: 60},
}

type additional struct {
	before string
	datasets.Count
}

// unseen are the families that only the whole feed has, each with the one that it comes before in cell 10. The counts are
// those of the shares in cell 13.
var unseen = []additional{
	{"padcrypt", datasets.Count{Family: "nymaim", Names: 6000}},
	{"locky", datasets.Count{Family: "virut", Names: 600}},
	{"tinba", datasets.Count{Family: "matsnu", Names: 48}},
	{"shiotob/urlzone/bebloh", datasets.Count{Family: "shifu", Names: 2331}},
	{"hesperbot", datasets.Count{Family: "banjori", Names: 439223}},
	{"pykspa", datasets.Count{Family: "simda", Names: 14755}},
	{"fobber", datasets.Count{Family: "suppobox", Names: 1014}},
	{"mirai", datasets.Count{Family: "pizd", Names: 510}},
	{"unknownjs", datasets.Count{Family: "tofsee", Names: 40}},
}

// days is on how many days the names of a feed are valid.
const days = 3

// WriteTo writes the feed. The names of a family are the same in both feeds, as far as they go.
func (f Feed) WriteTo(w io.Writer) (int64, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	written := int64(0)
	write := func(texts ...string) error {
		for _, text := range texts {
			n, err := out.WriteString(text)
			if written += int64(n); err != nil {
				return err
			}
		}
		return nil
	}
	for range f.comments {
		if err := write("## a feed made for tests\n"); err != nil {
			return written, err
		}
	}
	for i, c := range f.families {
		var ends [days]string // of rows
		for k := range ends {
			day := f.first.AddDate(0, 0, k)
			ends[k] = fmt.Sprintf(",Domain used by %s%s,%s,http://feeds.example/manual/%d.txt\n", c.Family, ending(i, c.Family, day), day.Format(time.DateOnly), i)
		}
		for k := range c.Names {
			if err := write(name(c.Family, k), ends[k%days]); err != nil {
				return written, err
			}
		}
	}
	return written, out.Flush()
}

// ending gives what follows on the family in a description, in one of the forms that the notebook shows.
func ending(i int, family string, day time.Time) string {
	forms := []string{" DGA for " + day.Format("2 Jan 2006"), " DGA - not date seeded", " (varying date seeds)", " - not date seeded"}
	if strings.Contains(family, " -") {
		return forms[0]
	}
	return forms[i%len(forms)]
}

// name gives name k of a family. No two are alike: a number that is made of both is multiplied by an odd one modulo a
// power of two, and written with letters.
func name(family string, k int) string {
	number := slices.IndexFunc(high, func(c datasets.Count) bool { return c.Family == family })
	if number < 0 {
		number = len(high) + slices.IndexFunc(unseen, func(c additional) bool { return c.Family == family })
	}
	const bits = 42 // 9 letters hold 42 bits
	x := (uint64(number)<<20 + uint64(k)) * 0x9e3779b97f4a7c15 % (1 << bits)
	letters := make([]byte, 9)
	for i := range letters {
		letters[i] = 'a' + byte(x%26)
		x /= 26
	}
	return string(letters) + []string{".com", ".net", ".ru", ".biz"}[number%4]
}
