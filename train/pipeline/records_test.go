package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets/synth"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
)

// synthetic writes n synthetic records of a kind.
func synthetic(t *testing.T, kind string, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(synth.Write(io.Writer(f), kind, 1, n), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// small are a job of each model of queries or flows on a little synthetic data.
func small(t *testing.T, kind, records, mode string, n int) Job {
	t.Helper()
	s, err := train.DefaultSettings(kind, mode)
	if err != nil {
		t.Fatal(err)
	}
	s.Epochs, s.BatchSize, s.Warmup = 2, 64, 4
	return Job{Kind: kind, Settings: s, Sources: Sources{Data: []string{synthetic(t, records, n)}}, Out: filepath.Join(t.TempDir(), "m.safetensors"), Log: t.Logf}
}

var recordJobs = []struct {
	kind, records string
	n             int
}{
	{"exfil-mlp", synth.KindQueries, 3000},
	{"flow-lstm", synth.KindFlows, 400},
	{"linear", synth.KindQueries, 3000},
	{"linear", synth.KindFlows, 400},
}

// TestSameBytesOfRecords sees that the checkpoints of queries and flows depend on neither cores nor the virtual machine.
func TestSameBytesOfRecords(t *testing.T) {
	for _, c := range recordJobs {
		var want []byte
		for i, change := range []func(*Job){func(j *Job) { j.Workers = 1 }, func(j *Job) { j.Workers = 3 }, func(j *Job) { j.Settings.VM = "tape" }} {
			j := small(t, c.kind, c.records, train.Corrected, c.n)
			change(&j)
			if _, err := Train(t.Context(), j); err != nil {
				t.Fatalf("%s on %s: %v", c.kind, c.records, err)
			}
			got := read(t, j.Out)
			if i == 0 {
				want = got
			} else if !bytes.Equal(got, want) {
				t.Errorf("%s on %s: run %d gives another checkpoint", c.kind, c.records, i)
			}
		}
		if _, _, err := catalog.Open(filepath.Join(t.TempDir(), "none")); err == nil {
			t.Error("a missing checkpoint is opened")
		}
	}
}

// TestResumedRecords interrupts a training of each kind in the middle of an epoch.
func TestResumedRecords(t *testing.T) {
	for _, c := range recordJobs[:2] {
		whole := small(t, c.kind, c.records, train.Corrected, c.n)
		if _, err := Train(t.Context(), whole); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		part := small(t, c.kind, c.records, train.Corrected, c.n)
		part.Hooks = []train.Hook{func(_ train.Event, s *train.State) error {
			if s.Step == 3 {
				cancel()
			}
			return nil
		}}
		if _, err := Train(ctx, part); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		rest := part
		rest.Hooks, rest.Resume = nil, part.Out+".resume"
		if _, err := Train(t.Context(), rest); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(read(t, whole.Out), read(t, rest.Out)) {
			t.Errorf("%s: a resumed run gives another checkpoint", c.kind)
		}
	}
}

// TestResumedBatchNorm resumes dga-mlp, whose moving statistics must come back too.
func TestResumedBatchNorm(t *testing.T) {
	data := corpus(t, 60)
	newJob := func() Job {
		s, err := train.DefaultSettings("dga-mlp", train.Corrected)
		if err != nil {
			t.Fatal(err)
		}
		s.Epochs, s.BatchSize, s.Warmup = 2, 32, 2
		return Job{Kind: "dga-mlp", Settings: s, Sources: Sources{Data: []string{data}}, Out: filepath.Join(t.TempDir(), "m.safetensors"), Log: t.Logf}
	}
	whole, part := newJob(), newJob()
	if _, err := Train(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	part.Hooks = []train.Hook{func(_ train.Event, s *train.State) error {
		if s.Step == 7 {
			cancel()
		}
		return nil
	}}
	if _, err := Train(ctx, part); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	rest := part
	rest.Hooks, rest.Resume = nil, part.Out+".resume"
	if _, err := Train(t.Context(), rest); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, whole.Out), read(t, rest.Out)) {
		t.Error("a resumed run gives another checkpoint")
	}
}

func TestBaselines(t *testing.T) {
	for _, c := range []struct{ kind, baseline string }{{"exfil-mlp", "linear"}, {"flow-lstm", "linear"}, {"dga-mlp", "dga-bigram"}, {"dga-lstm", "dga-bigram"}} {
		var j Job
		switch c.kind {
		case "exfil-mlp":
			j = small(t, c.kind, synth.KindQueries, train.Corrected, 2000)
		case "flow-lstm":
			j = small(t, c.kind, synth.KindFlows, train.Corrected, 300)
		default:
			j = job(t, train.Corrected, corpus(t, 40))
			j.Kind = c.kind
			j.Settings.Binary = c.kind == "dga-mlp"
		}
		j.Settings.Epochs, j.Baseline = 1, true
		done := 0
		j.Done = func(*Result) error { done++; return nil }
		res, err := Train(t.Context(), j)
		if err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		if res.Baseline == nil || res.Baseline.Kind != c.baseline || done != 1 {
			t.Fatalf("%s: baseline %+v, done %d times", c.kind, res.Baseline, done)
		}
		if n := len(res.Baseline.Test.True); n != len(res.Test.True) {
			t.Errorf("%s: the baseline is tested on %d rows, the model on %d", c.kind, n, len(res.Test.True))
		}
		f, err := checkpoint.Open(BaselinePath(j.Out))
		if err != nil || f.Meta.Model != c.baseline {
			t.Errorf("%s: baseline's checkpoint: %v", c.kind, err)
		}
	}
}

func TestFlowRules(t *testing.T) {
	j := small(t, "flow-lstm", synth.KindFlows, train.Corrected, 600)
	j.Settings.HoldOut = []string{"PortScan"}
	res, err := Train(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.HeldOut) != 1 || res.HeldOut[0].Name != "PortScan" || res.HeldOut[0].Records == 0 {
		t.Errorf("held out: %+v", res.HeldOut)
	}
	if len(res.Families) < 3 {
		t.Errorf("families: %+v", res.Families)
	}
	j.Settings.HoldOut = []string{"Heartbleed"}
	if _, err := Train(t.Context(), j); err == nil || !strings.Contains(err.Error(), "Heartbleed") {
		t.Errorf("a type that is not there: %v", err)
	}
	j = small(t, "flow-lstm", synth.KindFlows, train.Corrected, 600)
	j.Settings.Binary, j.Settings.MinNames = false, 40
	if res, err = Train(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(res.Model.Classes(), "|"); !strings.Contains(got, "other attack") || res.Model.Network().Output() != len(res.Model.Classes()) {
		t.Errorf("classes are %s", got)
	}
	var log strings.Builder
	j = small(t, "flow-lstm", synth.KindFlows, train.Parity, 600)
	j.Log = func(format string, args ...any) { log.WriteString(format + "\n") }
	if res, err = Train(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	for _, c := range res.Test.True {
		if c != 1 {
			t.Fatal("the notebook's split tests on attacks alone")
		}
	}
	if !strings.Contains(log.String(), "warning: the flows are cut in the order of their classes") {
		t.Errorf("no warning in\n%s", &log)
	}
}

// TestQueriesAreGrouped sees that no client and domain, and no domain of a tunnel, is in two parts.
func TestQueriesAreGrouped(t *testing.T) {
	j := small(t, "exfil-mlp", synth.KindQueries, train.Corrected, 4000)
	r := &queryRecords{job: &j}
	if err := r.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, err := catalog.NewQueries("exfil-mlp", (&training{run: &run{Job: j}, settings: j.Settings}).options())
	if err != nil {
		t.Fatal(err)
	}
	if r.tried != train.Grouped {
		t.Fatalf("split by %s", r.tried)
	}
	seen := map[string]part{}
	for p := range heldPart {
		if len(r.parts[p]) == 0 {
			t.Errorf("no %s part", partNames[p])
		}
		for _, i := range r.parts[p] {
			q := &r.queries[i]
			key := m.Domain(q.Name)
			if r.classes[i] == 0 {
				key = q.Client + " " + key
			}
			if other, ok := seen[key]; ok && other != p {
				t.Fatalf("%q is in %s and in %s", key, partNames[other], partNames[p])
			}
			seen[key] = p
		}
	}
}

func TestChosenInputs(t *testing.T) {
	j := small(t, "exfil-mlp", synth.KindQueries, train.Corrected, 2000)
	j.Settings.Epochs, j.Settings.Units, j.Settings.Features = 1, 16, "notebook98"
	res, err := Train(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if n := weights(res.Model); res.Model.Network().Input.Size() != 98 || n != 98*16+16+16*16+16+16+1 {
		t.Errorf("%d inputs, %d weights", res.Model.Network().Input.Size(), n)
	}
	j.Settings.Features = "letters"
	if _, err := Train(t.Context(), j); err == nil || !strings.Contains(err.Error(), "letters") {
		t.Errorf("unknown features: %v", err)
	}
}
