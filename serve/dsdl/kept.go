package dsdl

import (
	"fmt"
	"os"
	"path/filepath"

	"threatnet/serve/engine"
)

// path is where a model is kept.
func (h *handler) path(name string) string { return filepath.Join(h.o.Dir, name+extension) }

// load takes a kept model into the engine, or a new version of it.
func (h *handler) load(name string) (*engine.Model, error) {
	if err := h.engine.Load(h.path(name)); err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.loaded[name] = true
	h.mu.Unlock()
	return h.engine.Model(name, "")
}

// free refuses a name that the engine has from another file than the kept one, before hours are spent.
func (h *handler) free(name string) error {
	h.mu.Lock()
	ours := h.loaded[name]
	h.mu.Unlock()
	if _, err := h.engine.Model(name, ""); err != nil || ours {
		return nil //nolint:nilerr // a name that the engine does not have is free
	}
	if _, err := h.load(name); err != nil { // the server may have been started with the kept file itself
		return fmt.Errorf("the server was started with a checkpoint called %q: take another name for the model", name)
	}
	return nil
}

// find finds the model that fit has kept or, where there is none, a checkpoint that the server was started with.
func (h *handler) find(a *algo, model string) (*engine.Model, error) {
	name := a.file(model)
	m, err := h.engine.Model(name, "")
	if err != nil {
		if _, missing := os.Stat(h.path(name)); missing == nil { // kept before the server was started
			if m, err = h.load(name); err != nil {
				return nil, err
			}
		}
	}
	others := []string{model}
	if a.isNotebook() { // it has but one model, whatever the name
		others = append(others, Notebook)
	}
	for _, other := range others {
		if err != nil {
			m, err = h.engine.Model(other, "")
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("there is no model %q: make it by %s", name, usage)
	case m.Kind() != a.kind || m.Records() != a.records:
		return nil, fmt.Errorf("model %q is of kind %s, and algo %s wants %s", m.Name, m.Kind(), a.name, a.kind)
	}
	return m, nil
}
