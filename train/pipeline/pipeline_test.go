package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets/synth"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/models/dgalstm"
	"threatnet/train"
	"threatnet/train/evaluate"
)

// corpus writes n names of each of a few families and some benign ones.
func corpus(t *testing.T, n int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("domain,family\n")
	for _, family := range []string{"conficker", "dyre", "ramdo"} {
		names, err := synth.Generate(family, 1, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text.WriteString(name + "," + family + "\n")
		}
	}
	for _, name := range synth.Popular()[:2*n] {
		text.WriteString(name + ",benign\n")
	}
	return write(t, "corpus.csv", text.String())
}

// corpusOf writes n benign names.
func corpusOf(t *testing.T, n int) string {
	t.Helper()
	return write(t, "benign.txt", strings.Join(synth.Popular()[:n], "\n")+"\n")
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func job(t *testing.T, mode, data string) Job {
	t.Helper()
	s, err := train.DefaultSettings(dgalstm.Kind, mode)
	if err != nil {
		t.Fatal(err)
	}
	s.Epochs, s.BatchSize, s.Warmup, s.MinNames = 3, 32, 4, 10
	return Job{Kind: dgalstm.Kind, Settings: s, Sources: Sources{Data: []string{data}}, Out: filepath.Join(t.TempDir(), "m.safetensors"), Log: t.Logf}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSameBytes sees that the checkpoint depends on neither cores, machine, output name nor the folder of the data.
func TestSameBytes(t *testing.T) {
	var want []byte
	for i, change := range []func(*Job){
		func(j *Job) { j.Workers = 1 }, func(j *Job) { j.Workers = 2 }, func(j *Job) { j.Settings.VM = "tape" },
		func(j *Job) { j.Out = filepath.Join(t.TempDir(), "other.safetensors") },
	} {
		j := job(t, train.Corrected, corpus(t, 60))
		change(&j)
		if _, err := Train(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		got := read(t, j.Out)
		if i == 0 {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("run %d gives another checkpoint", i)
		}
		if _, err := os.Stat(j.Out + ".resume"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s.resume is left", j.Out)
		}
	}
	for _, secret := range []string{os.TempDir(), "m.safetensors"} {
		if bytes.Contains(want, []byte(secret)) {
			t.Errorf("the checkpoint holds %q", secret)
		}
	}
}

func TestInterruptedAndResumed(t *testing.T) {
	data := corpus(t, 60)
	whole := job(t, train.Corrected, data)
	if _, err := Train(context.Background(), whole); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	part := job(t, train.Corrected, data)
	part.Hooks = []train.Hook{func(_ train.Event, s *train.State) error {
		if s.Step == 9 {
			cancel()
		}
		return nil
	}}
	if _, err := Train(ctx, part); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if _, err := os.Stat(part.Out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an interrupted run has written %s", part.Out)
	}
	rest := job(t, train.Corrected, data)
	rest.Resume = part.Out + ".resume"
	if _, err := Train(context.Background(), rest); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, whole.Out), read(t, rest.Out)) {
		t.Error("a resumed run gives another checkpoint")
	}
	if _, err := os.Stat(rest.Resume); !errors.Is(err, os.ErrNotExist) {
		t.Error("the resume file is left")
	}
}

func TestResumeRefusesOtherData(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	part := job(t, train.Corrected, corpus(t, 60))
	part.Hooks = []train.Hook{func(train.Event, *train.State) error { cancel(); return nil }}
	if _, err := Train(ctx, part); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	other := job(t, train.Corrected, corpus(t, 61))
	other.Resume = part.Out + ".resume"
	if _, err := Train(context.Background(), other); !errors.Is(err, train.ErrResume) {
		t.Errorf("other data: %v", err)
	}
}

// Labels that are given beside the data are data too.
func TestResumeRefusesOtherLabels(t *testing.T) {
	x, err := synth.Generate("ramdo", 1, 60)
	if err != nil {
		t.Fatal(err)
	}
	y, err := synth.Generate("dyre", 1, 60)
	if err != nil {
		t.Fatal(err)
	}
	a, b, benign := write(t, "a.txt", strings.Join(x, "\n")), write(t, "b.txt", strings.Join(y, "\n")), corpusOf(t, 60)
	of := func(first, second string) Job {
		j := job(t, train.Corrected, first+"="+a)
		j.Sources.Data, j.Sources.Benign = append(j.Sources.Data, second+"="+b), []string{benign}
		return j
	}
	ctx, cancel := context.WithCancel(context.Background())
	part := of("x", "y")
	part.Hooks = []train.Hook{func(train.Event, *train.State) error { cancel(); return nil }}
	if _, err := Train(ctx, part); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	for _, labels := range [][2]string{{"y", "x"}, {"x", "z"}} {
		other := of(labels[0], labels[1])
		other.Resume = part.Out + ".resume"
		if _, err := Train(context.Background(), other); !errors.Is(err, train.ErrResume) {
			t.Errorf("%v: %v", labels, err)
		}
	}
}

// What is merged or renamed for training is no other label, to the warning of names that are also trained on.
func TestOverlapByClasses(t *testing.T) {
	rare := "domain,family\naaaa.com,rare1\nbbbb.com,rare1\ncccc.com,rare1\ndddd.com,rare1\neeee.com,rare1\n"
	for _, mode := range []string{train.Corrected, train.Parity} {
		var log strings.Builder
		j := job(t, mode, corpus(t, 60))
		j.Settings.Epochs, j.Settings.Rename = 1, map[string]string{"ramdo": "other name"}
		j.Sources.Data = append(j.Sources.Data, write(t, "rare.csv", rare))
		j.Sources.Test = j.Sources.Data
		j.Log = func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }
		if _, err := Train(context.Background(), j); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "also trained on, 0 of them with another label") {
			t.Errorf("%s mode:\n%s", mode, &log)
		}
	}
}

