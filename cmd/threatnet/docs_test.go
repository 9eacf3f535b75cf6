package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// In a document a file is its name, perhaps with a remark, above its content; a console has commands and what they print.
var (
	docFile    = regexp.MustCompile("(?m)^([\\w./-]+)(?: \\(([^)\n]*)\\))?\n\n```\n((?s:.*?))```\n")
	docConsole = regexp.MustCompile("(?m)^```console\n((?s:.*?))^```\n")
)

// TestDocs runs the examples of docs/data.md, in their order, and compares what they print. Left out are those that need a
// server or files which the document does not show, and those whose output is cut in the document.
func TestDocs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the examples are for a POSIX shell")
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "data.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, dir := string(doc), t.TempDir()
	bin := filepath.Join(t.TempDir(), "threatnet")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	for _, m := range docFile.FindAllStringSubmatch(text, -1) {
		writeDocFile(t, filepath.Join(dir, m[1]), m[3], strings.Contains(m[2], "compressed"))
	}
	ran := 0
	for _, m := range docConsole.FindAllStringSubmatch(text, -1) {
		for _, example := range strings.Split("\n"+m[1], "\n$ ")[1:] {
			line, want, _ := strings.Cut(strings.TrimSuffix(example, "\n"), "\n")
			if needsMore.MatchString(line) || strings.HasPrefix(want, "...") {
				continue
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"))
			out, _ := cmd.CombinedOutput() // many show an error
			if diff := cmp.Diff(want, strings.TrimSuffix(string(out), "\n")); diff != "" {
				t.Errorf("$ %s\n%s", line, diff)
			}
			ran++
		}
	}
	if ran < 30 {
		t.Errorf("%d examples were found", ran)
	}
}

var needsMore = regexp.MustCompile(`fetch|lists\b|dga-feed.*\.csv|mixed\.csv|exfil\.safetensors`)

func writeDocFile(t *testing.T, path, content string, compressed bool) {
	t.Helper()
	data := []byte(content)
	if compressed {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(data) // to memory
		_ = z.Close()
		data = b.Bytes()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
