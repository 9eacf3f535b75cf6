package datasets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FlowInput is a source of flows as [CollectFlows] takes it.
type FlowInput struct {
	Name  string // for the report
	Flows Flows
}

// FlowOptions are the rules of [CollectFlows]. The zero value is the default.
type FlowOptions struct {
	Duplicates bool // records equal to an earlier one are kept
	Strict     bool // a bad row is an error
	Unlabelled bool // rows without a label are taken, with family ""; else they are an error
}

// FlowReport says what [CollectFlows] read and what it left out.
type FlowReport struct {
	Sources    []SourceReport `json:"sources"` // in the order given
	Rows       int            `json:"rows"`
	Bad        int            `json:"bad"`
	Duplicates int            `json:"duplicates"` // good rows equal to an earlier one in all columns
	Relabelled int            `json:"relabelled"` // of these, with another label
	Kept       bool           `json:"kept"`       // whether they are in the set
	Flows      int            `json:"flows"`      // in the set
	Families   []Count        `json:"families"`   // of these, largest first
}

// CollectFlows reads the inputs one after the other into a set, in their order, and reports what it left out.
//
// A record that is equal to an earlier one in every column as read (see [Flow.Sum]) is left out, whatever label its source has
// been given, unless the options keep it; that two different records have one sum is not to be expected below some hundred
// million. A row without a label is an error that wraps [ErrUnlabelled], unless the options take it.
func CollectFlows(ctx context.Context, opt FlowOptions, inputs ...FlowInput) (*FlowSet, *FlowReport, error) {
	c := &flowCollector{
		opt: opt, store: &flowStore{}, addresses: map[string]int32{}, families: map[string]int32{}, seen: map[uint64]int32{},
		report: FlowReport{Kept: opt.Duplicates},
	}
	for _, in := range inputs {
		if err := c.read(ctx, in); err != nil {
			return nil, nil, err
		}
	}
	set := newFlowSet(c.store, nil, c.codes, c.names)
	c.report.Flows, c.report.Families = set.Len(), set.Counts()
	sortCounts(c.report.Families)
	return set, &c.report, nil
}

type flowCollector struct {
	opt       FlowOptions
	report    FlowReport
	store     *flowStore
	addresses map[string]int32 // the place of each in the store
	families  map[string]int32 // the place of each in names
	names     []string
	codes     []int32
	seen      map[uint64]int32 // the family of each sum's first flow
}

// read enters the good rows of a source.
func (c *flowCollector) read(ctx context.Context, in FlowInput) error {
	s := SourceReport{Name: in.Name}
	for f, err := range in.Flows {
		s.Rows++
		if s.Rows%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			row, ok := BadRow(err)
			if !ok {
				return err
			}
			if c.opt.Strict {
				return fmt.Errorf("bad row: %w", row)
			}
			s.bad(row)
			continue
		}
		switch {
		case f.Label == Benign:
			s.Benign++
		case f.Label == "" && !c.opt.Unlabelled:
			return fmt.Errorf("%s:%d:1: %w: name the column with --label COLUMN, the label with FAMILY=SOURCE, or give the source as --benign",
				cmp.Or(f.File, in.Name), f.Line, ErrUnlabelled)
		case f.Label == "":
			s.Unlabelled++
		}
		first, again := c.seen[f.Sum]
		if again {
			s.Duplicates++
			if c.names[first] != f.Label {
				c.report.Relabelled++
			}
		}
		if again && !c.opt.Duplicates {
			continue
		}
		c.add(&f)
		if !again {
			c.seen[f.Sum] = c.codes[len(c.codes)-1]
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	slices.SortStableFunc(s.Bad, func(a, b BadRows) int { return cmp.Compare(b.Rows, a.Rows) })
	for _, b := range s.Bad {
		c.report.Bad += b.Rows
	}
	c.report.Rows += s.Rows
	c.report.Duplicates += s.Duplicates
	c.report.Sources = append(c.report.Sources, s)
	return nil
}

// add enters a flow.
func (c *flowCollector) add(f *Flow) {
	if len(f.Values) != NumFlowFeatures {
		panic("datasets: a flow of another number of features")
	}
	if len(c.codes)%blockFlows == 0 {
		c.store.blocks = append(c.store.blocks, flowBlock{make([]float32, 0, blockFlows*NumFlowFeatures), make([]flowMark, 0, blockFlows)})
	}
	b := &c.store.blocks[len(c.store.blocks)-1]
	b.values = append(b.values, f.Values...)
	b.marks = append(b.marks, flowMark{
		sum: f.Sum, time: seconds(f.Time), source: intern(c.addresses, &c.store.addresses, f.Source),
		destination: intern(c.addresses, &c.store.addresses, f.Destination),
		sourcePort:  int32(f.SourcePort), destinationPort: int32(f.DestinationPort), protocol: int32(f.Protocol),
	})
	c.codes = append(c.codes, intern(c.families, &c.names, f.Label))
}

// intern gives the place of a text in list, where it is put on its first appearance.
func intern(places map[string]int32, list *[]string, text string) int32 {
	at, ok := places[text]
	if !ok {
		text = strings.Clone(text) // not the row it is part of
		at = int32(len(*list))
		places[text] = at
		*list = append(*list, text)
	}
	return at
}

// seconds since 1970-01-01; 0 for no time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// String gives the report for people: a line for each source, indented lines for what was left out, and the sum.
func (r *FlowReport) String() string {
	var b strings.Builder
	for i := range r.Sources {
		s := &r.Sources[i]
		fmt.Fprintf(&b, "%s: %d rows", s.Name, s.Rows)
		if s.Duplicates > 0 {
			done := "left out"
			if r.Kept {
				done = "kept"
			}
			fmt.Fprintf(&b, ", %d equal to an earlier one in all columns, %s", s.Duplicates, done)
		}
		b.WriteByte('\n')
		s.writeBad(&b)
	}
	if r.Relabelled > 0 {
		fmt.Fprintf(&b, "%d of the equal flows have another label than the first of them\n", r.Relabelled)
	}
	fmt.Fprintf(&b, "flows: %d", r.Flows)
	separator := ": "
	for _, c := range r.Families {
		family := c.Family
		if family == "" {
			family = "unlabelled"
		}
		fmt.Fprintf(&b, "%s%d %s", separator, c.Names, family)
		separator = ", "
	}
	b.WriteByte('\n')
	return b.String()
}
