package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"threatnet/datasets/synth"
)

// program makes this test binary runnable under the program's own name, by which TestMain knows that it is to be the
// program and not the tests.
func program(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "threatnet")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(exe, name); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	return name
}

// TestKilledAndResumed kills a training by force after its second epoch and goes on: the checkpoint is that of a run that
// was left alone.
func TestKilledAndResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("trains twice")
	}
	exe, dir := program(t), t.TempDir()
	f, err := os.Create(filepath.Join(dir, "corpus.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(synth.Write(f, synth.KindCorpus, 1, 60), f.Close()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	train := func(out string, more ...string) *exec.Cmd {
		c := exec.CommandContext(ctx, exe, append([]string{"train", "dga-lstm", "--data", "corpus.csv", "--epochs", "4", "--out", out}, more...)...)
		c.Dir = dir
		return c
	}
	if text, err := train("whole.safetensors").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	killed := train("part.safetensors")
	log, err := killed.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(log); s.Scan(); {
		if strings.HasPrefix(s.Text(), "epoch 3/4") { // epoch 2 is saved by now
			if err := killed.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("the killed run has ended well")
	}
	text, err := train("part.safetensors", "--resume", "part.safetensors.resume").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if strings.Contains(string(text), "epoch 1/4") {
		t.Error("the resumed run has begun anew")
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if !bytes.Equal(read("whole.safetensors"), read("part.safetensors")) {
		t.Error("the resumed run gives another checkpoint")
	}
	if _, err := os.Stat(filepath.Join(dir, "part.safetensors.resume")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the resume file is left")
	}
}
