package source

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"threatnet/datasets/feed"
	"threatnet/datasets/internal/table"
)

// Skipped is a file of a folder or archive that is not a source.
type Skipped struct {
	Path string
	Err  error // why: ErrEmpty, ErrBinary or ErrUnrecognised
}

// Expand gives the sources that a SOURCE stands for: one for a file or stream; for a folder or a zip archive one for each
// of its files of a known format, at any depth, in the byte order of their paths, and apart from them the files that were
// skipped. Hidden files are not looked at. A folder or archive without any source is an error.
//
// With FORMAT:FOLDER only files of this format are taken; with FORMAT:FILE the file is read in it, whatever it looks like.
func Expand(arg string, opt Options) ([]*Source, []Skipped, error) {
	s, err := parse(arg)
	if err != nil {
		return nil, nil, err
	}
	e := &expansion{opt: opt, format: s.format, family: cmp.Or(s.family, opt.Family)}
	if s.path == "-" {
		err = e.stdin()
	} else {
		err = e.path(s.path)
	}
	if err != nil {
		return nil, nil, err
	}
	return e.sources, e.skipped, nil
}

// expansion gathers what one SOURCE stands for.
type expansion struct {
	opt     Options
	format  string
	family  string
	many    bool // within a folder or archive
	sources []*Source
	skipped []Skipped
}

func (e *expansion) path(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fail(path, err)
	case info.IsDir():
		return e.folder(path)
	}
	return e.file(path, filepath.Base(path), info.Mode().IsRegular())
}

func (e *expansion) stdin() error {
	in := e.opt.Stdin
	if in == nil {
		in = processStdin
	}
	if in, ok := in.(*once); ok && in.taken.Swap(true) {
		return ErrStdinTwice
	}
	r := table.NewBuffer(in)
	kind, err := compression(r)
	if err != nil {
		return fail("stdin", err)
	}
	if kind == "zip" {
		return e.zipStream("stdin", r)
	}
	return e.stream("stdin", "stdin", io.NopCloser(r))
}

// file adds a file, or the members of an archive.
func (e *expansion) file(path, name string, regular bool) error {
	var f io.ReadCloser
	var err error
	if regular || e.opt.Context == nil {
		f, err = os.Open(path)
	} else {
		f, err = openPipe(e.opt.Context, path)
	}
	if err != nil {
		return fail(path, err)
	}
	r := bufio.NewReader(f)
	kind, err := compression(r)
	if err != nil {
		_ = f.Close()
		return fail(path, err)
	}
	switch {
	case kind == "zip" && regular:
		_ = f.Close()
		return e.zipFile(path, name)
	case kind == "zip":
		defer func() { _ = f.Close() }()
		return e.zipStream(path, r)
	case !regular:
		return e.stream(path, name, readCloser{r, f})
	}
	_ = f.Close()
	return e.add(path, name, origin{open: func() (io.ReadCloser, error) { return os.Open(path) }})
}

type readCloser struct {
	io.Reader
	io.Closer
}

// stream adds what can be read only once.
func (e *expansion) stream(path, name string, r io.ReadCloser) error {
	return e.add(path, name, origin{open: func() (io.ReadCloser, error) { return r, nil }, once: true})
}

// add recognises one file and adds it.
func (e *expansion) add(path, name string, from origin) error {
	s := &Source{Path: path, Name: name, strict: e.opt.Strict, origin: from}
	s.options = feed.Options{
		File: path, Label: e.opt.Label, NameColumn: e.opt.NameColumn, Family: e.family, Benign: e.opt.Benign,
	}
	err := e.recognise(s)
	switch {
	case err == nil:
		e.sources = append(e.sources, s)
	case e.many && (errors.Is(err, ErrEmpty) || errors.Is(err, ErrBinary) || errors.Is(err, ErrUnrecognised)):
		e.skipped = append(e.skipped, Skipped{Path: path, Err: err})
	default:
		return fail(path, err)
	}
	return nil
}

func (e *expansion) recognise(s *Source) error {
	r, err := s.origin.open()
	if err != nil {
		return err
	}
	t, err := newText(r)
	if err != nil {
		return err
	}
	forced := e.format
	if e.many {
		forced = ""
	}
	opt := s.options
	s.format, s.header, err = recognise(t, s.origin.once, forced, e.opt.Kind, &opt)
	if err != nil && !s.origin.once {
		err = cmp.Or(t.damage(), err) // what is damaged may be in a format all the same
	}
	if err == nil && e.many && e.format != "" && s.format.Name != e.format {
		err = fmt.Errorf("%w: %s, not %s", ErrUnrecognised, s.format.Name, e.format)
	}
	if err != nil || !s.origin.once {
		t.close()
	} else {
		s.stream, s.options = t, opt // what was read is not read again
	}
	s.Format, s.Kind = s.format.Name, s.format.Kind
	s.staged()
	return err
}

// folder adds the files of a folder.
func (e *expansion) folder(root string) error {
	target, err := filepath.EvalSymlinks(root) // WalkDir does not follow a link, not even at the root
	if err != nil {
		return fail(root, err)
	}
	var files []string // from the root, with '/'
	err = filepath.WalkDir(target, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fail(path, err)
		}
		hidden := strings.HasPrefix(d.Name(), ".") && path != target
		switch {
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case d.IsDir() || hidden:
			return nil
		}
		name, err := filepath.Rel(target, path)
		files = append(files, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(files)
	e.many = true
	for _, name := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		info, err := os.Stat(path)
		switch {
		case err != nil && leadsNowhere(path, err):
			err = fmt.Errorf("%w: a link that leads nowhere", ErrUnrecognised)
			e.skipped = append(e.skipped, Skipped{Path: path, Err: err})
			continue
		case err != nil:
			return fail(path, err)
		case !info.Mode().IsRegular():
			e.skipped = append(e.skipped, Skipped{Path: path, Err: fmt.Errorf("%w: not a file", ErrUnrecognised)})
			continue
		}
		if err := e.file(path, name, true); err != nil {
			return err
		}
	}
	return e.some(root)
}

// leadsNowhere tells whether what could not be looked at is a symbolic link, to nothing or in a circle.
func leadsNowhere(path string, err error) bool {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ELOOP) {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// some is the error of a folder or archive in which nothing was found.
func (e *expansion) some(path string) error {
	if len(e.sources) > 0 {
		return nil
	}
	err := fmt.Errorf("%w: no file of a known format in it", ErrUnrecognised)
	for i, s := range e.skipped {
		if i == 3 {
			err = fmt.Errorf("%w, and %d more", err, len(e.skipped)-i)
			break
		}
		err = fmt.Errorf("%w; %s: %w", err, s.Path, s.Err)
	}
	return fail(path, err)
}
