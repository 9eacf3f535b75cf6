package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// content returns the folder's files as one string, so that leftovers show.
func content(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s=%s;", e.Name(), data)
	}
	return b.String()
}

func TestWriteNewAndOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, s := range []string{"first", "second, longer", ""} {
		if err := Write(path, 0o644, text(s)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, dir); got != "a="+s+";" {
			t.Errorf("folder has %q", got)
		}
	}
}

func TestFailureKeepsOldFile(t *testing.T) {
	failure := errors.New("no space left on device")
	long := strings.Repeat("x", 1<<20) // more than is buffered
	tests := map[string]func(io.Writer) error{
		"at once": func(io.Writer) error { return failure },
		"midway":  func(w io.Writer) error { return errors.Join(text(long)(w), failure) },
	}
	for name, write := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a")
			if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := Write(path, 0o644, write); !errors.Is(err, failure) {
				t.Errorf("error %v", err)
			}
			if got := content(t, dir); got != "a=old;" {
				t.Errorf("folder has %q", got)
			}
		})
	}
}

func TestPanicRemovesTemporary(t *testing.T) {
	dir := t.TempDir()
	func() {
		defer func() { _ = recover() }()
		_ = Write(filepath.Join(dir, "a"), 0o644, func(io.Writer) error { panic("test") })
	}()
	if got := content(t, dir); got != "" {
		t.Errorf("folder has %q", got)
	}
}

// The error of a closed file stands for every error of the disk: it names the target, not the temporary file.
func TestDiskErrorNamesTarget(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "a.tmp0"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	err = fill(f, filepath.Join(dir, "a"), text("x"))
	if !errors.Is(err, fs.ErrClosed) || strings.Contains(err.Error(), "tmp0") {
		t.Errorf("error %v", err)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "locked"), 0o500); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		path string
		skip bool
	}{
		"folder":          {path: dir},
		"no such folder":  {path: filepath.Join(dir, "none", "a")},
		"file as folder":  {path: filepath.Join(dir, "file", "a")},
		"unwritable":      {path: filepath.Join(dir, "locked", "a"), skip: runtime.GOOS == "windows" || os.Geteuid() == 0},
		"empty name":      {path: ""},
		"name with a NUL": {path: filepath.Join(dir, "a\x00b")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.skip {
				t.Skip("permissions do not bind this user")
			}
			err := Write(test.path, 0o644, func(io.Writer) error { t.Error("asked for content"); return nil })
			var p *fs.PathError
			if !errors.As(err, &p) || p.Path != test.path {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	dir := t.TempDir()
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	path := filepath.Join(dir, "a")
	if err := Write(path, 0o600, text("x")); err != nil {
		t.Fatal(err)
	}
	if mode(path) != 0o600 {
		t.Errorf("a new file has %v", mode(path))
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, 0o600, text("y")); err != nil {
		t.Fatal(err)
	}
	if mode(path) != 0o640 {
		t.Errorf("a replaced file has %v", mode(path))
	}
}

func TestLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Skip(err)
	}
	if err := Write(link, 0o644, text("new")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, dir); got != "file=new;link=new;" {
		t.Errorf("folder has %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
}

func TestLinksToNothingYet(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"a": "b", "b": filepath.Join(dir, "file")} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Skip(err)
		}
	}
	if err := Write(filepath.Join(dir, "a"), 0o644, text("new")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, dir); got != "a=new;b=new;file=new;" {
		t.Errorf("folder has %q", got)
	}
	for _, link := range []string{"a", "b"} {
		if info, err := os.Lstat(filepath.Join(dir, link)); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("link %s became %v, %v", link, info.Mode(), err)
		}
	}
}

func TestDevices(t *testing.T) {
	if err := Write(os.DevNull, 0o644, text("x")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced", os.DevNull)
	}
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no device that is always full")
	}
	var p *fs.PathError
	if err := Write(full, 0o644, text("x")); !errors.As(err, &p) || p.Path != full {
		t.Errorf("error %v", err)
	}
}

// Writers of one file at the same time: the last one wins as a whole.
func TestConcurrentWriters(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := Write(path, 0o644, text(strings.Repeat(fmt.Sprint(i), 1000))); err != nil && runtime.GOOS != "windows" {
				t.Error(err) // Windows may deny a rename onto a file that is being renamed
			}
		})
	}
	wg.Wait()
	got := content(t, dir)
	if len(got) != len("a=;")+1000 || strings.Count(got, got[2:3]) != 1000 {
		t.Errorf("folder has %d bytes: %.40q", len(got), got)
	}
}
