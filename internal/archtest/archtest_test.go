package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// leaves of train compute and draw, but do not train: anyone may import them.
var leaves = []string{"train/metrics", "train/report"}

var rules = Rules{
	Module: "threatnet",
	Rooms: []Rule{
		{"cmd/...", []string{"..."}},
		{"notebooks_port/...", []string{"notebooks_port/...", "train/...", "models/...", "datasets/...", "internal/..."}},
		{"serve/...", append([]string{"serve/...", "models/...", "datasets/...", "internal/..."}, leaves...)},
		{"train/metrics", nil},
		{"train/report", []string{"train/metrics", "internal/..."}},
		{"train/...", []string{"train/...", "models/...", "datasets/...", "internal/..."}},
		// The contract of the models knows none of them, only what they are made of.
		{"models", append([]string{"models/layers", "models/checkpoint", "datasets/...", "internal/..."}, leaves...)},
		{"models/layers", []string{"internal/..."}},
		{"models/checkpoint", []string{"internal/..."}},
		{"models/...", append([]string{"models/...", "datasets/...", "internal/..."}, leaves...)},
		{"datasets/...", []string{"datasets/...", "internal/..."}},
		{"internal/...", []string{"internal/..."}},
	},
	Bans: []Ban{
		{"gorgonia.org/...", []string{"train/graph"}},
		{"C", nil},
	},
	TestOnly: []string{"internal/golden", "serve/servetest", "datasets/feed/feedtest", "models/modeltest"},
}

func TestModule(t *testing.T) {
	files, err := Scan(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no Go files")
	}
	for _, line := range rules.Check(files) {
		t.Error(line)
	}
}

// Each rule of the module is broken once, and kept once.
func TestRules(t *testing.T) {
	tests := []struct {
		path, imp string
		allowed   bool
	}{
		{"cmd/threatnet/main.go", "threatnet/train/graph", true},
		{"cmd/threatnet/main.go", "gorgonia.org/gorgonia", false},
		{"notebooks_port/dga/dga.go", "threatnet/train", true},
		{"notebooks_port/dga/dga.go", "threatnet/serve", false},
		{"notebooks_port/dga/dga.go", "threatnet/cmd/threatnet", false},
		{"serve/serve.go", "threatnet/models/catalog", true},
		{"serve/serve.go", "threatnet/train/metrics", true},
		{"serve/serve.go", "threatnet/train", false},
		{"serve/dsdl/dsdl.go", "threatnet/train/graph", false},
		{"serve/serve_test.go", "threatnet/train", false},
		{"train/fit.go", "threatnet/models/layers", true},
		{"train/fit.go", "threatnet/serve", false},
		{"train/fit.go", "gorgonia.org/tensor", false},
		{"train/graph/op.go", "gorgonia.org/tensor", true},
		{"train/metrics/curve.go", "slices", true},
		{"train/metrics/curve.go", "threatnet/internal/kernel", false},
		{"train/metrics/curve_test.go", "threatnet/internal/golden", true},
		{"train/metrics/example_test.go", "threatnet/train/metrics", true},
		{"train/report/page.go", "threatnet/train", false},
		{"models/model.go", "threatnet/models/layers", true},
		{"models/model.go", "threatnet/models/dgalstm", false},
		{"models/dgalstm/network.go", "threatnet/models", true},
		{"models/dgalstm/network.go", "threatnet/datasets", true},
		{"models/dgalstm/network.go", "threatnet/train/metrics", true},
		{"models/dgalstm/network.go", "threatnet/train", false},
		{"models/dgalstm/network.go", "gorgonia.org/gorgonia", false},
		{"models/layers/lstm.go", "threatnet/models", false},
		{"models/checkpoint/meta.go", "threatnet/models/layers", false},
		{"datasets/feed/feed.go", "threatnet/datasets", true},
		{"datasets/feed/feed.go", "threatnet/models", false},
		{"internal/kernel/kernel.go", "threatnet/internal/team", true},
		{"internal/kernel/kernel.go", "threatnet/datasets", false},
		{"internal/kernel/kernel.go", "threatnet/internal/golden", false},
		{"internal/kernel/kernel.go", "C", false},
		{"attic/old.go", "fmt", false},
	}
	for _, test := range tests {
		found := rules.Check([]File{{test.path, []string{test.imp}}})
		if len(found) == 0 != test.allowed {
			t.Errorf("%s imports %s: %q", test.path, test.imp, found)
		}
	}
}

// The checker on rules and a module of its own, from the files to the message.
func TestCheckerFindsViolation(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"low/low.go":              "package low\n\nimport \"fmt\"\n",
		"low/windows.go":          "//go:build windows\n\npackage low\n\nimport (\n\t\"fmt\"\n\th \"m/high\"\n)\n",
		"high/deep/deep.go":       "package deep\n\nimport _ \"m/low\"\n",
		"high/deep/deep_test.go":  "package deep_test\n\nimport . \"m/high/deep\"\n",
		"high/deep/golden.go":     "package deep\n\nimport \"m/golden\"\n",
		"golden/golden.go":        "package golden\n\nimport \"example.org/heavy/sub\"\n",
		"testdata/wrong.go":       "not Go",
		".hidden/wrong.go":        "not Go",
		"_build/wrong.go":         "not Go",
		"nested/go.mod":           "module nested\n",
		"nested/wrong.go":         "not Go",
		"low/notes.txt":           "not Go",
		"high/deep/_disregard.go": "not Go",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Scan(root)
	if err != nil {
		t.Fatal(err)
	}
	r := Rules{
		Module:   "m",
		Rooms:    []Rule{{"low", nil}, {"high/...", []string{"low"}}},
		Bans:     []Ban{{"example.org/heavy/...", []string{"high"}}},
		TestOnly: []string{"golden"},
	}
	want := []string{
		"golden/golden.go: no rule has package golden",
		"high/deep/golden.go imports m/golden: only test files may",
		"low/windows.go imports m/high: low may import []",
	}
	if diff := cmp.Diff(want, r.Check(files)); diff != "" {
		t.Error(diff)
	}
	r.Rooms = append(r.Rooms, Rule{"golden", nil})
	if found := strings.Join(r.Check(files), "\n"); !strings.Contains(found, "imports example.org/heavy/sub: only [high] may") {
		t.Errorf("found %s", found)
	}

	if err := os.WriteFile(filepath.Join(root, "low", "broken.go"), []byte("package"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Scan(root); err == nil {
		t.Error("a file that does not parse was passed over")
	}
}
