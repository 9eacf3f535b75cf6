package datasets

import (
	"context"
	"fmt"
	"sort"
	"unsafe"
)

// passRows is how many rows, about, one pass over a cache enters in memory, with some 80 bytes each.
const passRows = 2 << 20

// maxPasses is how many a byte of the hash can tell apart.
const maxPasses = 256

// finishDisk deduplicates the rows on disk, settles the conflicts and makes the set. Each pass enters the rows whose hashes
// are in one range, so that all rows of a name are in one pass, and the rules are those of rows in memory.
func (c *collector) finishDisk(ctx context.Context, passes int) (*Set, error) {
	f := c.disk
	if err := f.flush(); err != nil {
		return nil, err
	}
	r := &resolved{codes: make([]int32, f.rows)}
	if f.dated {
		r.days = make([]int32, f.rows)
	}
	if c.opt.Duplicates {
		if err := f.scan(ctx, nil, func(row int, _ string, code, day int32) { r.set(row, code, day) }); err != nil {
			return nil, err
		}
		return newSet(&cached{file: f}, r.codes, r.days, c.families), nil
	}
	for row := range r.codes {
		r.codes[row] = gone
	}
	for p := range passes {
		if err := c.pass(ctx, p, passes, r); err != nil {
			return nil, err
		}
	}
	c.names = nil
	c.report.TwoFamilies, c.report.Conflicts = r.count.two.report(), r.count.conflicts.report()
	return newSet(&cached{file: f, rows: r.compact()}, r.codes, r.days, c.families), nil
}

// gone is the code of rows that are not in the set.
const gone = -1

// resolved is what the passes find.
type resolved struct {
	codes []int32 // of each row that is the first with its name
	days  []int32 // nil if none is known
	first []int32 // the row with which each name of the pass came
	count settled
}

func (r *resolved) set(row int, code, day int32) {
	r.codes[row] = code
	if r.days != nil {
		r.days[row] = day
	}
}

func (c *collector) pass(ctx context.Context, p, passes int, r *resolved) error {
	n := c.names
	n.clear()
	r.first = r.first[:0]
	inPass := func(hash byte) bool { return int(hash)*passes/maxPasses == p }
	err := c.disk.scan(ctx, inPass, func(row int, name string, code, day int32) {
		if _, isNew := n.enter(name, code, day); isNew {
			r.first = append(r.first, int32(row))
			return
		}
		s := sort.SearchInts(c.ends, row+1)
		c.report.Sources[s].Duplicates++
	})
	if err != nil {
		return err
	}
	for i, row := range r.first {
		if !n.settle(i, int(row), c.opt.Conflicts, &r.count) {
			continue
		}
		var day int32
		if n.days != nil {
			day = n.days[i]
		}
		r.set(int(row), n.family[i], day)
	}
	return nil
}

// compact leaves the rows that stay and gives their numbers, or nil if all stay.
func (r *resolved) compact() []int32 {
	kept := 0
	for _, code := range r.codes {
		if code != gone {
			kept++
		}
	}
	if kept == len(r.codes) {
		return nil
	}
	rows := make([]int32, 0, kept)
	for row, code := range r.codes {
		if code == gone {
			continue
		}
		r.codes[len(rows)] = code
		if r.days != nil {
			r.days[len(rows)] = r.days[row]
		}
		rows = append(rows, int32(row))
	}
	r.codes = r.codes[:kept]
	if r.days != nil {
		r.days = r.days[:kept]
	}
	return rows
}

// scanChunks is how many chunks are read at once by scan.
const scanChunks = 64

// scan goes through all rows, or those for whose hash byte wanted is true. The name that visit gets is valid until it
// returns.
func (f *cacheFile) scan(ctx context.Context, wanted func(hash byte) bool, visit func(row int, name string, code, day int32)) error {
	var buf []byte
	row := 0
	for k := 0; row < f.rows; k += scanChunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		block, err := f.read(buf, k, scanChunks)
		if err != nil {
			return fmt.Errorf("cannot read the cache of names: %w", err)
		}
		buf = block
		for at := 0; at < len(block); row++ {
			from, to := nameAt(block, at)
			code, day, next := restAt(block, to)
			if wanted == nil || wanted(block[at]) {
				// No copy: a pass looks at many names for each that it keeps.
				visit(row, unsafe.String(unsafe.SliceData(block[from:to]), to-from), code, day)
			}
			at = next
		}
	}
	return nil
}
