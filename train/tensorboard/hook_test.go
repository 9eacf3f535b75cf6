package tensorboard

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/train"
)

// task is a small task: the class is the sign of the first value.
type task int

func (n task) Len() int          { return int(n) }
func (n task) Class(i int) int32 { return int32(layers.Mix(uint64(i)) % 2) }
func (n task) Encode(i int, _ []int32, x []float32) {
	x[0], x[1] = float32(n.Class(i))*2-1, float32(i%5)/5
}

const rows, batch, batches = 70, 16, 5

func newRun(t *testing.T) train.Run {
	t.Helper()
	q, err := layers.New[float32](layers.Stack{Input: []int{2}, Layers: []layers.Spec{
		{Kind: "dense", Units: 3, Init: "glorot_uniform"}, {Kind: "dense", Units: 2, Init: "glorot_uniform"}, {Kind: "activation", Function: "softmax"},
	}})
	must(t, err)
	s, err := train.DefaultSettings("dga-lstm", train.Corrected)
	must(t, err)
	s.Epochs, s.BatchSize, s.Warmup = 3, batch, 2
	s.Rename = map[string]string{"a": "```", "b": "c"}
	q.Init(s.Seed)
	return train.Run{Network: q, Train: task(rows), Validation: task(20), Classes: 2, Settings: s}
}

// gradients stand in for those of a training.
func gradients(s *train.State) iter.Seq2[string, []float32] {
	return func(yield func(string, []float32) bool) {
		for _, p := range s.Network.Params() {
			if !yield(p.Name, p.Data) {
				return
			}
		}
	}
}

func options() Options {
	return Options{Gradients: gradients, LearningRate: func(s *train.State) float64 { return float64(s.Step) }}
}

// byTag are the steps and the scalars of each tag.
func byTag(all []*readEvent) (steps map[string][]int64, values map[string][]float64) {
	steps, values = map[string][]int64{}, map[string][]float64{}
	for _, e := range all {
		steps[e.Tag] = append(steps[e.Tag], e.Step)
		values[e.Tag] = append(values[e.Tag], float64(e.Scalar))
	}
	return steps, values
}

