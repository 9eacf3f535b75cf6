// Package atomicfile replaces a file in one step. Readers see the old content or the new, never a part of it, and a write
// that fails leaves the old file as it was. The new content goes to a temporary file in the same folder, is synced to the
// disk and renamed; then the folder is synced, where the system can do that.
//
// A symbolic link is followed: the file it points to is replaced, or made. What is no regular file (a device, a pipe) cannot be
// replaced and is written to directly. A folder is refused.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Write gives path the content that write produces; the writer it passes is buffered. perm, less the umask, is for a file
// that is new; one that is replaced keeps its permissions. Errors of the file name path, those of write are returned as
// they are.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	old, err := os.Stat(path)
	switch {
	case path == "":
		return err
	case err != nil: // absent, or the error shows again when the temporary file is made
		old, path = nil, behind(path)
	case old.IsDir():
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("is a directory")}
	case !old.Mode().IsRegular():
		return writeDevice(path, write)
	default:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}

	f, err := create(path, perm)
	if err != nil {
		return err
	}
	renamed := false
	defer func() { // also when write panics
		if !renamed {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if old != nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return named(path, err)
		}
	}
	if err := fill(f, path, write); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return named(path, err)
	}
	if err := f.Close(); err != nil {
		return named(path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return named(path, err)
	}
	renamed = true
	return syncFolder(filepath.Dir(path))
}

// behind is the path that symbolic links lead to where nothing is yet.
func behind(path string) string {
	const most = 40 // links in a row, as Linux has it
	for range most {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Dir(path) + string(filepath.Separator) + to
		}
		path = to
	}
	return path
}

// create makes a temporary file beside path. Its name is the first free one: two writers never share one.
func create(path string, perm fs.FileMode) (*os.File, error) {
	for i := 0; ; i++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.tmp%d", path, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, fs.ErrExist) || i == 9999 {
			return nil, named(path, err)
		}
	}
}

func fill(f *os.File, path string, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(target{f, path}, 1<<16)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = fill(f, path, write)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// target is the file under the name that the caller knows.
type target struct {
	f    *os.File
	path string
}

func (t target) Write(p []byte) (int, error) {
	n, err := t.f.Write(p)
	return n, named(t.path, err)
}

// named puts path in the place of the temporary file's name.
func named(path string, err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return &fs.PathError{Op: p.Op, Path: path, Err: p.Err}
	case errors.As(err, &l):
		return &fs.PathError{Op: l.Op, Path: path, Err: l.Err}
	}
	return err
}

// syncFolder makes the rename last through a loss of power. Not every system or file system can sync a folder, and a
// folder need not be readable to be written to: neither is an error.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
