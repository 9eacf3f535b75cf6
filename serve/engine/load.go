package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"threatnet/models/catalog"
)

// extension is that of checkpoints; of a folder, files with it are models.
const extension = ".safetensors"

// ErrNoCheckpoints tells of a folder without checkpoints.
var ErrNoCheckpoints = errors.New("no checkpoints (*" + extension + ") in this folder")

// file is a checkpoint on disk.
type file struct {
	path, name string
	loaded     state // of the content that the newest version has; zero before the first
	refused    state // of the content that could not be loaded
	gone       bool
}

// state tells whether a file has changed: a rename puts another file in its place, where times are too coarse to tell.
type state struct{ info fs.FileInfo }

func stateOf(path string) (state, error) {
	info, err := os.Stat(path)
	return state{info}, err
}

func (s state) equal(t state) bool {
	return s.info != nil && t.info != nil && os.SameFile(s.info, t.info) && s.info.Size() == t.info.Size() && s.info.ModTime().Equal(t.info.ModTime())
}

// Load adds models from checkpoints, or from the checkpoints of folders. A file that is known is loaded again if
// it has changed. It is an error where a file cannot be loaded, where two files have one name, and where a threshold is set for a model that is not
// there; the models that came before it stay.
func (e *Engine) Load(paths ...string) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	for _, path := range paths {
		path = filepath.Clean(path)
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		files := []string{path}
		if info.IsDir() {
			if files, err = checkpoints(path); err != nil {
				return err
			}
			if len(files) == 0 {
				return fmt.Errorf("%s: %w", path, ErrNoCheckpoints)
			}
			if !slices.Contains(e.folders, path) {
				e.folders = append(e.folders, path)
			}
		}
		for _, p := range files {
			f, err := e.file(p)
			if err != nil {
				return err
			}
			if now, err := stateOf(p); err == nil && now.equal(f.loaded) {
				continue
			}
			if err := e.load(f); err != nil {
				return err
			}
		}
	}
	for name := range e.opt.Thresholds {
		if len(e.Versions(name)) == 0 {
			return fmt.Errorf("a threshold for %q: %w", name, ErrUnknownModel)
		}
	}
	return nil
}

// checkpoints lists the checkpoints of a folder.
func checkpoints(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		if !entry.IsDir() && filepath.Ext(entry.Name()) == extension && !strings.HasPrefix(entry.Name(), ".") {
			found = append(found, filepath.Join(folder, entry.Name()))
		}
	}
	return found, nil
}

// file finds or adds a file. The lock is held, as in what follows.
func (e *Engine) file(path string) (*file, error) {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, f := range e.files {
		if f.path == path {
			return f, nil
		}
		if f.name == name {
			return nil, fmt.Errorf("%s and %s would both be the model %q", f.path, path, name)
		}
	}
	f := &file{path: path, name: name}
	e.files = append(e.files, f)
	return f, nil
}

// load makes a new version of a file's model.
func (e *Engine) load(f *file) error {
	now, err := stateOf(f.path) // first: a change while it is read is seen the next time
	if err != nil {
		return err
	}
	f.refused = now
	model, content, err := catalog.Open(f.path)
	if err != nil {
		return err
	}
	if recordsOf(model) == "" {
		return fmt.Errorf("%s: a %s takes no records", f.path, model.Kind())
	}
	version := 1
	if before := e.Versions(f.name); len(before) > 0 {
		version = before[0].Version + 1
		if reflect.DeepEqual(before[0].Meta, content.Meta) {
			f.loaded, f.refused = now, state{}
			return nil
		}
	}
	m, err := e.warmed(f.name, version, model, content.Meta)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	f.loaded, f.refused = now, state{}
	next, retired := e.models.Load().with(m, e.opt.Versions)
	e.opt.Observer.Loaded(m)
	e.models.Store(next)
	e.opt.Log.Info("model loaded", "model", m.Name, "version", m.Version, "kind", m.Kind(), "checksum", m.Meta.Checksum)
	for _, old := range retired {
		e.opt.Observer.Retired(old)
	}
	return nil
}

// Reload looks at all files, and at the folders for new ones. What has changed becomes a new version; a file that cannot be
// loaded is refused, and named in the error. A model whose file is gone stays.
func (e *Engine) Reload(ctx context.Context) error { return e.reload(ctx, false) }

// Watch looks at the files again and again, until ctx ends. A file that was refused is tried again when it has changed.
func (e *Engine) Watch(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			_ = e.reload(ctx, true) // logged
		}
	}
}

func (e *Engine) reload(ctx context.Context, patient bool) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	var errs []error
	for _, folder := range e.folders {
		found, err := checkpoints(folder)
		if err != nil {
			errs = append(errs, err)
			e.opt.Log.Warn("folder not read", "folder", folder, "error", err)
		}
		for _, path := range found {
			if _, err := e.file(path); err != nil {
				errs = append(errs, e.refuse(filepath.Base(path), err))
			}
		}
	}
	for _, f := range e.files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		now, err := stateOf(f.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if !f.gone {
				e.opt.Log.Warn("file is gone, its model stays", "model", f.name)
			}
			f.gone = true
			continue
		case err == nil && (now.equal(f.loaded) || patient && now.equal(f.refused)):
			continue
		case err == nil:
			err = e.load(f)
		}
		f.gone = false
		if err != nil {
			errs = append(errs, e.refuse(f.name, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) refuse(name string, err error) error {
	e.opt.Log.Error("checkpoint refused", "model", name, "error", err)
	e.opt.Observer.Refused(name)
	return err
}
