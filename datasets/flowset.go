package datasets

import (
	"slices"
	"time"
)

// FlowSet is an ordered list of flows with their labels, in memory. It does not change once made. Parts of it share the
// flows with it, which take 4 bytes for each feature and 40 for the rest.
//
// What a flow has beyond its features, addresses, ports, protocol, time and label is not kept.
type FlowSet struct {
	store    *flowStore
	rows     []int32 // of the store; nil: all of them, in order
	codes    []int32
	families []string // in byte order
}

// flowStore holds flows in blocks, so that it grows without being copied.
type flowStore struct {
	blocks    []flowBlock
	addresses []string // each once
}

type flowBlock struct {
	values []float32 // rows×NumFlowFeatures
	marks  []flowMark
}

// blockFlows is a power of two; a block of values is then a little above 1 MB.
const blockFlows = 4096

// flowMark is what a flow has besides its features.
type flowMark struct {
	sum                         uint64
	time                        int64 // in seconds since 1970-01-01; 0 is unknown
	source, destination         int32 // in addresses
	sourcePort, destinationPort int32
	protocol                    int32
}

// newFlowSet makes a set whose codes index families, which may be in any order, unused, or alike. It takes codes over.
func newFlowSet(store *flowStore, rows, codes []int32, families []string) *FlowSet {
	s := newSet(nil, codes, nil, families)
	return &FlowSet{store: store, rows: rows, codes: s.codes, families: s.families}
}

// Len is the number of flows.
func (s *FlowSet) Len() int { return len(s.codes) }

// Families gives the families in byte order, the order of class labels (see [Factorize]).
func (s *FlowSet) Families() []string { return slices.Clone(s.families) }

// Family is the label of flow i.
func (s *FlowSet) Family(i int) string { return s.families[s.codes[i]] }

// Codes gives the index in [FlowSet.Families] of every flow's label. The slice is the set's own: not to be written to.
func (s *FlowSet) Codes() []int32 { return s.codes }

// Counts gives the number of flows of each family, in the order of [FlowSet.Families].
func (s *FlowSet) Counts() []Count {
	counts := make([]Count, len(s.families))
	for i, f := range s.families {
		counts[i].Family = f
	}
	for _, c := range s.codes {
		counts[c].Names++
	}
	return counts
}

// Row gives the features of flow i, in the order of [FlowFeatures]. The slice is the set's own: not to be written to.
func (s *FlowSet) Row(i int) []float32 {
	b, k := s.at(i)
	return b.values[k*NumFlowFeatures:][:NumFlowFeatures:NumFlowFeatures]
}

// Time is when flow i was, in seconds since 1970-01-01; 0 is unknown.
func (s *FlowSet) Time(i int) int64 {
	b, k := s.at(i)
	return b.marks[k].time
}

// HasTimes tells whether the time of any flow is known.
func (s *FlowSet) HasTimes() bool {
	for i := range s.Len() {
		if s.Time(i) != 0 {
			return true
		}
	}
	return false
}

// Flow makes f flow i. Its values are the set's own: not to be written to. It has no fields, no place and no ID.
func (s *FlowSet) Flow(i int, f *Flow) {
	b, k := s.at(i)
	m := &b.marks[k]
	*f = Flow{
		Values: b.values[k*NumFlowFeatures:][:NumFlowFeatures:NumFlowFeatures],
		Source: s.store.addresses[m.source], Destination: s.store.addresses[m.destination],
		SourcePort: int(m.sourcePort), DestinationPort: int(m.destinationPort), Protocol: int(m.protocol),
		Label: s.families[s.codes[i]], Sum: m.sum,
	}
	if m.time != 0 {
		f.Time = time.Unix(m.time, 0).UTC()
	}
}

// at gives the block of flow i and its place there.
func (s *FlowSet) at(i int) (*flowBlock, int) {
	if s.rows != nil {
		i = int(s.rows[i])
	}
	return &s.store.blocks[i/blockFlows], i % blockFlows
}

// Select gives the flows at the given indices, in that order. The families stay those of s, so that the codes of all parts
// of a split agree; a family may be left without flows.
func (s *FlowSet) Select(indices []int) *FlowSet {
	rows := make([]int32, len(indices))
	for k, i := range indices {
		rows[k] = int32(i)
		if s.rows != nil {
			rows[k] = s.rows[i]
		}
	}
	return &FlowSet{store: s.store, rows: rows, codes: pick(s.codes, indices), families: s.families}
}

// Rename gives the set in which the families that are keys of names are called by the values. Those of one name are one.
func (s *FlowSet) Rename(names map[string]string) *FlowSet {
	families := slices.Clone(s.families)
	for i, f := range families {
		if to, ok := names[f]; ok {
			families[i] = to
		}
	}
	return newFlowSet(s.store, s.rows, slices.Clone(s.codes), families)
}

// MergeBelow gives the set in which families of fewer than n flows are one, called into, and the families that were merged,
// largest first. The benign class is never merged, and neither are flows without a label.
func (s *FlowSet) MergeBelow(n int, into string) (*FlowSet, []Count) {
	_, merged := Rare(s.Counts(), n)
	merged = slices.DeleteFunc(merged, func(c Count) bool { return c.Names == 0 || c.Family == "" })
	if len(merged) == 0 {
		return s, nil
	}
	names := map[string]string{}
	for _, c := range merged {
		names[c.Family] = into
	}
	return s.Rename(names), merged
}
