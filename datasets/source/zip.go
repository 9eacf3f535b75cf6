package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// maxZipStream is the largest archive taken from a stream: its list of members is at its end, so it must be held whole.
const maxZipStream = 1 << 28

// zipFile adds the members of an archive in a file.
func (e *expansion) zipFile(file, name string) error {
	a := &archive{file: file}
	if err := a.hold(); err != nil {
		return fail(file, err)
	}
	defer a.release()
	info, err := a.open.Stat()
	if err != nil {
		return fail(file, err)
	}
	whole := func() (io.ReadCloser, error) { return os.Open(file) }
	return e.members(file, name, a, info.Size(), whole)
}

// zipStream adds the members of an archive in a stream.
func (e *expansion) zipStream(name string, r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxZipStream+1))
	if err == nil && len(data) > maxZipStream {
		err = fmt.Errorf("a zip archive of more than %d MB in a stream; give it as a file", maxZipStream>>20)
	}
	if err != nil {
		return fail(name, err)
	}
	whole := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return e.members(name, name, &archive{data: data}, int64(len(data)), whole)
}

// members adds the members of an archive, whose bytes whole gives.
func (e *expansion) members(file, name string, a *archive, size int64, whole func() (io.ReadCloser, error)) error {
	r, err := zip.NewReader(a, size)
	if err != nil {
		return fail(file, damaged("zip", err))
	}
	r.RegisterDecompressor(zip.Deflate, flate.NewReader)
	files := slices.DeleteFunc(slices.Clone(r.File), func(f *zip.File) bool {
		return f.FileInfo().IsDir() || isHidden(f.Name)
	})
	slices.SortStableFunc(files, func(f, g *zip.File) int { return strings.Compare(f.Name, g.Name) })
	inFolder := e.many
	e.many = true
	defer func() { e.many = inFolder }()
	for _, f := range files {
		member := path.Join("/", f.Name)
		if f.Flags&1 != 0 {
			return fail(file+member, errors.New("encrypted"))
		}
		from := origin{whole: whole, open: func() (io.ReadCloser, error) { return a.member(f) }}
		if err := e.add(file+member, name+member, from); err != nil {
			return err
		}
	}
	if inFolder {
		return nil
	}
	return e.some(file)
}

// isHidden tells hidden files, and what macOS adds to archives.
func isHidden(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

// archive gives the bytes of an archive to those who read its members. Its file is open as long as one of them is.
type archive struct {
	data []byte // the bytes, where they are no file
	file string

	mutex sync.Mutex
	users int
	open  *os.File
}

func (a *archive) hold() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.users == 0 && a.file != "" {
		f, err := os.Open(a.file)
		if err != nil {
			return err
		}
		a.open = f
	}
	a.users++
	return nil
}

func (a *archive) release() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.users--; a.users == 0 && a.open != nil {
		_ = a.open.Close()
		a.open = nil
	}
}

// ReadAt reads the bytes of the archive while it is held.
func (a *archive) ReadAt(p []byte, at int64) (int, error) {
	if a.file == "" {
		return bytes.NewReader(a.data).ReadAt(p, at)
	}
	return a.open.ReadAt(p, at)
}

func (a *archive) member(f *zip.File) (io.ReadCloser, error) {
	if err := a.hold(); err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		a.release()
		return nil, damaged("zip", err)
	}
	return &memberReader{Reader: unpacker{r, "zip"}, member: r, archive: a}, nil
}

// memberReader holds the archive until it is closed.
type memberReader struct {
	io.Reader
	member  io.Closer
	archive *archive
}

func (m *memberReader) Close() error {
	defer m.archive.release()
	return m.member.Close()
}
