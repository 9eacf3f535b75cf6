package source

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The end of the context ends the wait for one who opens a named pipe to write, and for what is written.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Skip("no named pipes here:", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := Expand(path, Options{Context: ctx}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = w.Close() }()
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := Expand(path, Options{Context: ctx}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := w.WriteString("a.com\n"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	for d, err := range one(t, path, Options{Context: ctx}).Domains() {
		if cancel(); d.Name != "a.com" && !errors.Is(err, context.Canceled) {
			t.Error(d, err)
		}
	}
}
