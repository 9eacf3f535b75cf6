package synth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrKind reports a kind that [Write] does not know.
var ErrKind = errors.New("synth: unknown kind")

// The kinds of names that are not a family's.
const (
	KindCorpus  = "corpus"  // CSV with the header domain,family
	KindPopular = "popular" // CSV with the header rank,domain
)

// Kinds lists what [Write] writes: the two kinds of names in several columns, the families, the streams of queries, and
// flows.
func Kinds() []string {
	kinds := []string{KindCorpus, KindPopular}
	for _, g := range generators {
		kinds = append(kinds, g.Name)
	}
	return append(append(kinds, streamKinds...), KindFlows)
}

// Write writes n records of a kind, lines ended by a line feed:
//
//   - corpus: [Corpus] with n names of every family, as CSV with a header;
//   - popular: the first n of [Popular], or all when there are fewer, ranked from 1, as
//     CSV with a header; the seed is not used;
//   - a family's name: the n names of [Generate], one a line;
//   - benign-queries, tunnels, queries: the n queries of [Queries], as [WriteQueries] does;
//   - flows: the n flows of [Flows], as [WriteFlows] does.
//
// Queries and flows may be any number: they are written as they are made. The error wraps
// [ErrKind], [ErrCount] or the writer's error. No field needs quotes.
func Write(w io.Writer, kind string, seed uint64, n int) error {
	if !slices.Contains(Kinds(), kind) {
		return fmt.Errorf("%w %q", ErrKind, kind)
	}
	if n < 0 {
		return fmt.Errorf("%w: %d is negative", ErrCount, n)
	}
	switch {
	case kind == KindFlows:
		return WriteFlows(w, seed, n)
	case slices.Contains(streamKinds, kind):
		return WriteQueries(w, kind, stream(kind, seed, n))
	}
	return writeNames(w, kind, seed, n)
}

func writeNames(w io.Writer, kind string, seed uint64, n int) error {
	if n > MaxNames {
		return fmt.Errorf("%w: %d is not in 0 to %d", ErrCount, n, MaxNames)
	}
	var b bytes.Buffer
	switch kind {
	case KindCorpus:
		fmt.Fprintln(&b, "domain,family")
		for _, name := range Corpus(seed, n) {
			fmt.Fprintf(&b, "%s,%s\n", name.Name, name.Family)
		}
	case KindPopular:
		fmt.Fprintln(&b, "rank,domain")
		for i, name := range popularNames()[:min(n, len(popularNames()))] {
			fmt.Fprintf(&b, "%d,%s\n", i+1, name)
		}
	default:
		names, err := Generate(kind, seed, n)
		if err != nil {
			return err
		}
		for _, name := range names {
			fmt.Fprintln(&b, name)
		}
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("synth: write %s: %w", kind, err)
	}
	return nil
}