func TestHook(t *testing.T) {
	for _, every := range []int{0, 1, 3, 100} {
		var b bytes.Buffer
		w := newWriter(t, &b)
		r, o := newRun(t), options()
		o.Every = every
		r.Hooks = []train.Hook{Hook(w, o)}
		s, err := train.Fit(context.Background(), r)
		must(t, err)
		all := events(t, &b) // flushed by the hook
		steps, values := byTag(all)
		if all[1].Status != sessionStart || all[1].Step != 1 {
			t.Errorf("second event %+v", all[1])
		}
		if text := all[2].Text; all[2].Tag != "settings" || strings.Contains("\n"+text, "\n```") {
			t.Errorf("settings:\n%s", text)
		}
		var back train.Settings
		must(t, train.ParseRecipe([]byte(strings.ReplaceAll("\n"+all[2].Text, "\n    ", "\n")), "settings", "dga-lstm", &back))
		if diff := cmp.Diff(r.Settings, back, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		points := map[int]int{0: batches, 1: batches, 3: 2, 100: 1}[every]
		for _, tag := range []string{"batch/loss", "batch/accuracy", "batch/learning_rate"} {
			if n := len(steps[tag]); n != 3*points || steps[tag][n-1] != 3*batches {
				t.Errorf("every %d: %s at %v", every, tag, steps[tag])
			}
		}
		for i, step := range steps["batch/learning_rate"] {
			if values["batch/learning_rate"][i] != float64(step) {
				t.Errorf("rate %v at step %d", values["batch/learning_rate"][i], step)
			}
		}
		for i, e := range s.History {
			for tag, want := range map[string]checkpoint.Number{
				"train/loss": e.Train["loss"], "train/accuracy": e.Train["accuracy"],
				"validation/loss": e.Validation["loss"], "validation/accuracy": e.Validation["accuracy"],
			} {
				if steps[tag][i] != int64(e.Epoch) || values[tag][i] != float64(float32(want)) {
					t.Errorf("epoch %d: %s is %v at %d, want %v", e.Epoch, tag, values[tag][i], steps[tag][i], want)
				}
			}
			// the points of an epoch, weighted by their rows, are its mean
			var loss, correct float64
			at := 0
			for j := i * points; j < (i+1)*points; j++ {
				done := min(int(steps["batch/loss"][j])-i*batches, batches)
				n := float64(min(done*batch, rows) - at)
				at = min(done*batch, rows)
				loss, correct = loss+n*values["batch/loss"][j], correct+n*values["batch/accuracy"][j]
			}
			if math.Abs(loss/rows-float64(e.Train["loss"])) > 1e-6 || math.Abs(correct/rows-float64(e.Train["accuracy"])) > 1e-6 {
				t.Errorf("every %d, epoch %d: batches have loss %v, accuracy %v; the epoch %v", every, i+1, loss/rows, correct/rows, e.Train)
			}
		}
		for _, p := range r.Network.Params() {
			for _, tag := range []string{"weights/" + p.Name, "gradients/" + p.Name} {
				if len(steps[tag]) != 3 || steps[tag][2] != 3 {
					t.Errorf("%s at %v", tag, steps[tag])
				}
			}
		}
		var last *histogram
		for _, e := range all {
			if e.Tag == "weights/"+r.Network.Params()[0].Name {
				last = e.Histo
			}
		}
		if want, _ := newHistogram(r.Network.Params()[0].Data); last == nil || last.sum != want.sum || last.num != 6 {
			t.Errorf("last histogram %+v, want %+v", last, want)
		}
	}
}

// A run that is stopped within an epoch and goes on, into another file of the folder.
func TestHookResumes(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "a"), clock)
	must(t, err)
	path, meta := filepath.Join(dir, "resume"), checkpoint.Meta{Model: "linear", Labels: []string{"a", "b"}}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	r := newRun(t)
	r.Hooks = []train.Hook{Hook(w, Options{}), train.SaveHook(path, "data", meta, 0), func(_ train.Event, s *train.State) error {
		if s.Step == batches+2 {
			stop()
		}
		return nil
	}}
	if _, err := train.Fit(ctx, r); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	must(t, w.Close())

	r = newRun(t)
	r.From, err = train.OpenSaved(path, "data", meta)
	must(t, err)
	w, err = Create(filepath.Join(dir, "b"), clock)
	must(t, err)
	r.Hooks = []train.Hook{Hook(w, Options{})}
	s, err := train.Fit(context.Background(), r)
	must(t, err, w.Close())

	first, _ := byTag(eventsIn(t, filepath.Join(dir, "a")))
	all := eventsIn(t, filepath.Join(dir, "b"))
	second, values := byTag(all)
	if all[1].Status != sessionStart || all[1].Step != batches+3 {
		t.Errorf("%+v", all[1])
	}
	if n := len(first["batch/loss"]); first["batch/loss"][n-1] != batches+2 {
		t.Errorf("first file: %v", first["batch/loss"])
	}
	// where the sums stood before the first batch is not known
	if second["batch/loss"][0] != batches+4 || len(second["batch/loss"]) != 2*batches-3 {
		t.Errorf("second file: %v", second["batch/loss"])
	}
	if got, want := values["train/loss"], float64(float32(s.History[2].Train["loss"])); len(got) != 2 || got[1] != want {
		t.Errorf("epochs %v, want the last %v", got, want)
	}
}

// An interruption before the first batch writes nothing that would drop earlier points.
func TestHookInterruptedAtOnce(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var b bytes.Buffer
	r := newRun(t)
	r.Hooks = []train.Hook{Hook(newWriter(t, &b), Options{})}
	if _, err := train.Fit(ctx, r); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if all := events(t, &b); len(all) != 1 || all[0].Version != "brain.Event:2" {
		t.Errorf("%d events", len(all))
	}
}

func TestHookFails(t *testing.T) {
	w := newWriter(t, failing{})
	r := newRun(t)
	r.Hooks = []train.Hook{Hook(w, options())}
	if _, err := train.Fit(context.Background(), r); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

// Values that are not finite are counted beside the histogram.
func TestNonfinite(t *testing.T) {
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, w.Histogram("h", 4, []float32{1, float32(math.NaN()), float32(math.Inf(1))}), w.Close())
	all := events(t, &b)
	if len(all) != 3 || all[1].Tag != "nonfinite/h" || all[1].Scalar != 2 || all[1].Step != 4 || all[2].Histo.num != 1 {
		t.Errorf("%+v", all[1:])
	}
}
