package synth

import (
	"iter"
	"time"

	"threatnet/datasets"
)

// A tool is an invented DNS tunnel: a way of putting bytes into names, and a pace.
type tool struct {
	name    string
	types   []string      // the record types, one for each session, or drawn for each query
	mixed   bool          // drawn for each query
	pace    time.Duration // from query to query, roughly, on average
	queries int           // at most in one session

	// next gives the part of the next name that is above the tunnel's domain, and how long it is until the one after.
	next func(s *session) (host string, gap time.Duration)
}

// maxTunnelName is the length of the longest name that a tool makes. DNS allows 253.
const maxTunnelName = 250

// A session is one client that sends through one domain with one tool.
type session struct {
	tool   *tool
	rng    splitMix
	client string
	domain string
	rtype  string
	id     string // eight hexadecimal digits, the session's own
	sent   int    // queries so far
	left   int
	busy   int // queries of the current burst that are left
}

func (s *session) ask() (datasets.Query, time.Duration, bool) {
	host, gap := s.tool.next(s)
	if s.tool.mixed {
		s.rtype = s.rng.pick(s.tool.types)
	}
	s.sent++
	s.left--
	return datasets.Query{Client: s.client, Name: host + "." + s.domain, Type: s.rtype, Label: s.tool.name}, gap, s.left > 0
}

// room is how many characters a host may have.
func (s *session) room() int { return maxTunnelName - len(s.domain) - 1 }

// fill encodes random bytes to as much text as a host of that many characters takes in labels of n, with the header before.
func (s *session) fill(e encoding, header string, chars, n int) string {
	chars = min(chars, s.room())
	chars -= chars / (n + 1) // the dots
	return labels(header+e.text(&s.rng, max(chars-len(header), 1)), n)
}

// sending is true within a burst of data, whose length is mean on average, and else begins one with probability p.
func (s *session) sending(p, mean float64) bool {
	if s.busy > 0 {
		s.busy--
		return true
	}
	if s.rng.chance(p) {
		s.busy = s.rng.geometric(1/mean) - 1
		return true
	}
	return false
}

// tunnels gives a stream of that many queries, shared out evenly among the tools, whose sessions begin within span.
func tunnels(seed uint64, events int, span time.Duration) iter.Seq[datasets.Query] {
	return func(yield func(datasets.Query) bool) {
		p := planner{rng: splitMix(constant("tunnels", seed)), span: span, domains: map[string]bool{}}
		for i := range tools {
			n := events / len(tools)
			if i < events%len(tools) {
				n++
			}
			p.plan(&tools[i], n)
		}
		p.turns.run(events)(yield)
	}
}

// planner lays out sessions.
type planner struct {
	rng     splitMix
	span    time.Duration
	domains map[string]bool // used by any tool
	turns   schedule
}

// plan lays out the sessions of a tool. They last no longer than span, if that leaves them the dozen queries that a window
// holds, and end after it where it does not.
func (p *planner) plan(t *tool, events int) {
	const fewest = 12
	longest := max(min(int(p.span/t.pace), t.queries), fewest)
	var own []string
	for events > 0 {
		n := p.rng.between((longest+1)/2, longest)
		if events-n < fewest {
			n = events
		}
		events -= n
		if len(own) == 0 || p.rng.chance(.8) {
			own = append(own, p.domain())
		}
		start := max(p.span-time.Duration(n)*t.pace, time.Second)
		p.turns = append(p.turns, turn{at: p.rng.within(0, start), speaker: p.session(t, p.rng.pick(own), n)})
	}
}

func (p *planner) session(t *tool, domain string, queries int) *session {
	return &session{
		tool:   t,
		rng:    splitMix(p.rng.word()),
		client: clientAddress(p.rng.below(clients)),
		domain: domain,
		rtype:  p.rng.pick(t.types),
		id:     base16(p.rng.bytes(4)),
		left:   queries,
	}
}

// domain invents a domain that no session has, in some cases a zone below it.
func (p *planner) domain() string {
	name := invent(&p.rng, tunnelSide)
	for p.domains[name] {
		name = invent(&p.rng, tunnelSide)
	}
	p.domains[name] = true
	if p.rng.chance(.4) {
		return p.rng.pick(zones) + "." + name
	}
	return name
}

var zones = []string{"t", "d", "ns", "x1", "dns", "a", "tun", "cdn", "data"}
