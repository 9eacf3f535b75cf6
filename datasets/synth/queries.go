package synth

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"

	"threatnet/datasets"
)

// The kinds of streams of DNS queries.
const (
	KindBenignQueries = "benign-queries" // CSV with the header _time,src,query
	KindTunnels       = "tunnels"        // CSV with the header _time,src,query,record_type,is_exfiltration,tool
	KindQueries       = "queries"        // CSV with the header _time,src,query,record_type,is_exfiltration
)

var streamKinds = []string{KindBenignQueries, KindTunnels, KindQueries}

// columns of the kinds of streams.
var columns = map[string]string{
	KindBenignQueries: "_time,src,query",
	KindTunnels:       "_time,src,query,record_type,is_exfiltration,tool",
	KindQueries:       "_time,src,query,record_type,is_exfiltration",
}

// Queries gives a stream of as many queries as events says, in the order of their times, which all differ:
//
//   - benign-queries: those of [BenignQueries] for the hosts of [Popular], prefixes of them drawn by the seed, and
//     invented sites under the reserved top levels;
//   - tunnels: those of the tools of [TunnelTools], an equal share of each, in sessions of their own client and domain,
//     under invented names of the reserved top levels; no domain has two tools;
//   - queries: both, one in four of a tunnel. Real traffic has far less of them: this serves to train, and a rate of
//     false alarms measured on it is none of real traffic's.
//
// Labels are [datasets.Benign] or the tool. It panics on another kind and on a negative number.
func Queries(kind string, seed uint64, events int) []datasets.Query {
	return slices.Collect(stream(kind, seed, events))
}

func stream(kind string, seed uint64, events int) iter.Seq[datasets.Query] {
	checkEvents(events)
	popular := func(n int) iter.Seq[datasets.Query] { return visits(newSites(popularHosts(seed)), seed, n) }
	switch kind {
	case KindBenignQueries:
		return rising(popular(events))
	case KindTunnels:
		return rising(tunnels(seed, events, visitsLast(3*events)))
	case KindQueries:
		malicious := events / 4
		benign := events - malicious
		return rising(interleave(popular(benign), tunnels(seed, malicious, visitsLast(benign))))
	}
	panic("synth: unknown kind of queries")
}

func checkEvents(n int) {
	if n < 0 {
		panic("synth: negative number of events")
	}
}

// WriteQueries writes a stream as the CSV of a kind, lines ended by a line feed: _time is in seconds since 1970 with six
// decimals, is_exfiltration 0 for [datasets.Benign] and else 1, tool the label. Names in normal form need no quotes and get
// none. It panics on another kind.
func WriteQueries(w io.Writer, kind string, queries iter.Seq[datasets.Query]) error {
	header, ok := columns[kind]
	if !ok {
		panic("synth: unknown kind of queries")
	}
	b := bufio.NewWriter(w)
	_, err := fmt.Fprintln(b, header)
	var line []byte
	for q := range queries {
		line = strconv.AppendInt(line[:0], q.Time.Unix(), 10)
		line = fmt.Appendf(line, ".%06d,%s,%s", q.Time.Nanosecond()/1000, q.Client, q.Name)
		if kind != KindBenignQueries {
			malicious := 1
			if q.Label == datasets.Benign {
				malicious = 0
			}
			line = fmt.Appendf(line, ",%s,%d", q.Type, malicious)
		}
		if kind == KindTunnels {
			line = append(append(line, ','), q.Label...)
		}
		if _, err = b.Write(append(line, '\n')); err != nil {
			break
		}
	}
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("synth: write %s: %w", kind, err)
	}
	return nil
}
