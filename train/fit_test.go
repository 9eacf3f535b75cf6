package train

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// toy is a task that a small network learns: the class is the token that occurs most often.
type toy struct{ n, classes, steps int }

func (e toy) Len() int          { return e.n }
func (e toy) Class(i int) int32 { return int32(layers.Mix(uint64(i)) % uint64(e.classes)) }
func (e toy) Encode(i int, tokens []int32, _ []float32) {
	key, n := layers.Mix(uint64(i)+1e9), 3+i%(e.steps-2)
	for t := range tokens {
		tokens[t] = 0
		if t >= len(tokens)-n {
			tokens[t] = 1 + int32(layers.Mix(key+uint64(t))%uint64(e.classes))
			if t%2 == 0 {
				tokens[t] = 1 + e.Class(i)
			}
		}
	}
}

func toyRun(t *testing.T, s Settings) Run {
	t.Helper()
	const classes, steps = 4, 9
	q, err := layers.New[float32](layers.Stack{Input: []int{steps}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: classes + 1, Units: 8},
		{Kind: "lstm", Units: 12, Recurrent: layers.RecurrentSigmoid},
		{Kind: "dropout", Rate: s.Dropout},
		{Kind: "dense", Units: classes, Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	q.Init(s.Seed)
	return Run{Network: q, Train: toy{300, classes, steps}, Validation: toy{50, classes, steps}, Classes: classes, Settings: s}
}

func toySettings(t *testing.T) Settings {
	t.Helper()
	s, err := DefaultSettings("dga-lstm", Corrected)
	if err != nil {
		t.Fatal(err)
	}
	s.Epochs, s.BatchSize, s.Warmup = 6, 32, 10 // 300 rows: the last batch is smaller
	return s
}

func weightsOf(q *layers.Sequential[float32]) (w []float32) {
	for _, p := range q.Params() {
		w = append(w, p.Data...)
	}
	return w
}

func sameWeights(t *testing.T, what string, a, b []float32) {
	t.Helper()
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s: weight %d differs: %v and %v", what, i, a[i], b[i])
		}
	}
}

func TestFitLearns(t *testing.T) {
	r := toyRun(t, toySettings(t))
	s, err := Fit(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.History) != 6 || s.Step != 6*10 {
		t.Errorf("%d epochs of %d steps", len(s.History), s.Step)
	}
	if a := s.History[5].Validation["accuracy"]; a < 0.9 {
		t.Errorf("validation accuracy after 6 epochs is %v", a)
	}
}

func TestFitSameBits(t *testing.T) {
	var want []float32
	for i, change := range []func(*Run){
		func(r *Run) { r.Workers = 1 }, func(r *Run) { r.Workers = 2 }, func(r *Run) { r.Workers = 3 }, func(r *Run) { r.Settings.VM = "tape" },
	} {
		r := toyRun(t, toySettings(t))
		change(&r)
		if _, err := Fit(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		w := weightsOf(r.Network)
		if i == 0 {
			want = w
		}
		sameWeights(t, "variant", want, w)
	}
}

// TestResume stops a run at every kind of place and goes on from the saved state: the weights and the history are those of
// a run that was never stopped.
func TestResume(t *testing.T) {
	for _, patience := range []int{0, 2} {
		settings := toySettings(t)
		settings.Patience = patience
		whole := toyRun(t, settings)
		state, err := Fit(context.Background(), whole)
		if err != nil {
			t.Fatal(err)
		}
		meta := checkpoint.Meta{Model: "toy"}
		for _, stopAt := range []uint64{1, 9, 10, 11, 25, 59} {
			path := filepath.Join(t.TempDir(), "toy.resume")
			ctx, cancel := context.WithCancel(context.Background())
			part := toyRun(t, settings)
			part.Hooks = []Hook{SaveHook(path, "data", meta, 0), func(_ Event, s *State) error {
				if s.Step == stopAt {
					cancel()
				}
				return nil
			}}
			if _, err := Fit(ctx, part); !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped at step %d: %v", stopAt, err)
			}
			saved, err := OpenSaved(path, "data", meta)
			if err != nil {
				t.Fatal(err)
			}
			rest := toyRun(t, settings)
			rest.From = saved
			got, err := Fit(context.Background(), rest)
			if err != nil {
				t.Fatal(err)
			}
			sameWeights(t, "resumed", weightsOf(whole.Network), weightsOf(rest.Network))
			for i, e := range state.History {
				for k, v := range e.Train {
					if got.History[i].Train[k] != v || got.History[i].Validation[k] != e.Validation[k] {
						t.Fatalf("history of epoch %d differs: %v, want %v", i+1, got.History[i], e)
					}
				}
			}
		}
	}
}

func TestOpenSavedRefusesOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toy.resume")
	meta := checkpoint.Meta{Model: "toy", Settings: []byte(`{"epochs":6}`), Spec: []byte(`{}`)}
	r := toyRun(t, toySettings(t))
	r.Settings.Epochs = 1
	r.Hooks = []Hook{SaveHook(path, "data", meta, 0)}
	if _, err := Fit(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSaved(path, "data", meta); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*checkpoint.Meta, *string){
		"model":    func(m *checkpoint.Meta, _ *string) { m.Model = "other" },
		"settings": func(m *checkpoint.Meta, _ *string) { m.Settings = []byte(`{"epochs":7}`) },
		"network":  func(m *checkpoint.Meta, _ *string) { m.Spec = []byte(`{"input":[1]}`) },
		"data":     func(_ *checkpoint.Meta, d *string) { *d = "other" },
	} {
		m, data := meta, "data"
		change(&m, &data)
		if _, err := OpenSaved(path, data, m); !errors.Is(err, ErrResume) {
			t.Errorf("another %s: %v", what, err)
		}
	}
}

func TestDivergenceStops(t *testing.T) {
	for _, whole := range []bool{false, true} { // then the validation loss is the first that is no number
		s := toySettings(t)
		s.Optimizer, s.LearningRate, s.ClipNorm, s.Schedule, s.Warmup, s.Patience = "sgd", 1e38, 0, "constant", 0, 1
		r := toyRun(t, s)
		if whole {
			r.Settings.BatchSize = r.Train.Len()
		}
		if _, err := Fit(context.Background(), r); !errors.Is(err, ErrDiverged) || strings.Contains(err.Error(), "validation") != whole {
			t.Errorf("error is %v", err)
		}
	}
}

func TestEarlyStoppingKeepsTheBest(t *testing.T) {
	s := toySettings(t)
	s.Patience, s.Epochs, s.LearningRate, s.Schedule = 2, 40, 0.05, "constant"
	r := toyRun(t, s)
	state, err := Fit(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	best := state.History[0]
	for _, e := range state.History {
		if e.Validation["loss"] < best.Validation["loss"] {
			best = e
		}
	}
	if state.BestEpoch != best.Epoch {
		t.Errorf("kept epoch %d, the best is %d", state.BestEpoch, best.Epoch)
	}
	if n := len(state.History); n < 40 && n != best.Epoch+2 {
		t.Errorf("stopped after epoch %d, the best is %d", n, best.Epoch)
	}
	loss, _ := Loss(r.Network, r.Validation, 2)
	if math.Abs(loss/50-float64(best.Validation["loss"])) > 1e-12 {
		t.Errorf("the weights kept have loss %v, the best epoch %v", loss/50, best.Validation["loss"])
	}
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		schedule string
		step     uint64
		want     float64
	}{
		{"cosine", 0, 0.008 / 100},
		{"cosine", 99, 0.008},
		{"cosine", 100, 0.008},
		{"cosine", 550, 0.004},
		{"constant", 999, 0.008},
		{"exponential", 550, 0.0008},
		{"step", 549, 0.008},
		{"step", 550, 0.0008},
		{"step", 775, 0.00008},
	} {
		s := Settings{Descent: Descent{LearningRate: 0.008, Warmup: 100, Schedule: c.schedule}}
		if got := s.rate(c.step, 1000); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s at step %d: %v, want %v", c.schedule, c.step, got, c.want)
		}
	}
	s := Settings{Descent: Descent{LearningRate: 1, Warmup: 100, Schedule: "cosine"}}
	for step := range uint64(20) { // shorter than its warm-up
		if r := s.rate(step, 20); !(r > 0 && r <= 1) {
			t.Errorf("step %d of 20: %v", step, r)
		}
	}
}

func TestClassWeights(t *testing.T) {
	w := classWeights(classList{0, 0, 0, 1}, 3, 0.5)
	for i, want := range []float64{math.Sqrt(4.0 / 3), 2, 1} {
		if math.Abs(float64(w[i])-want) > 1e-6 {
			t.Errorf("class %d weighs %v, want %v", i, w[i], want)
		}
	}
}

type classList []int32

func (c classList) Len() int                       { return len(c) }
func (c classList) Class(i int) int32              { return c[i] }
func (c classList) Encode(int, []int32, []float32) {}

var _ models.Examples = classList(nil)
