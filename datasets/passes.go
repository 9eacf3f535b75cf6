package datasets

import (
	"context"
	"sort"
)

// passNames is how many rows one pass over a cache enters in memory, about 80 bytes each.
const passNames = 4 << 20

// finishDisk deduplicates the rows on disk, settles the conflicts and makes the set. Pass p of n enters the rows whose
// names have a hash of p modulo n, so that all rows of a name are in one pass and the rules are those of rows in memory.
func (c *collector) finishDisk(ctx context.Context) (*Set, error) {
	return c.finishPasses(ctx, passNames)
}

func (c *collector) finishPasses(ctx context.Context, most int) (*Set, error) {
	f := c.disk
	if err := f.flush(); err != nil {
		return nil, err
	}
	r := &resolved{codes: make([]int32, f.rows)}
	if f.dated {
		r.days = make([]int32, f.rows)
	}
	if c.opt.Duplicates {
		err := f.scan(ctx, func(row int, _ string, code, day int32) { r.set(row, code, day) })
		return newSet(&cached{file: f}, r.codes, r.days, c.families), err
	}
	for row := range r.codes {
		r.codes[row] = gone
	}
	passes := uint64(f.rows/most) + 1
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
	count settled
}

func (r *resolved) set(row int, code, day int32) {
	r.codes[row] = code
	if r.days != nil {
		r.days[row] = day
	}
}

func (c *collector) pass(ctx context.Context, p, passes uint64, r *resolved) error {
	n := c.names
	n.clear()
	var first []int32 // the row with which each name came
	err := c.disk.scan(ctx, func(row int, name string, code, day int32) {
		if passes > 1 && hash64(name, 0, forPasses)%passes != p {
			return
		}
		if _, isNew := n.enter(name, code, day); isNew {
			first = append(first, int32(row))
			return
		}
		s := sort.SearchInts(c.ends, row+1)
		c.report.Sources[s].Duplicates++
	})
	if err != nil {
		return err
	}
	for i, row := range first {
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

// scan goes through all rows. The names are valid until visit returns; what keeps them copies them.
func (f *cacheFile) scan(ctx context.Context, visit func(row int, name string, code, day int32)) error {
	var buf []byte
	row := 0
	for k := 0; row < f.rows; k += scanChunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := f.read(buf, k, scanChunks)
		if err != nil {
			return err
		}
		buf = b
		block := string(b)
		for at := 0; at < len(block); row++ {
			from, to, code, day, next := rowAt(block, at)
			visit(row, block[from:to], code, day)
			at = next
		}
	}
	return nil
}
