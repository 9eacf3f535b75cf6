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
	Form       Form      // what of each name is taken; names that are nothing in this form are left out and counted
	Cache      *Cache    // where the names are kept; nil is memory
}

// Collect reads the inputs one after the other into a set, in the order in which the names are first seen, and reports
// what it left out.
//
// A name counts once, in the form that the options ask for. Seen with two DGA families it belongs to the first; both are
// counted in the report. Seen as benign and as DGA it is settled by the policy for conflicts. A label, wherever it comes,
// goes before none. Its day is the first on which any row has it.
//
// The memory is that of the names, in large blocks, and about 40 bytes for each. With a cache the names go to disk, and
// memory takes 4 bytes for each row, 4 more where there are days, 4 for each name of the set where any row is left out, and
// some 200 MB for deduplication, which goes over the cache as often as that takes. The set and the report are the same.
func Collect(ctx context.Context, opt CollectOptions, inputs ...Input) (*Set, *Report, error) {
	return collect(ctx, opt, 0, inputs)
}

// collect is Collect with so many passes over a cache, 0 being as many as the number of rows asks for.
func collect(ctx context.Context, opt CollectOptions, passes int, inputs []Input) (*Set, *Report, error) {
	if opt.Conflicts == "" {
		opt.Conflicts = DropBoth
	}
	switch opt.Conflicts {
	case DropBoth, KeepBenign, KeepDGA:
	default:
		return nil, nil, fmt.Errorf("unknown policy for conflicts %q: it is drop, benign or dga", opt.Conflicts)
	}
	var err error
	if opt.Form, err = ParseForm(string(opt.Form)); err != nil {
		return nil, nil, err
	}
	c := &collector{opt: opt, ids: make(map[string]int32), names: newDistinct()}
	c.id("")
	c.id(Benign)
	if opt.Cache != nil {
		if c.disk, err = opt.Cache.create(); err != nil {
			return nil, nil, err
		}
	}
	set, err := c.collect(ctx, inputs, passes)
	if err != nil {
		if c.disk != nil {
			c.disk.remove()
		}
		return nil, nil, err
	}
	c.report.count(set)
	return set, &c.report, nil
}

type collector struct {
	opt    CollectOptions
	report Report
	names  *distinct
	disk   *cacheFile // nil if the names are kept in memory
	ends   []int      // the number of good rows up to the end of each source

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

func (c *collector) collect(ctx context.Context, inputs []Input, passes int) (*Set, error) {
	c.report.Policy = c.opt.Conflicts
	if c.opt.Form != Whole {
		c.report.Form = c.opt.Form
	}
	good := 0
	for _, in := range inputs {
		n, err := c.read(ctx, in)
		if err != nil {
			return nil, err
		}
		good += n
		c.ends = append(c.ends, good)
	}
	if c.disk != nil {
		if passes == 0 {
			passes = c.disk.rows/passRows + 1
		}
		return c.finishDisk(ctx, min(passes, maxPasses))
	}
	return c.finish(), nil
}

// read enters the good rows of a source and gives their number.
func (c *collector) read(ctx context.Context, in Input) (good int, err error) {
	s := SourceReport{Name: in.Name}
	for d, err := range in.Domains {
		s.Rows++
		if s.Rows%4096 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			row, ok := BadRow(err)
			if !ok {
				return 0, err
			}
			if c.opt.Strict {
				return 0, fmt.Errorf("bad row: %w", row)
			}
			s.bad(row)
			continue
		}
		switch d.Family {
		case "":
			if !c.opt.Unlabelled {
				return 0, fmt.Errorf("%s: %w: name the family with FAMILY=SOURCE, the column with --label, or give it as --benign",
					in.Name, ErrUnlabelled)
			}
			s.Unlabelled++
		case Benign:
			s.Benign++
		}
		name := c.opt.Form.Of(d.Name)
		if name == "" && d.Name != "" {
			s.OnlySuffix++
			c.report.OnlySuffix.add(d.Name)
			continue
		}
		good++
		isNew, err := c.add(name, c.id(d.Family), d.Day)
		if err != nil {
			return 0, err
		}
		if !isNew {
			s.Duplicates++
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	c.report.Sources = append(c.report.Sources, s)
	return good, nil
}

// add enters a row and tells whether its name is new; on disk that shows later.
func (c *collector) add(name string, id, day int32) (isNew bool, err error) {
	switch {
	case c.disk != nil:
		return true, c.disk.add(name, id, day)
	case c.opt.Duplicates:
		c.names.add(name, id, day)
		return true, nil
	}
	_, isNew = c.names.enter(name, id, day)
	return isNew, nil
}

// finish settles the conflicts and makes the set.
func (c *collector) finish() *Set {
	n := c.names
	n.index = nil
	if c.opt.Duplicates {
		return newSet(inMemory(n.names), n.family, n.days, c.families)
	}
	var count settled
	kept := 0
	for i, name := range n.names {
		if !n.settle(i, i, c.opt.Conflicts, &count) {
			continue
		}
		n.names[kept], n.family[kept] = name, n.family[i]
		if n.days != nil {
			n.days[kept] = n.days[i]
		}
		kept++
	}
	clear(n.names[kept:])
	c.report.TwoFamilies, c.report.Conflicts = count.two.report(), count.conflicts.report()
	if n.days != nil {
		n.days = n.days[:kept]
	}
	return newSet(inMemory(n.names[:kept]), n.family[:kept], n.days, c.families)
}
