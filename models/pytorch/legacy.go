package pytorch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	legacyMagic   = long("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") // 0x1950a86a20f9469cfc6c
	legacyVersion = int64(1001)
)

// readLegacy reads the stream before PyTorch 1.6, which holds one after the other five pickles (the magic number, the
// version, facts of the machine, the value, the keys of the storages) and, in the order of those keys, each storage: its
// number of elements as 8 bytes and the elements, all little endian.
func readLegacy(r io.ReaderAt, size int64, b *budget) (any, error) {
	data := make([]byte, min(size, maxPickle))
	if n, err := r.ReadAt(data, 0); n < len(data) {
		if errors.Is(err, io.EOF) {
			return nil, malformed("it has %d bytes of %d", n, size)
		}
		return nil, err
	}
	s := &storages{size: size, order: binary.LittleEndian, byKey: map[string]*storage{}}
	u := &unpickler{data: data}
	if magic, err := u.load(); err != nil || magic != any(legacyMagic) {
		return nil, malformed("neither the zip archive nor the pickle stream that torch.save writes")
	}
	version, err := u.load()
	if err != nil {
		return nil, err
	}
	if version != any(legacyVersion) {
		return nil, malformed("an unknown version of the pickle stream")
	}
	if _, err := u.load(); err != nil {
		return nil, err
	}
	u.storage = s.storage
	value, err := u.load()
	if err != nil {
		return nil, err
	}
	u.storage = nil
	keys, err := u.load()
	if err != nil {
		return nil, err
	}
	l, ok := keys.(*list)
	if !ok {
		return nil, malformed("it has no list of storages")
	}
	return value, s.place(r, l.items, int64(u.pos), b)
}

// place finds the storages from offset at on and tells each how to read itself.
func (t *storages) place(r io.ReaderAt, keys []any, at int64, b *budget) error {
	for _, k := range keys {
		key, _ := k.(string)
		s := t.byKey[key]
		if s == nil || s.read != nil {
			return malformed("storage %q is of no tensor or stands there twice", key)
		}
		var head [8]byte
		if n, err := r.ReadAt(head[:], at); n < len(head) {
			return fmt.Errorf("%w: storage %q: %w", ErrFormat, key, err)
		}
		n, start := int64(binary.LittleEndian.Uint64(head[:])), at+8
		if n != s.n || n*s.dtype.width > t.size-start {
			return malformed("storage %q has %d elements, not %d, or the file ends early", key, n, s.n)
		}
		at = start + n*s.dtype.width
		s.read = func(s *storage) ([]byte, error) {
			if err := b.spend(s.n * s.dtype.width); err != nil {
				return nil, err
			}
			raw := make([]byte, s.n*s.dtype.width)
			if n, err := r.ReadAt(raw, start); n < len(raw) {
				return nil, err
			}
			return raw, nil
		}
	}
	return nil
}
