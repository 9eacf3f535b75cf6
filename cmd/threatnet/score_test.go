package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgalstm"
)

// smallModel is an untrained network of a few units.
func smallModel(t *testing.T) *dgalstm.Model {
	t.Helper()
	set, _, err := datasets.Collect(t.Context(), datasets.CollectOptions{}, datasets.Input{Domains: func(yield func(datasets.Domain, error) bool) {
		_ = yield(datasets.Domain{Name: "abcdefghijklm.example", Family: datasets.Benign}, nil) &&
			yield(datasets.Domain{Name: "nopqrstuvwxyz0123456789.example", Family: "tinba"}, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dgalstm.Fit(set, models.Options{Units: 8, Width: 8, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func smallCheckpoint(t *testing.T) string {
	t.Helper()
	f, err := models.Checkpoint(smallModel(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "small.safetensors")
	if err := checkpoint.Save(path, f); err != nil {
		t.Fatal(err)
	}
	return path
}

// A name on standard input is answered before the next one comes, in each form; a context that ends while the next one is
// waited for ends the run.
func TestScoreAnswersAtOnce(t *testing.T) {
	model := smallCheckpoint(t)
	for _, tt := range []struct {
		flag, head string
		line       func(name string) string // part of the answer
	}{
		{"--threads=0", "", func(name string) string { return "  " + name + "\n" }},
		{"--json", "", func(name string) string { return `{"name":"` + name + `",` }},
		{"--csv", "name,verdict,probability,label\n", func(name string) string { return name + "," }},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		in, feed := io.Pipe()
		answers, out := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			c := newRoot(&env{in: in, out: out, err: io.Discard})
			c.SetArgs([]string{"score", "--model", model, tt.flag})
			ended <- c.ExecuteContext(ctx)
			_ = out.Close()
		}()
		lines := bufio.NewReader(answers)
		for i := range 5 {
			name := fmt.Sprintf("name%d.example", i)
			if _, err := fmt.Fprintln(feed, name); err != nil {
				t.Fatal(err)
			}
			line, err := lines.ReadString('\n')
			if i == 0 && tt.head != "" {
				if line != tt.head {
					t.Errorf("%s: head %q", tt.flag, line)
				}
				line, err = lines.ReadString('\n')
			}
			if err != nil || !strings.Contains(line, tt.line(name)) {
				t.Errorf("%s: %s: %q, %v", tt.flag, name, line, err)
			}
		}
		cancel()
		if rest, err := io.ReadAll(lines); len(rest) > 0 || err != nil {
			t.Errorf("%s: after the end: %q, %v", tt.flag, rest, err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", tt.flag, err)
		}
	}
}

// Many batches on several cores: the order is that of the input, and each record is the same as on one core.
func TestScoreKeepsOrder(t *testing.T) {
	model := smallCheckpoint(t)
	var input strings.Builder
	var want []string
	for i := range 4*batchRows + 17 {
		name := fmt.Sprintf("%x.example", i*i*7919)
		want = append(want, name)
		fmt.Fprintln(&input, name)
	}
	var outputs []string
	for _, threads := range []string{"1", "3"} {
		var out, errOut bytes.Buffer
		if code := run([]string{"score", "--model", model, "--json", "--threads", threads}, strings.NewReader(input.String()), &out, &errOut); code != exitDone {
			t.Fatal(code, &errOut)
		}
		outputs = append(outputs, out.String())
	}
	if outputs[0] != outputs[1] {
		t.Error("one core and three give different output")
	}
	var got []string
	for d := json.NewDecoder(strings.NewReader(outputs[0])); d.More(); {
		var object struct{ Name string }
		if err := d.Decode(&object); err != nil {
			t.Fatal(err)
		}
		got = append(got, object.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// meeting calls back before it encodes a name.
type meeting struct {
	nameSubject
	before func(name string)
}

func (m meeting) encode(r *row, features []float32, tokens []int32, values []float32) {
	m.before(r.name)
	m.nameSubject.encode(r, features, tokens, values)
}

// Two workers score at the same time: neither name is done before the other has begun.
func TestScoringIsParallel(t *testing.T) {
	m := smallModel(t)
	begun := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{})}
	other := map[string]string{"a": "b", "b": "a"}
	subject := meeting{nameSubject{m}, func(name string) {
		close(begun[name])
		<-begun[other[name]]
	}}
	s := scoring{scorer: models.NewScorer(m, 0.5), subject: subject, format: jsonLines{subject}, workers: 2}
	rows := func(yield func(row) bool) {
		if yield(row{raw: "a", name: "a"}) {
			<-begun["a"] // so that b is in a batch of its own
			yield(row{raw: "b", name: "b"})
		}
	}
	var out bytes.Buffer
	if err := s.run(t.Context(), rows, &out); err != nil || s.scored != 2 {
		t.Error(s.scored, err)
	}
}

// started runs the command as a process of its own.
type started struct {
	*exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	errOut bytes.Buffer
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals here")
	}
	s := &started{Cmd: exec.CommandContext(t.Context(), "threatnet", args...)}
	s.Stderr = &s.errOut
	var err error
	if s.in, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if s.out, err = s.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// firstAnswer has one name scored.
func (s *started) firstAnswer(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(s.in, "a.example\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(s.out).ReadString('\n'); err != nil || !strings.HasSuffix(line, "  a.example\n") {
		t.Fatal(line, err)
	}
}

func TestScoreInterrupt(t *testing.T) {
	s := start(t, "score", "--model", smallCheckpoint(t))
	s.firstAnswer(t)
	if err := s.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := s.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted || s.errOut.String() != "threatnet: interrupted\n" {
		t.Errorf("%v, %q", err, &s.errOut)
	}
}

// A reader that has seen enough ends the run without a word.
func TestScoreReaderGone(t *testing.T) {
	s := start(t, "score", "--model", smallCheckpoint(t))
	s.firstAnswer(t)
	if err := s.out.Close(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := io.WriteString(s.in, "b.example\n"); err != nil {
			break
		}
	}
	if err := s.Wait(); err == nil || s.errOut.Len() > 0 {
		t.Errorf("%v, %q", err, &s.errOut)
	}
}

func TestScoreFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer func() { _ = full.Close() }()
	var errOut bytes.Buffer
	code := run([]string{"score", "--model", smallCheckpoint(t), "a.example"}, strings.NewReader(""), full, &errOut)
	if want := "threatnet: write /dev/full: no space left on device\n"; code != exitFailed || errOut.String() != want {
		t.Errorf("exit code %d, %q", code, &errOut)
	}
}

// The first interrupt ends the wait for one who writes to a named pipe.
func TestScoreInterruptedAtPipe(t *testing.T) {
	model, pipe := smallCheckpoint(t), filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip("no named pipes here:", err)
	}
	for _, args := range [][]string{{"score", "--model", model, "--data", pipe}, {"datasets", "copy", pipe, "--out", "-"}, {"datasets", "describe", pipe}} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		c := newRoot(&env{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
		c.SetArgs(args)
		if err := c.ExecuteContext(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", args[0], err)
		}
	}
}