// A checkpoint is evaluated on families as they were renamed for training; those that it does not know are told apart.
func TestLabelledNames(t *testing.T) {
	var log strings.Builder
	j := job(t, train.Corrected, corpus(t, 60))
	j.Settings.Epochs, j.Settings.Rename = 1, map[string]string{"ramdo": "other name"}
	if _, err := Train(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	m, f, err := catalog.Open(j.Out)
	if err != nil {
		t.Fatal(err)
	}
	j.Sources.Data = append(j.Sources.Data, write(t, "new.csv", "domain,family\nqqzzkk.com,brand new\nwwvvxx.com,brand new\n"))
	j.Log = func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }
	records, err := Labelled(t.Context(), m, f.Meta, j.Sources, j.Log)
	if err != nil {
		t.Fatal(err)
	}
	res, err := evaluate.Run(m, records, 2)
	if err != nil {
		t.Fatal(err)
	}
	report, err := res.Report()
	if err != nil {
		t.Fatal(err)
	}
	support := map[string]float64{}
	for _, c := range report.Rows {
		support[c.Name] = c.Support
	}
	if len(res.True) != 5*60 || support["other name"] != 60 {
		t.Errorf("%d rows, support %v", len(res.True), support)
	}
	if fs := records.FamilyFigures(res, 0, 2).String(); fs != "unknown_brand_new_names 2\nunknown_brand_new_flagged 1.000000\n" {
		t.Errorf("figures %s", fs)
	}
	if !strings.Contains(log.String(), "warning: 2 names are of families that are no class of this model, and in the figures unknown_ alone: brand new (2)") {
		t.Errorf("log\n%s", &log)
	}
}

func TestNamedSources(t *testing.T) {
	data := corpus(t, 60)
	held := write(t, "held.csv", "domain,family\n"+"wikipedia.org,benign\nqgasocuiwcymao.info,ramdo\nunheard-of.example,benign\n")
	var log strings.Builder
	j := job(t, train.Corrected, data)
	j.Sources.Validation, j.Sources.Test = []string{held}, []string{held}
	j.Log = func(format string, args ...any) { t.Logf(format, args...); log.WriteString(format + "\n") }
	res, err := Train(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(res.Test.True); n != 3 {
		t.Errorf("tested on %d names, want the 3 of the source", n)
	}
	if !strings.Contains(log.String(), "are also trained on") {
		t.Error("the overlap is not reported")
	}
	roles := map[string]int{}
	for _, s := range res.File.Meta.Provenance.Sources {
		roles[s.Role]++
	}
	if roles["data"] != 1 || roles["validation"] != 1 {
		t.Errorf("provenance has %v", roles)
	}
}

func TestParityMode(t *testing.T) {
	j := job(t, train.Parity, corpus(t, 60))
	j.Settings.Epochs = 1
	j.Sources.Data = append(j.Sources.Data, write(t, "rare.csv", "domain,family\naaaa.com,rare1\nbbbb.com,rare1\ncccc.com,rare2\ndddd.com,rare2\n"))
	res, err := Train(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	f, err := checkpoint.Open(j.Out)
	if err != nil {
		t.Fatal(err)
	}
	// Five families and nonDGA before merging, four classes and mergedDGA after: one output stays unused.
	want := "conficker dyre mergedDGA nonDGA ramdo unused 1"
	if got := strings.Join(f.Meta.Labels, " "); got != want {
		t.Errorf("labels are %q, want %q", got, want)
	}
	if v := f.Meta.Thresholds[Verdict]; v != 0.5 {
		t.Errorf("threshold is %v, want .5", v)
	}
	if res.Validation != nil || len(res.Test.True) != (5*60+4+4)/5 {
		t.Errorf("tested on %d names, and chosen on %v", len(res.Test.True), res.Validation)
	}
}

func TestBinary(t *testing.T) {
	j := job(t, train.Corrected, corpus(t, 60))
	j.Settings.Binary = true
	res, err := Train(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(res.File.Meta.Labels, " "); got != "benign dga" || res.Model.Network().Output() != 1 {
		t.Errorf("labels are %q, %d outputs", got, res.Model.Network().Output())
	}
}

func TestRefusedData(t *testing.T) {
	for what, text := range map[string]string{
		"one class":        "domain,family\n" + strings.Repeat("x", 5) + ".com,ramdo\nyyyyy.com,ramdo\nzzzzz.com,ramdo\n",
		"one name merged":  "domain,family\na1.com,benign\na2.com,benign\na3.com,benign\na4.com,benign\nbbbb.com,rare\n",
		"two names merged": "domain,family\na1.com,benign\na2.com,benign\na3.com,benign\na4.com,benign\nbbbb.com,rare\ncccc.com,rare\n",
	} {
		j := job(t, train.Corrected, write(t, "bad.csv", text))
		if _, err := Train(context.Background(), j); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error is %v", what, err)
		}
	}
	j := job(t, train.Corrected, corpus(t, 20))
	j.Out = filepath.Join(t.TempDir(), "no such folder", "m.safetensors")
	if _, err := Train(context.Background(), j); err == nil {
		t.Error("an output in a folder that does not exist is taken")
	}
}
