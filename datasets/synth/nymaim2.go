package synth

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"iter"
)

// nymaim2, Nymaim's algorithm of 2018, joins one word of each of two lists.
//
// As published: MD5 of date and constant as the source of randomness, a word of a first and a
// word of a second list, a separator that is empty or a hyphen, a long list of top-level
// domains, 64 names a day. Ours: the lists of words and of top-level domains, and how the
// digest is used. Takes both.
var nymaim2 = generator{
	Family{
		Name:        "nymaim2",
		Description: "an adjective and a noun, with or without a hyphen, under 30 TLDs",
		Source:      "J. Bader, The new domain generation algorithm of Nymaim (article), 2018",
		Wordlist:    true,
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("nymaim2", seed)
			for c := newCalendar("nymaim2", seed); ; c.back(1) {
				for i := range 64 {
					sum := md5.Sum(fmt.Appendf(nil, "%x %s %d", key, c.day.Format("2006-01-02"), i))
					draw := func(part, n int) int {
						return int(binary.LittleEndian.Uint32(sum[4*part:]) % uint32(n))
					}
					name := adjectives[draw(0, len(adjectives))] +
						[]string{"", "-"}[draw(1, 2)] +
						nouns[draw(2, len(nouns))] + "." +
						nymaim2TLDs[draw(3, len(nymaim2TLDs))]
					if !yield(name) {
						return
					}
				}
			}
		}
	},
}

var nymaim2TLDs = []string{
	"com", "net", "org", "info", "biz", "pw", "in", "de", "fr", "it", "nl", "be", "ch", "at", "pl",
	"ro", "se", "dk", "us", "ca", "mx", "tk", "ml", "ga", "cc", "ws", "su", "ph", "lu", "sc",
}
