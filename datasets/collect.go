package datasets

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Conflicts says what becomes of a name that is both benign and of a DGA.
type Conflicts string

// The policies for conflicts.
const (
	DropBoth   Conflicts = "drop"   // the name is in neither class
	KeepBenign Conflicts = "benign" // the name is benign
	KeepDGA    Conflicts = "dga"    // the name is of the first DGA family it was seen with
)

// ErrUnlabelled is the error of a source whose rows have no label where labels are needed.
var ErrUnlabelled = errors.New("no labels")

// Input is a source of names as [Collect] takes it.
type Input struct {
	Name    string // for the report
	Domains Domains
}

// CollectOptions are the rules of [Collect]. The zero value is the default.
type CollectOptions struct {
	Conflicts  Conflicts // "" is DropBoth
	Strict     bool      // a bad row is an error
	Unlabelled bool      // rows without a label are taken, with family ""; else they are an error
	Duplicates bool      // every row is kept as it is: nothing is deduplicated, conflicts are not looked for
}

// Collect reads the inputs one after the other into a set, in the order in which the names are first seen, and reports
// what it left out.
//
// A name counts once. Seen with two DGA families it belongs to the first; both are counted in the report. Seen as benign
// and as DGA it is settled by the policy for conflicts. A label, wherever it comes, goes before none.
//
// The memory is that of the names, in large blocks, and about 40 bytes for each.
func Collect(ctx context.Context, opt CollectOptions, inputs ...Input) (*Set, *Report, error) {
	if opt.Conflicts == "" {
		opt.Conflicts = DropBoth
	}
	switch opt.Conflicts {
	case DropBoth, KeepBenign, KeepDGA:
	default:
		return nil, nil, fmt.Errorf("unknown policy for conflicts %q: it is drop, benign or dga", opt.Conflicts)
	}
	c := &collector{opt: opt, index: newIndex(0), ids: make(map[string]int32)}
	c.id("")
	c.id(Benign)
	for _, in := range inputs {
		if err := c.read(ctx, in); err != nil {
			return nil, nil, err
		}
	}
	set := c.finish()
	return set, &c.report, nil
}

// Ids of the two families that are always there.
const (
	idNone = iota
	idBenign
)

// Marks of a name.
const (
	seenBenign = 1 << iota
	twoFamilies
)

type collector struct {
	opt    CollectOptions
	report Report

	text   strings.Builder // the block that names are copied to
	names  []string
	family []int32 // the first DGA family of a name, else idNone; with opt.Duplicates the family of the row
	marks  []uint8
	index  *index

	families []string
	ids      map[string]int32
	last     int32 // the family of the row before: most sources are sorted by family
}

func (c *collector) id(family string) int32 {
	if len(c.families) > 0 && family == c.families[c.last] {
		return c.last
	}
	id, ok := c.ids[family]
	if !ok {
		family = strings.Clone(family)
		id = int32(len(c.families))
		c.families = append(c.families, family)
		c.ids[family] = id
	}
	c.last = id
	return id
}

func (c *collector) read(ctx context.Context, in Input) error {
	s := SourceReport{Name: in.Name}
	for d, err := range in.Domains {
		s.Rows++
		if s.Rows%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
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
		switch d.Family {
		case "":
			if !c.opt.Unlabelled {
				return fmt.Errorf("%s: %w: name the family with FAMILY=SOURCE, the column with --label, or give it as --benign",
					in.Name, ErrUnlabelled)
			}
			s.Unlabelled++
		case Benign:
			s.Benign++
		}
		if !c.add(d) {
			s.Duplicates++
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.report.Sources = append(c.report.Sources, s)
	return nil
}

// add enters a name and tells whether it is new.
func (c *collector) add(d Domain) bool {
	id := c.id(d.Family)
	if c.opt.Duplicates {
		c.names = append(c.names, c.keep(d.Name))
		c.family = append(c.family, id)
		return true
	}
	i, isNew := c.index.enter(c.names, d.Name)
	if isNew {
		c.names = append(c.names, c.keep(d.Name))
		c.family = append(c.family, idNone)
		c.marks = append(c.marks, 0)
	}
	switch {
	case id == idBenign:
		c.marks[i] |= seenBenign
	case c.family[i] == idNone:
		c.family[i] = id
	case id != idNone && id != c.family[i]:
		c.marks[i] |= twoFamilies
	}
	return isNew
}

// blockSize is large enough for the unused ends of blocks not to matter.
const blockSize = 1 << 18

// keep copies a name into the current block. A Builder never moves what it holds as long as it need not grow.
func (c *collector) keep(name string) string {
	if c.text.Cap()-c.text.Len() < len(name) {
		c.text = strings.Builder{}
		c.text.Grow(max(blockSize, len(name)))
	}
	at := c.text.Len()
	c.text.WriteString(name)
	return c.text.String()[at:]
}

// finish settles the conflicts and makes the set.
func (c *collector) finish() *Set {
	r := &c.report
	r.Policy = c.opt.Conflicts
	c.index = nil
	kept := 0
	for i, name := range c.names {
		if !c.opt.Duplicates && !c.settle(i) {
			continue
		}
		c.names[kept], c.family[kept] = name, c.family[i]
		kept++
	}
	clear(c.names[kept:])
	set := newSet(c.names[:kept], c.family[:kept], c.families)
	r.count(set)
	return set
}

// settle decides the family of name i and tells whether the name stays.
func (c *collector) settle(i int) bool {
	r, dga := &c.report, c.family[i] != idNone
	if c.marks[i]&twoFamilies != 0 {
		r.TwoFamilies.add(c.names[i])
	}
	if c.marks[i]&seenBenign == 0 {
		return true
	}
	if !dga {
		c.family[i] = idBenign
		return true
	}
	r.Conflicts.add(c.names[i])
	switch c.opt.Conflicts {
	case KeepBenign:
		c.family[i] = idBenign
	case DropBoth:
		return false
	}
	return true
}
