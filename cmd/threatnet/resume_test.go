package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"threatnet/datasets/source"
	"threatnet/models/catalog"
	"threatnet/notebooks_port"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// TestNotebookResumed interrupts a notebook on its synthetic records and goes on: the corpus is written anew and is the same.
func TestNotebookResumed(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	training := func(out string, more ...string) []string {
		return append([]string{"notebook", "run", "cicids-lstm", "--seed", "3", "--epochs", "2", "--out", in(out)}, more...)
	}
	command(t, training("whole.safetensors")...)
	interrupt(t, training("part.safetensors")...)
	command(t, training("part.safetensors", "--resume", in("part.safetensors.resume"))...)
	whole, err := os.ReadFile(in("whole.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	resumed, err := os.ReadFile(in("part.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(whole, resumed) {
		t.Error("the resumed run gives another checkpoint")
	}
}

// TestNotebooksUseTheirSettings sees that no port sets what means nothing to its model: train takes its recipes.
func TestNotebooksUseTheirSettings(t *testing.T) {
	for _, p := range notebooks_port.List() {
		for _, mode := range []string{train.Corrected, train.Parity} {
			job, err := p.Job(mode, pipeline.Sources{})
			if err != nil {
				t.Fatal(err)
			}
			entry, err := catalog.Find(job.Kind)
			if err != nil {
				t.Fatal(err)
			}
			records := source.Names
			switch {
			case entry.NewQueries != nil:
				records = source.Queries
			case entry.FitFlows != nil:
				records = source.Flows
			}
			if err := job.Settings.CheckUse(job.Kind, records); err != nil {
				t.Errorf("%s, %s: %v", p.Name, mode, err)
			}
		}
	}
}
