package records

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"threatnet/datasets"
	"threatnet/datasets/dnslog"
	"threatnet/datasets/netflow"
)

// Roles of a flow's fields beyond its features, which are 0 to NumFlowFeatures−1.
const (
	flowID = datasets.NumFlowFeatures + iota
	source
	destination
	sourcePort
	destinationPort
	protocol
	flowTime
	numRoles
	noRole = -1
)

// identities are the fields that identify a flow, in the form in which they are compared.
var identities = map[string]int{
	"flow_id": flowID, "source_ip": source, "src_ip": source, "destination_ip": destination, "dst_ip": destination, "dest_ip": destination,
	"source_port": sourcePort, "src_port": sourcePort, "destination_port": destinationPort, "dst_port": destinationPort,
	"dest_port": destinationPort, "protocol": protocol, "timestamp": flowTime, "_time": flowTime,
}

var features = func() map[string]int {
	m := make(map[string]int, datasets.NumFlowFeatures)
	for i, name := range datasets.FlowFeatures() {
		m[name] = i
	}
	return m
}()

// Flow gives a flow. Its fields are named as [datasets.FlowFeatures] and package netflow's columns are: flow_duration, "Flow
// Duration"; source_ip, source_port, protocol. A feature is a number, or a string that is one; Infinity and NaN are strings.
// Those that are not there are NaN, but as many as [netflow.MinFeatures] must be. Where several fields mean the same, the one
// that has the feature's own name counts, else the first in byte order.
func Flow(fields map[string]any) (datasets.Flow, error) {
	var keys [numRoles]string
	for key := range fields {
		r := roleOf(key)
		if r == noRole || fields[key] == nil {
			continue
		}
		if old := keys[r]; old == "" || r < datasets.NumFlowFeatures && key == datasets.FlowFeatures()[r] ||
			!(r < datasets.NumFlowFeatures && old == datasets.FlowFeatures()[r]) && key < old {
			keys[r] = key
		}
	}
	f := datasets.Flow{Values: make([]float32, datasets.NumFlowFeatures), SourcePort: -1, DestinationPort: -1, Protocol: -1}
	present := 0
	for i := range f.Values {
		f.Values[i] = float32(math.NaN())
		if keys[i] == "" {
			continue
		}
		present++
		var ok bool
		if f.Values[i], ok = number(fields[keys[i]]); !ok {
			return f, wrong(keys[i], "a number", fields[keys[i]])
		}
	}
	if present < netflow.MinFeatures {
		return f, &FieldError{missing(keys[:]), "missing: a flow must have " + strconv.Itoa(netflow.MinFeatures) + " of the features, this one has " + strconv.Itoa(present)}
	}
	return f, identify(&f, fields, keys[flowID:])
}

// missing is the first feature that has no field.
func missing(keys []string) string {
	for i, name := range datasets.FlowFeatures() {
		if keys[i] == "" {
			return name
		}
	}
	return ""
}

// identify fills what identifies a flow.
func identify(f *datasets.Flow, fields map[string]any, keys []string) (err error) {
	for i, to := range []*string{&f.ID, &f.Source, &f.Destination} {
		if key := keys[i]; key != "" {
			if _, *to, err = text(fields, []string{key}); err != nil {
				return err
			}
		}
	}
	for i, to := range []*int{&f.SourcePort, &f.DestinationPort, &f.Protocol} {
		key := keys[sourcePort-flowID+i]
		if key == "" {
			continue
		}
		n, ok := whole(fields[key])
		if name, isText := fields[key].(string); !ok && isText && to == &f.Protocol {
			n, ok = protocols[strings.ToLower(name)]
		}
		if !ok {
			return wrong(key, "a whole number from 0 to 65535", fields[key])
		}
		*to = n
	}
	if at, ok := fields[keys[flowTime-flowID]].(string); ok { // no feature: one that cannot be read is none
		f.Time, _ = dnslog.ParseTime(at)
	}
	return nil
}

// protocols are numbers of the Internet's registry of protocols.
var protocols = map[string]int{"icmp": 1, "tcp": 6, "udp": 17, "ipv6-icmp": 58, "icmpv6": 58, "sctp": 132}

// number reads a feature; text without one is NaN.
func number(v any) (float32, bool) {
	switch v := v.(type) {
	case float64:
		return float32(v), math.Abs(v) <= math.MaxFloat32
	case string:
		v = strings.TrimSpace(v)
		if v == "" {
			return float32(math.NaN()), true
		}
		if strings.ContainsAny(v, "xX_pP") { // numbers of Go, not of data
			return 0, false
		}
		n, err := strconv.ParseFloat(v, 32)
		return float32(n), err == nil
	}
	return 0, false
}

// whole reads the number of a port or a protocol; text without one is −1.
func whole(v any) (int, bool) {
	n, ok := number(v)
	if ok && n != n || n == -1 { // NaN
		return -1, true
	}
	return int(n), ok && n >= 0 && n <= math.MaxUint16 && n == float32(int(n))
}

// known remembers the roles of fields, up to a number of them.
var (
	known      sync.Map
	knownCount atomic.Int64
)

const mostKnown = 4096

// roleOf is what a field means, or noRole.
func roleOf(key string) int {
	if i, ok := features[key]; ok {
		return i
	}
	if r, ok := known.Load(key); ok {
		return r.(int)
	}
	r := describe(key)
	if len(key) <= 64 && knownCount.Load() < mostKnown {
		if _, loaded := known.LoadOrStore(strings.Clone(key), r); !loaded {
			knownCount.Add(1)
		}
	}
	return r
}

// describe asks package netflow for the meaning of a column.
func describe(key string) int {
	c := netflow.Describe([]string{key}, netflow.Options{})
	switch {
	case len(c.Features) == 1:
		return features[c.Features[0]]
	case len(c.Identity) == 1:
		plain := strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(strings.ToLower(strings.TrimSpace(key)))
		if r, ok := identities[plain]; ok {
			return r
		}
	}
	return noRole
}
