// Package golden finds the reference files that tests compare with: testdata/golden, made by the scripts beside them, and
// the real data sets of a development machine, which are not part of the project.
package golden

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// root is the module's folder: this file lies in root/internal/golden.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Path returns the path of a file under testdata/golden.
func Path(name string) string {
	return filepath.Join(root(), "testdata", "golden", filepath.FromSlash(name))
}

// JSON decodes a file under testdata/golden into v, or fails the test.
func JSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(Path(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Data returns the path of a file or folder of the development data, and skips the test when it is absent. The folder is
// THREATNET_DATA, or shared/data beside the checkout.
func Data(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("THREATNET_DATA")
	if dir == "" {
		dir = filepath.Join(root(), "..", "shared", "data")
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("development data not present: %s", name)
	}
	return path
}

// Float is a float64 whose JSON form may also be the string "nan", "inf" or "-inf".
type Float float64

// UnmarshalJSON reads a number or one of the three strings.
func (f *Float) UnmarshalJSON(data []byte) error {
	switch strings.Trim(string(data), `"`) {
	case "nan":
		*f = Float(math.NaN())
	case "inf":
		*f = Float(math.Inf(1))
	case "-inf":
		*f = Float(math.Inf(-1))
	default:
		return json.Unmarshal(data, (*float64)(f))
	}
	return nil
}
