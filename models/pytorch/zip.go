package pytorch

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// archive is the zip layout: TOP/data.pkl, TOP/data/KEY with the bytes of each storage, TOP/byteorder from 2.1 on, and
// entries of no use here. TOP is the name that the file had when it was saved.
type archive struct {
	entries map[string]*zip.File // without TOP
	size    int64
	budget  *budget
}

func readZip(r io.ReaderAt, size int64, b *budget) (any, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	a := &archive{entries: map[string]*zip.File{}, size: size, budget: b}
	if err := a.index(z.File); err != nil {
		return nil, err
	}
	endian, err := a.byteOrder()
	if err != nil {
		return nil, err
	}
	data, err := a.read("data.pkl", maxPickle)
	if err != nil {
		return nil, err
	}
	s := &storages{size: size, order: endian, read: a.storage, byKey: map[string]*storage{}}
	u := &unpickler{data: data, storage: s.storage}
	return u.load()
}

// index finds the entries beside data.pkl. Two of one name are refused: readers differ in which they take.
func (a *archive) index(files []*zip.File) error {
	top := ""
	for _, f := range files {
		if dir, found := strings.CutSuffix(f.Name, "/data.pkl"); found && !strings.Contains(dir, "/") {
			top = dir + "/"
			break
		}
	}
	if top == "" {
		return malformed("a zip archive without data.pkl")
	}
	for _, f := range files {
		name, found := strings.CutPrefix(f.Name, top)
		if !found {
			continue
		}
		if a.entries[name] != nil {
			return malformed("two entries are called %q", f.Name)
		}
		a.entries[name] = f
	}
	if a.entries["constants.pkl"] != nil {
		return malformed("it is a TorchScript module, a program; save its state_dict instead")
	}
	return nil
}

func (a *archive) byteOrder() (order, error) {
	if a.entries["byteorder"] == nil {
		return binary.LittleEndian, nil
	}
	text, err := a.read("byteorder", 16)
	switch {
	case err != nil:
		return nil, err
	case string(text) == "little":
		return binary.LittleEndian, nil
	case string(text) == "big":
		return binary.BigEndian, nil
	}
	return nil, malformed("byte order %q", text)
}

func (a *archive) storage(s *storage) ([]byte, error) {
	want := s.n * s.dtype.width
	data, err := a.read("data/"+s.key, want)
	if err == nil && int64(len(data)) != want {
		err = malformed("%d bytes, not %d", len(data), want)
	}
	return data, err
}

// read returns the bytes of an entry, which may have limit at most.
func (a *archive) read(name string, limit int64) ([]byte, error) {
	f := a.entries[name]
	switch {
	case f == nil:
		return nil, malformed("it has no entry %q", name)
	case f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64:
		return nil, malformed("entry %q is compressed, which PyTorch never does", name)
	case f.UncompressedSize64 > uint64(min(limit, a.size)):
		return nil, malformed("entry %q has %d bytes, more than %d", name, f.UncompressedSize64, min(limit, a.size))
	}
	if err := a.budget.spend(int64(f.UncompressedSize64)); err != nil {
		return nil, err
	}
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrFormat, name, err)
	}
	defer in.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrFormat, name, err)
	}
	if _, err := in.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // at the end the checksum is compared
		return nil, fmt.Errorf("%w: %q: %w", ErrFormat, name, err)
	}
	return data, nil
}
