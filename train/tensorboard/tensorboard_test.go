package tensorboard

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/train"
)

// python runs a script of testdata with the interpreter that THREATNET_PYTHON names, and skips the test when it has no
// tensorboard.
func python(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	interpreter := os.Getenv("THREATNET_PYTHON")
	if interpreter == "" {
		t.Skip("THREATNET_PYTHON does not name an interpreter with tensorboard")
	}
	if err := exec.Command(interpreter, "-c", "import tensorboard").Run(); err != nil {
		t.Skipf("%s has no tensorboard: %v", interpreter, err)
	}
	c := exec.Command(interpreter, slices.Concat([]string{filepath.Join("testdata", script)}, args)...)
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, problems.Bytes())
	}
	return out
}

// loaded is what testdata/check.py prints: lists of step and values by tag.
type loaded struct {
	Version    string
	Scalars    map[string][][3]float64 // step, value, wall time
	Histograms map[string][][3]any     // step, limits, counts
	Images     map[string][][5]int     // step, width, height, those of the PNG
	Texts      map[string][][2]any
	Plugins    map[string][]string
	Pages      map[string][][2]any // step, rows of left end, right end, count
}

// TensorBoard reads what a training writes.
func TestTensorBoardReads(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, clock)
	must(t, err)
	r := newRun(t)
	r.Hooks = []train.Hook{Hook(w, options())}
	s, err := train.Fit(context.Background(), r)
	must(t, err)
	c, names := square(60)
	must(t, Confusion(w, "confusion", 3, c, names), w.Close())

	var got loaded
	must(t, json.Unmarshal(python(t, "check.py", dir), &got))
	t.Logf("tensorboard %s", got.Version)
	steps, values := byTag(eventsIn(t, dir))
	for _, tag := range []string{"batch/loss", "batch/accuracy", "batch/learning_rate", "train/loss", "train/accuracy", "validation/loss", "validation/accuracy"} {
		var want [][3]float64
		for i, step := range steps[tag] {
			want = append(want, [3]float64{float64(step), values[tag][i], 1500000000.25})
		}
		if diff := cmp.Diff(want, got.Scalars[tag]); diff != "" {
			t.Errorf("%s: %s", tag, diff)
		}
	}
	histograms := []string{}
	for _, p := range r.Network.Params() {
		tag := "weights/" + p.Name
		histograms = append(histograms, tag, "gradients/"+p.Name)
		h, _ := newHistogram(p.Data)
		want := [3]any{3.0, anys(h.limits), anys(h.counts)}
		if diff := cmp.Diff(want, got.Histograms[tag][2]); diff != "" {
			t.Errorf("%s: %s", tag, diff)
		}
		total := 0.0
		for _, row := range got.Pages[tag][2][1].([]any) {
			ends := row.([]any)
			if ends[0].(float64) > ends[1].(float64) {
				t.Errorf("%s: a bucket from %v to %v", tag, ends[0], ends[1])
			}
			total += ends[2].(float64)
		}
		if total != h.num {
			t.Errorf("%s: %v values on its page, want %v", tag, total, h.num)
		}
	}
	size := drawConfusion(c, names).Rect.Size()
	if diff := cmp.Diff(map[string][][5]int{"confusion": {{3, size.X, size.Y, size.X, size.Y}}}, got.Images); diff != "" {
		t.Error(diff)
	}
	var settings string
	for _, e := range eventsIn(t, dir) {
		if e.Tag == "settings" {
			settings = e.Text
		}
	}
	if diff := cmp.Diff(map[string][][2]any{"settings": {{1.0, settings}}}, got.Texts); diff != "" {
		t.Error(diff)
	}
	slices.Sort(histograms)
	want := map[string][]string{
		"scalars": {"batch/accuracy", "batch/learning_rate", "batch/loss", "train/accuracy", "train/loss", "validation/accuracy", "validation/loss"},
		"images":  {"confusion"}, "text": {"settings"}, "histograms": histograms,
	}
	if diff := cmp.Diff(want, got.Plugins); diff != "" {
		t.Error(diff)
	}
	if n := len(s.History); n != 3 {
		t.Errorf("%d epochs", n)
	}
}

func anys(vs []float64) []any {
	var all []any
	for _, v := range vs {
		all = append(all, v)
	}
	return all
}

// Of two sessions in a folder, the second from step 3 on, TensorBoard shows the first two points of the first.
func TestTensorBoardDropsOldPoints(t *testing.T) {
	dir := t.TempDir()
	for session, from := range []int64{1, 3} {
		w, err := Create(dir, clock)
		must(t, err, w.Start(from))
		for step := from; step < 6; step++ {
			must(t, w.Scalar("x", step, float64(session)))
		}
		must(t, w.Close())
	}
	var got loaded
	must(t, json.Unmarshal(python(t, "check.py", dir), &got))
	const wall = 1500000000.25
	if diff := cmp.Diff([][3]float64{{1, 0, wall}, {2, 0, wall}, {3, 1, wall}, {4, 1, wall}, {5, 1, wall}}, got.Scalars["x"]); diff != "" {
		t.Error(diff)
	}
}

// The golden file is what its script makes.
func TestTensorBoardWritesTheSame(t *testing.T) {
	made := python(t, "golden.py")
	want, err := os.ReadFile(filepath.Join("testdata", "small.tfevents"))
	must(t, err)
	if !bytes.Equal(made, want) {
		t.Error("testdata/golden.py makes another file")
	}
}
