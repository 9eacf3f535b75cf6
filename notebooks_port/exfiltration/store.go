package exfiltration

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"threatnet/models"
	"threatnet/models/checkpoint"
)

// ErrName is wrapped when a model's name cannot be a file's.
var ErrName = errors.New("not a model's name")

// Name is the name by which Splunk's container keeps a model, ALGO_MODEL. The parts come from a search: those that would leave
// the folder of models are refused with [ErrName].
func Name(algo, model string) (string, error) {
	for _, part := range []string{algo, model} {
		if part == "" || strings.HasPrefix(part, ".") || strings.ContainsAny(part, "/\\:\x00") {
			return "", fmt.Errorf("%w: %q", ErrName, part)
		}
	}
	return algo + "_" + model, nil
}

func fileOf(dir, algo, model string) (string, error) {
	name, err := Name(algo, model)
	return filepath.Join(dir, name+".safetensors"), err
}

// Save is the notebook's save: it writes ALGO_MODEL.safetensors in a folder, whole or not at all, and tells its path.
func (m *Model) Save(dir, algo, model string) (string, error) {
	path, err := fileOf(dir, algo, model)
	if err != nil {
		return "", err
	}
	return path, checkpoint.Save(path, m.file)
}

// Load is the notebook's load, of the model that is named.
func Load(dir, algo, model string) (*Model, error) {
	path, err := fileOf(dir, algo, model)
	if err != nil {
		return nil, err
	}
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	m, err := Init(f, models.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
