package netflow

import (
	"fmt"
	"strconv"
	"strings"

	"threatnet/datasets"
)

// layout says which column of a text holds what.
type layout struct {
	labelName string // the column with the label, if it is given
	names     []string
	seeds     []uint64 // of the columns' hashes
	repeated  []bool   // another column has the role
	at        [numRoles]int
	rank      [numRoles]int
	seen      map[string]uint64 // how often a name came, in its plain form
}

func newLayout(names []string, opt Options) *layout {
	l := &layout{labelName: opt.Label, seen: make(map[string]uint64)}
	for r := range l.at {
		l.at[r] = -1
	}
	for _, name := range names {
		l.add(name)
	}
	return l
}

// add takes the next column in and gives its index.
func (l *layout) add(name string) int {
	i, name := len(l.names), strings.Trim(name, " \t\r\n")
	key := plain(name)
	m, known := meanings[key]
	l.names, l.repeated = append(l.names, name), append(l.repeated, false)
	hashed := key
	if known {
		hashed = roleName(m.role, key)
	}
	l.seeds = append(l.seeds, mix(fnv(hashed)+l.seen[hashed]))
	l.seen[hashed]++
	if l.labelName != "" {
		if l.at[label] < 0 && key == plain(l.labelName) {
			l.at[label] = i
		}
		known = known && m.role != label
	}
	switch r := m.role; {
	case !known:
	case l.at[r] >= 0 && m.rank >= l.rank[r]:
		l.repeated[i] = true
	default:
		if l.at[r] >= 0 {
			l.repeated[l.at[r]] = true
		}
		l.at[r], l.rank[r] = i, m.rank
	}
	return i
}

// roleName is one name for all columns of a role.
func roleName(r role, name string) string {
	if int(r) < datasets.NumFlowFeatures {
		return datasets.FlowFeatures()[r]
	}
	if r == label || r == timestamp { // columns that are not the same thing
		return name
	}
	return others[r][0]
}

// features is the number of features that there are columns for.
func (l *layout) features() int {
	n := 0
	for _, at := range l.at[:datasets.NumFlowFeatures] {
		if at >= 0 {
			n++
		}
	}
	return n
}

// numbered takes the column of the given label to be meant by its number, if none has that name.
func (l *layout) numbered() {
	if n, err := strconv.Atoi(l.labelName); err == nil && l.at[label] < 0 && n >= 1 && n <= len(l.names) {
		l.at[label] = n - 1
	}
}

// check gives the error of a text that has not the columns it needs.
func (l *layout) check(opt Options) error {
	if n := l.features(); n < MinFeatures {
		names := ""
		for _, feature := range Describe(l.names, opt).Features {
			names += ", " + feature
		}
		return fmt.Errorf("%w: of CICFlowMeter's %d features there are columns for %d%s, and %d are needed; the columns are %s",
			ErrNotFlows, datasets.NumFlowFeatures, n, names, MinFeatures, quoteAll(l.names))
	}
	if opt.Label != "" && l.at[label] < 0 && !opt.Benign {
		return fmt.Errorf("%w: %q is not among %s", ErrColumn, opt.Label, quoteAll(l.names))
	}
	return nil
}

// isHeader tells whether a row is the header again.
func (l *layout) isHeader(fields []string) bool {
	for i, name := range l.names {
		if !strings.EqualFold(fields[i], name) {
			return false
		}
	}
	return true
}

// Columns says what is read of a text with a certain header, and what is not.
type Columns struct {
	Features []string `json:"features"` // that there are columns for, as datasets.FlowFeatures names and orders them
	Missing  []string `json:"missing"`  // the other features: their values are NaN
	Identity []string `json:"identity"` // the columns of identifiers, addresses, ports, protocol and time, as they stand
	Label    string   `json:"label"`    // the column with the label; "" if there is none
	Repeated []string `json:"repeated"` // columns of a meaning that another column has too, which is the one that is read
	Ignored  []string `json:"ignored"`  // columns that mean nothing here
}

// Describe tells the columns of a header (see [Format]).
func Describe(header []string, opt Options) Columns {
	l := newLayout(header, opt)
	l.numbered()
	var c Columns
	for i, feature := range datasets.FlowFeatures() {
		if l.at[i] >= 0 {
			c.Features = append(c.Features, feature)
		} else {
			c.Missing = append(c.Missing, feature)
		}
	}
	used := make(map[int]bool)
	for r, at := range l.at {
		used[at] = true
		if r >= int(flowID) && r < int(label) && at >= 0 {
			c.Identity = append(c.Identity, l.names[at])
		}
	}
	if at := l.at[label]; at >= 0 {
		c.Label = l.names[at]
	}
	for i, name := range l.names {
		if used[i] {
			continue
		}
		if l.repeated[i] {
			c.Repeated = append(c.Repeated, name)
		} else {
			c.Ignored = append(c.Ignored, name)
		}
	}
	return c
}
