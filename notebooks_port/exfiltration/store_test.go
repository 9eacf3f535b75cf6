package exfiltration

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestNames(t *testing.T) {
	if name, err := Name("detect_dns", "my model-2"); err != nil || name != "detect_dns_my model-2" {
		t.Errorf("%q, %v", name, err)
	}
	m := linear(t, 0, nil)
	dir := t.TempDir()
	for _, bad := range []string{"", ".", "..", "../x", "a/b", `a\b`, "C:x", "a\x00"} {
		if _, err := m.Save(dir, "algo", bad); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := Load(dir, bad, "model"); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%v, %v", files, err)
	}
}

// TestLoadIsOfTheName: two models in a folder stay two.
func TestLoadIsOfTheName(t *testing.T) {
	dir := t.TempDir()
	table := "src,query,rank\na,abc.evil.com,1\n"
	var want []string
	for _, bias := range []float32{-1, 1} {
		m := linear(t, bias, nil)
		want = append(want, applied(t, m, table))
		if _, err := m.Save(dir, "algo", []string{"low", "", "high"}[int(bias)+1]); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"low", "high"} {
		m, err := Load(dir, "algo", name)
		if err != nil {
			t.Fatal(err)
		}
		if got := applied(t, m, table); got != want[i] {
			t.Errorf("%s: %s, want %s", name, got, want[i])
		}
	}
	if _, err := Load(dir, "algo", "absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "algo_broken.safetensors"), []byte("no tensors"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, "algo", "broken"); err == nil {
		t.Error("a broken file is loaded")
	}
}
