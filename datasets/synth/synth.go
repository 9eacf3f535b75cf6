// Package synth makes the synthetic data of the project: names of the shapes that known
// malware families generate, a list of real, well-known host names, streams of DNS queries
// with and without tunnels, and network flows.
//
// It takes a family or kind, a seed and a count, and gives that many records, the same ones
// for the same arguments on every machine; names are distinct. It resolves nothing, opens
// nothing, and refuses unknown families and kinds, negative counts, more names of a family
// than [MaxNames], and a stream of queries without a host to ask for.
//
// # How close the names are to the malware's
//
// Each generator is written from a published description of the family's algorithm;
// its comment says which parts follow it and which constants or lists are ours. The
// names have the family's shape, that is its alphabet, lengths, top-level domains and way
// of drawing characters or words, which is what a detector of names sees. They are not
// the names that infected machines ask for: they serve to train and test detectors and
// are no list to block.
//
// # What a seed stands for
//
// Malware derives its names from a date, from a constant in the sample, or from both.
//
//   - The date: a seed picks a first day among the 3,653 that end on 31 December 2020;
//     later batches walk back from it, one period (a day, two, four, a month) at a time.
//   - The constant: a hash of the family's name and the seed.
//
// Two seeds of a family that knows only the date share names once their days overlap,
// as two infected machines do; each generator's comment says what it takes.
//
// # Queries and flows
//
// Streams of queries and flows are drawn from models of our own, whose rules stand with
// [BenignQueries], [Queries] and [Flows]. The seed is that of all draws. Tunnels stand under
// invented names of the top levels that RFC 2606 reserves. Nothing of it was captured.
package synth

import (
	"errors"
	"fmt"
	"iter"
	"slices"
)

// MaxNames is the largest number of names that [Generate] gives of one family; every
// family has more.
const MaxNames = 100_000

// ErrFamily reports a family that the package does not know.
var ErrFamily = errors.New("synth: unknown family")

// ErrCount reports a count that is negative or larger than [MaxNames].
var ErrCount = errors.New("synth: count out of range")

// A Family describes one generator.
type Family struct {
	Name        string // as used in feeds: lower case, no spaces
	Description string // the shape of its names, in one line
	Source      string // the publication that describes the algorithm
	Wordlist    bool   // made of dictionary words rather than of single characters
}

// A generator is a family with its algorithm: the endless sequence of names of a seed,
// repetitions included, as the malware would try them.
type generator struct {
	Family
	names func(seed uint64) iter.Seq[string]
}

// generators holds all families in alphabetical order.
var generators = []generator{
	bamital, banjori, bigviktor, conficker, corebot, cryptolocker, dyre, gozi, kraken, locky,
	matsnu, murofet, necurs, newgoz, nymaim2, ramdo, ramnit, simda, suppobox, tinba,
}

// Families lists the known families in alphabetical order.
func Families() []Family {
	out := make([]Family, len(generators))
	for i, g := range generators {
		out[i] = g.Family
	}
	return out
}

// Generate gives the first n distinct names of a family for a seed, in lower case. A
// smaller n gives a prefix of the names of a larger one. The error wraps [ErrFamily] or
// [ErrCount].
func Generate(family string, seed uint64, n int) ([]string, error) {
	i := slices.IndexFunc(generators, func(g generator) bool { return g.Name == family })
	if i < 0 {
		return nil, fmt.Errorf("%w %q", ErrFamily, family)
	}
	if n < 0 || n > MaxNames {
		return nil, fmt.Errorf("%w: %d is not in 0 to %d", ErrCount, n, MaxNames)
	}
	return generators[i].take(seed, n, make(map[string]bool, n)), nil
}

// take gives the first n names that are not in seen, and adds them to it.
func (g generator) take(seed uint64, n int, seen map[string]bool) []string {
	out := make([]string, 0, n)
	if n == 0 {
		return out
	}
	for name := range g.names(seed) {
		if seen[name] {
			continue
		}
		seen[name] = true
		if out = append(out, name); len(out) == n {
			break
		}
	}
	return out
}
