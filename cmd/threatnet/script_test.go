package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"threatnet/internal/golden"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"threatnet": main,
	})
}

// TestScripts runs the scripts of testdata/script. They find in the environment CORPUS, a labelled CSV of 220 names
// (benign, suppobox, tinba); MODEL, a checkpoint trained on it for three epochs; UNFINISHED, the same training
// interrupted after the first; and GOLDEN, the folder of the golden files.
func TestScripts(t *testing.T) {
	shared := t.TempDir()
	corpus, model := filepath.Join(shared, "corpus.csv"), filepath.Join(shared, "model.safetensors")
	makeCorpus(t, corpus)
	training := []string{"train", "dga-lstm", "--data", corpus, "--epochs", "3", "--out"}
	command(t, append(training, model)...)
	interrupted := filepath.Join(shared, "interrupted.safetensors")
	interrupt(t, append(training, interrupted)...)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CORPUS", corpus)
			e.Setenv("MODEL", model)
			e.Setenv("UNFINISHED", interrupted+".resume")
			e.Setenv("GOLDEN", golden.Path(""))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails": fails, "edit": edit, "flip": flip, "cut": cut,
		},
		Condition: func(name string) (bool, error) {
			if path, ok := strings.CutPrefix(name, "file:"); ok {
				_, err := os.Stat(path)
				return err == nil, nil
			}
			return false, errors.New("unknown condition")
		},
	})
}

// makeCorpus writes a small labelled CSV by the command itself.
func makeCorpus(t *testing.T, path string) {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	command(t, "datasets", "synth", "tinba", "--count", "60", "--out", in("tinba.txt"))
	command(t, "datasets", "synth", "suppobox", "--count", "60", "--out", in("suppobox.txt"))
	command(t, "datasets", "synth", "popular", "--count", "100", "--out", in("popular.csv"))
	command(t, "datasets", "copy", in("tinba.txt"), in("suppobox.txt"), in("popular.csv"), "--out", path)
}

// command runs a command line that must succeed, and gives its output.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := run(args, strings.NewReader(""), &out, &errOut); code != exitDone {
		t.Fatalf("threatnet %s: exit code %d\n%s", strings.Join(args, " "), code, &errOut)
	}
	return out.String()
}

// interrupt runs a training that is interrupted after its first epoch.
func interrupt(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newRoot(&env{in: strings.NewReader(""), out: io.Discard, err: &watcher{"epoch 1/", cancel}})
	c.SetArgs(args)
	if err := c.ExecuteContext(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the training was not interrupted: %v", err)
	}
}

// watcher calls found when text is written to it.
type watcher struct {
	text  string
	found func()
}

func (w *watcher) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.found()
	}
	return len(p), nil
}

// fails CODE PROGRAM ARGUMENT...: the program ends with the exit code, and with one line of error, the last on stderr.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails CODE PROGRAM ARGUMENT...")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("no failure: %v", err)
	}
	if code := strconv.Itoa(exit.ExitCode()); code != args[0] {
		ts.Fatalf("exit code %s, not %s", code, args[0])
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stderr"), "\n"), "\n")
	for i, line := range lines {
		if isError, isLast := strings.HasPrefix(line, "threatnet: "), i == len(lines)-1; isError != isLast {
			ts.Fatalf("want one line of error, the last on stderr")
		}
	}
}

// edit FILE OLD NEW replaces text in a file.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	before := ts.ReadFile(args[0])
	after := strings.ReplaceAll(before, args[1], args[2])
	if after == before {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	write(ts, args[0], after)
}

// flip FILE OFFSET flips a bit of a byte; a negative offset counts from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	data[offset(ts, args[1], len(data))] ^= 1
	write(ts, args[0], string(data))
}

// cut FILE OFFSET drops what follows the offset.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	data := ts.ReadFile(args[0])
	write(ts, args[0], data[:offset(ts, args[1], len(data))])
}

func offset(ts *testscript.TestScript, text string, size int) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	if n < 0 {
		n += size
	}
	return n
}

func write(ts *testscript.TestScript, name, data string) {
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(data), 0o600))
}
