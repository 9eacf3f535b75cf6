package datasets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
)

// Cache keeps the names of sets in temporary files, so that sets larger than memory can be trained on. [Collect] writes to
// it, and the sets it gives read from it; all that is made of such a set (parts, families, samples) reads the same file.
//
// A file is private to the process and gone when the cache is closed; where the system can, its name is removed as soon as
// it is made, so that nothing stays behind even after a crash. Reading is by offset, from any number of goroutines.
//
// What cannot be read again is reported by Err and Close: the set gives "" for such a name.
type Cache struct {
	dir   string
	mu    sync.Mutex
	files []*cacheFile
	err   error
}

// NewCache gives a cache whose files are made in the folder dir, or in the system's folder for temporary files if dir is "".
func NewCache(dir string) *Cache { return &Cache{dir: dir} }

// Err is the first error of reading, if any.
func (c *Cache) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Size is how many bytes the cache takes on disk.
func (c *Cache) Size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var n int64
	for _, f := range c.files {
		n += f.size
	}
	return n
}

// Close removes the files and gives the first error of reading, if any. The sets of the cache must not be used any more.
func (c *Cache) Close() error {
	c.mu.Lock()
	files := c.files
	c.mu.Unlock()
	for _, f := range slices.Clone(files) {
		f.remove()
	}
	return c.Err()
}

// Store gives the same set with its names in the cache.
func (c *Cache) Store(s *Set) (*Set, error) {
	f, err := c.create()
	if err != nil {
		return nil, err
	}
	name := s.names.reader()
	for i, code := range s.codes {
		if err := f.add(name(i), code, s.Day(i)); err != nil {
			f.remove()
			return nil, err
		}
	}
	if err := f.flush(); err != nil {
		f.remove()
		return nil, err
	}
	return &Set{names: &cached{file: f}, codes: s.codes, days: s.days, families: s.families}, nil
}

func (c *Cache) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = fmt.Errorf("cannot read the cache of names: %w", err)
	}
}

func (c *Cache) create() (*cacheFile, error) {
	file, err := os.CreateTemp(c.dir, "threatnet-names-*")
	if err != nil {
		return nil, fmt.Errorf("cannot make a cache of names: %w", err)
	}
	f := &cacheFile{cache: c, file: file, unlinked: os.Remove(file.Name()) == nil, out: bufio.NewWriterSize(file, 1<<18)}
	f.buffers.New = func() any { return new([]byte) }
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files = append(c.files, f)
	return f, nil
}

// cacheRows is how many rows are read for one: few system calls for rows in order, some 1,500 bytes for one at random.
const cacheRows = 64

// maxRows is what an int32 can count.
const maxRows = math.MaxInt32

// cacheFile is a file of rows: for each a byte of the hash of its name, by which passes pick rows, the length of the name
// (uvarint), the name, its family's code (uvarint) and its day (varint). It is written once, from first to last, flushed,
// and then read.
type cacheFile struct {
	cache    *Cache
	file     *os.File
	unlinked bool

	out     *bufio.Writer
	row     []byte
	rows    int
	size    int64
	dated   bool
	offsets []int64 // of every cacheRows-th row, and when all is written of the end

	buffers sync.Pool // of *[]byte
}

func (f *cacheFile) add(name string, code, day int32) error {
	if f.rows == maxRows {
		return fmt.Errorf("more than %d rows of names", maxRows)
	}
	if f.rows%cacheRows == 0 {
		f.offsets = append(f.offsets, f.size)
	}
	f.row = append(f.row[:0], byte(hash64(name, 0, forPasses)>>56))
	f.row = binary.AppendUvarint(f.row, uint64(len(name)))
	f.row = append(f.row, name...)
	f.row = binary.AppendUvarint(f.row, uint64(code))
	f.row = binary.AppendVarint(f.row, int64(day))
	f.rows++
	f.size += int64(len(f.row))
	f.dated = f.dated || day != 0
	if _, err := f.out.Write(f.row); err != nil {
		return fmt.Errorf("cannot write the cache of names: %w", err)
	}
	return nil
}

// flush ends the writing.
func (f *cacheFile) flush() error {
	f.offsets = append(f.offsets, f.size)
	if err := f.out.Flush(); err != nil {
		return fmt.Errorf("cannot write the cache of names: %w", err)
	}
	f.out = nil
	return nil
}

func (f *cacheFile) remove() {
	f.file.Close()
	if !f.unlinked {
		os.Remove(f.file.Name())
	}
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files = slices.DeleteFunc(c.files, func(other *cacheFile) bool { return other == f })
}

// read gives the bytes of n chunks of cacheRows rows from chunk k, or fewer at the end; buf is used if it is large enough.
func (f *cacheFile) read(buf []byte, k, n int) ([]byte, error) {
	from, to := f.offsets[k], f.offsets[min(k+n, len(f.offsets)-1)]
	buf = slices.Grow(buf[:0], int(to-from))[:to-from]
	if _, err := f.file.ReadAt(buf, from); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return buf, nil
}

// nameAt gives where the name of the row stands that begins at at.
func nameAt[T ~string | ~[]byte](block T, at int) (from, to int) {
	length, from := uvarint(block, at+1)
	return from, from + int(length)
}

// restAt gives the code and the day of a row whose name ends at to, and where the next row begins.
func restAt[T ~string | ~[]byte](block T, to int) (code, day int32, next int) {
	c, at := uvarint(block, to)
	d, next := uvarint(block, at)
	return int32(c), int32(d>>1) ^ -int32(d&1), next
}

// uvarint reads the number at at, as encoding/binary writes it, and where it ends.
func uvarint[T ~string | ~[]byte](block T, at int) (x uint64, end int) {
	for shift := 0; ; shift += 7 {
		b := block[at]
		at++
		x |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return x, at
		}
	}
}

// cached are names of a cacheFile.
type cached struct {
	file *cacheFile
	rows []int32 // nil: all
}

func (c *cached) row(i int) int {
	if c.rows == nil {
		return i
	}
	return int(c.rows[i])
}

func (c *cached) at(i int) string {
	f, row := c.file, c.row(i)
	buf := f.buffers.Get().(*[]byte)
	defer f.buffers.Put(buf)
	block, err := f.read(*buf, row/cacheRows, 1)
	if err != nil {
		f.cache.fail(err)
		return ""
	}
	*buf = block
	from, to := findRow(block, row%cacheRows)
	return string(block[from:to])
}

// findRow gives where the name of row n of a block stands.
func findRow[T ~string | ~[]byte](block T, n int) (from, to int) {
	from, to = nameAt(block, 0)
	for range n {
		_, _, next := restAt(block, to)
		from, to = nameAt(block, next)
	}
	return from, to
}

func (c *cached) reader() func(i int) string {
	chunk := -1 // that block holds
	var block string
	var buf []byte
	var at, next int // the row of the chunk that begins at next
	return func(i int) string {
		row := c.row(i)
		if row/cacheRows != chunk {
			b, err := c.file.read(buf, row/cacheRows, 1)
			if err != nil {
				c.file.cache.fail(err)
				return ""
			}
			buf, block, chunk, at, next = b, string(b), row/cacheRows, 0, 0
		}
		if row%cacheRows < at {
			at, next = 0, 0
		}
		var from, to int
		for ; at <= row%cacheRows; at++ {
			from, to = nameAt(block, next)
			_, _, next = restAt(block, to)
		}
		return block[from:to]
	}
}

func (c *cached) pick(indices []int) texts {
	rows := make([]int32, len(indices))
	for k, i := range indices {
		rows[k] = int32(c.row(i))
	}
	return &cached{file: c.file, rows: rows}
}
