package synth

import (
	"errors"
	"iter"
	"time"

	"threatnet/datasets"
)

// ErrNoHosts reports an empty list of hosts.
var ErrNoHosts = errors.New("synth: no hosts to ask for")

// The pace of a client: the mean pause between two visits and between two queries of one. A resolver sees no more of a
// client, whose own cache answers the rest.
const (
	visitPause = 2 * time.Minute
	queryPause = 400 * time.Millisecond
)

// BenignQueries gives a stream of as many queries as ordinary clients ask, for hosts in normal form ([datasets.Normalize]),
// the most popular first; a host that is there twice counts once. Each range over the stream gives the same queries. The
// error is [ErrNoHosts].
//
// The hosts are grouped by registered domain ([datasets.Registrable]), the domains ranked from 0 by their first host. Each
// of 200 clients visits one domain after the other, drawn with weight 1/(rank + 5), and asks a geometric number (p = .4, 2.5
// on average) of queries: 70 % of them for one of the domain's first hosts, by a geometric draw (p = .3) that begins again
// after the last, and the rest for any of its hosts. The pauses are exponential, two minutes long on average between visits
// and .4 seconds within.
//
// A list that is read as if it were traffic would have every host once, and a content network's one after the other: to a
// detector of tunnels, which counts distinct names below a domain, that looks like one.
func BenignQueries(hosts []string, seed uint64, events int) (iter.Seq[datasets.Query], error) {
	checkEvents(events)
	if len(hosts) == 0 {
		return nil, ErrNoHosts
	}
	return rising(visits(newSites(hosts), seed, events)), nil
}

func visits(s *sites, seed uint64, events int) iter.Seq[datasets.Query] {
	return func(yield func(datasets.Query) bool) {
		var all schedule
		r := splitMix(constant("benign-queries", seed))
		for i := range clients {
			v := &visitor{rng: splitMix(r.word()), sites: s, address: clientAddress(i)}
			all = append(all, turn{at: v.rng.wait(visitPause), speaker: v})
		}
		all.run(events)(yield)
	}
}

// visitsLast is about how long a stream of benign queries lasts.
func visitsLast(events int) time.Duration {
	const each = visitPause * 2 / (5 * clients) // 2.5 queries a visit
	return time.Duration(events) * each
}

// visitor is a client and the domain it is at.
type visitor struct {
	rng     splitMix
	sites   *sites
	address string
	hosts   []string
	left    int // queries of this visit
}

func (v *visitor) ask() (datasets.Query, time.Duration, bool) {
	r := &v.rng
	if v.left == 0 {
		v.hosts = v.sites.draw(r)
		v.left = r.geometric(.4)
	}
	host := r.below(len(v.hosts))
	if r.chance(.7) {
		host = (r.geometric(.3) - 1) % len(v.hosts)
	}
	v.left--
	pause := queryPause
	if v.left == 0 {
		pause = visitPause
	}
	q := datasets.Query{Client: v.address, Name: v.hosts[host], Type: benignTypes[typeShares.draw(r)], Label: datasets.Benign}
	return q, r.wait(pause), true
}

// benignTypes are the record types that clients ask for, typeShares about how often, in percent.
var (
	benignTypes = []string{"A", "AAAA", "HTTPS", "TXT", "PTR", "SRV", "MX"}
	typeShares  = newWeighting(60, 24, 11, 2, 1, 1, 1)
)

// sites are hosts by registered domain.
type sites struct {
	hosts  [][]string // of each domain, both in the order of the list
	weight weighting
}

func newSites(hosts []string) *sites {
	s := &sites{}
	rank, seen := map[string]int{}, make(map[string]bool, len(hosts))
	for _, host := range hosts {
		if seen[host] {
			continue
		}
		seen[host] = true
		domain := datasets.Registrable.Of(host)
		if domain == "" {
			domain = host
		}
		i, ok := rank[domain]
		if !ok {
			i = len(s.hosts)
			rank[domain] = i
			s.hosts = append(s.hosts, nil)
		}
		s.hosts[i] = append(s.hosts[i], host)
	}
	weights := make([]float64, len(s.hosts))
	for rank := range weights {
		weights[rank] = 1 / float64(rank+5)
	}
	s.weight = newWeighting(weights...)
	return s
}

func (s *sites) draw(r *splitMix) []string { return s.hosts[s.weight.draw(r)] }
