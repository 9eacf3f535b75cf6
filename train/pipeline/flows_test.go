package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/datasets/synth"
	"threatnet/models/checkpoint"
	"threatnet/models/flowlstm"
	"threatnet/train"
)

// flowText are n synthetic flows as lines, the header first.
func flowText(t *testing.T, n int) []string {
	t.Helper()
	var text bytes.Buffer
	if err := synth.WriteFlows(&text, 1, n); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
}

// flowJob trains for an epoch on lines, and logs to the builder.
func flowJob(t *testing.T, mode string, lines []string, log *strings.Builder) Job {
	t.Helper()
	s, err := train.DefaultSettings(flowlstm.Kind, mode)
	if err != nil {
		t.Fatal(err)
	}
	s.Epochs, s.Warmup = 1, 2
	return Job{
		Kind: flowlstm.Kind, Settings: s, Sources: Sources{Data: []string{write(t, "flows.csv", strings.Join(lines, "\n")+"\n")}},
		Log: func(format string, args ...any) { fmt.Fprintf(log, format+"\n", args...) },
	}
}

// only keeps the header and the lines that are to be kept.
func only(lines []string, keep func(line string) bool) []string {
	return append(lines[:1:1], slices.DeleteFunc(slices.Clone(lines[1:]), func(line string) bool { return !keep(line) })...)
}

func isBenign(line string) bool { return strings.HasSuffix(line, ",BENIGN") }

func TestFlowsOfOneClass(t *testing.T) {
	lines := flowText(t, 60)
	attacks := only(lines, func(line string) bool { return !isBenign(line) })
	for want, lines := range map[string][]string{
		"all 50 flows are benign: add flows of attacks":        only(lines, isBenign),
		"none of the 10 flows is benign: add some":             attacks,
		"there are no flows":                                   lines[:1],
		"1 benign flows and 10 of attacks: each class needs 3": append(attacks, only(lines, isBenign)[1]),
	} {
		var log strings.Builder
		_, err := Train(t.Context(), flowJob(t, train.Corrected, lines, &log))
		if !errors.Is(err, ErrSmallClass) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

func TestFlowsInTheOrderOfClasses(t *testing.T) {
	lines := flowText(t, 300)
	var log strings.Builder
	j := flowJob(t, train.Parity, lines, &log)
	j.Settings.MaxBenign, j.Settings.MaxPerFamily = 60, 30
	res, err := Train(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if res.Tested != "test" || slices.Contains(res.Test.True, 0) || res.Validation != nil {
		t.Errorf("%s has benign flows, or some are chosen on", res.Tested)
	}
	for _, line := range []string{"of benign, 60 are taken\n", "warning: the flows are cut in the order of their classes"} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log does not say %q:\n%s", line, &log)
		}
	}
	j.Settings.MaxBenign, j.Settings.MaxPerFamily = 0, 10
	if _, err := Train(t.Context(), j); !errors.Is(err, ErrSmallClass) || !strings.Contains(err.Error(), "have no attack: take fewer benign ones (--max-benign)") {
		t.Errorf("nothing but benign flows to train on: %v", err)
	}
}

// TestLimitedFlows: those that are taken are the same whatever their order, and a larger limit only adds to them. Of flows
// that are cut in the order of their classes it is the first that are taken.
func TestLimitedFlows(t *testing.T) {
	lines := flowText(t, 200)
	backwards := append(slices.Clone(lines[1:]), lines[0])
	slices.Reverse(backwards)
	taken := func(lines []string, s train.Settings) (sums []uint64, sampled []datasets.Sampled) {
		var log strings.Builder
		j := flowJob(t, train.Corrected, lines, &log)
		all, err := openFlows(j.Sources.Data, "data", &j.Sources, j.Log)
		if err != nil {
			t.Fatal(err)
		}
		set, _, _, err := readFlows(t.Context(), all, datasets.FlowOptions{}, j.Log)
		if err != nil {
			t.Fatal(err)
		}
		set, sampled = limitFlows(set, &s)
		var f datasets.Flow
		for i := range set.Len() {
			set.Flow(i, &f)
			sums = append(sums, f.Sum)
		}
		return sums, sampled
	}
	s := train.Settings{MaxBenign: 20, MaxPerFamily: 5, Seed: 3}
	few, sampled := taken(lines, s)
	again, _ := taken(backwards, s)
	slices.Reverse(again)
	if !slices.Equal(few, again) {
		t.Error("another order gives other flows")
	}
	if len(few) != 20+4*5 || len(sampled) != 5 || sampled[0].Family != datasets.Benign || sampled[0].Taken != 20 {
		t.Errorf("%d flows are taken: %+v", len(few), sampled)
	}
	s.MaxBenign, s.MaxPerFamily = 40, 6
	more, _ := taken(lines, s)
	for _, sum := range few {
		if !slices.Contains(more, sum) {
			t.Error("a larger limit leaves flows out")
		}
	}
	all, _ := taken(lines, train.Settings{})
	s.Split, s.MaxPerFamily = train.ByClass, 0
	first, _ := taken(only(lines, isBenign), s)
	var want []uint64
	for i, line := range lines[1:] {
		if isBenign(line) && len(want) < 40 {
			want = append(want, all[i])
		}
	}
	if !slices.Equal(first, want) {
		t.Error("not the first 40 benign flows are taken")
	}
}

func TestFlowSettings(t *testing.T) {
	lines := flowText(t, 60)
	for want, change := range map[string]func(*train.Settings){
		"drop-below and max-families are for names":            func(s *train.Settings) { s.MaxFamilies = 2 },
		"identity: no flow to train on has a destination_port": func(s *train.Settings) { s.Identity = []string{"destination_port"} },
		`identity: no column that identifies a flow: "colour"`: func(s *train.Settings) { s.Identity = []string{"colour"} },
		`flows are not split by "grouped"`:                     func(s *train.Settings) { s.Split = train.Grouped },
	} {
		var log strings.Builder
		j := flowJob(t, train.Corrected, lines, &log)
		change(&j.Settings)
		if _, err := Train(t.Context(), j); !errors.Is(err, train.ErrSettings) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// TestMissingFeatures: features of which a source has no value are named, in training and in evaluation.
func TestMissingFeatures(t *testing.T) {
	lines := flowText(t, 60)
	for i, line := range lines { // without the last feature
		fields := strings.Split(line, ",")
		lines[i] = strings.Join(append(fields[:75:75], fields[76]), ",")
	}
	var log strings.Builder
	res, err := Train(t.Context(), flowJob(t, train.Corrected, lines, &log))
	if err != nil {
		t.Fatal(err)
	}
	j := flowJob(t, train.Corrected, lines, &log)
	if _, err := Labelled(t.Context(), res.Model, checkpoint.Meta{}, j.Sources, j.Log); err != nil {
		t.Fatal(err)
	}
	const want = "flows.csv: no flow has a value of 1 of the 76 features: idle_min\n"
	if n := strings.Count(log.String(), want); n != 2 {
		t.Errorf("%d times %q in\n%s", n, want, &log)
	}
}

func TestTextsThatAreNoFlows(t *testing.T) {
	var log strings.Builder
	j := flowJob(t, train.Corrected, []string{"a,b,label", "1,2,BENIGN"}, &log)
	_, err := Train(t.Context(), j)
	if !errors.Is(err, source.ErrUnrecognised) || !strings.Contains(err.Error(), "the names of at least 10 of CICFlowMeter's 76 features") {
		t.Error(err)
	}
}

// TestFlowsByDay trains on flows before a day and tests on those from then on, some of a type that was not there before.
func TestFlowsByDay(t *testing.T) {
	lines := flowText(t, 300)
	lines[0] = "Timestamp," + lines[0]
	later := 0
	for i, line := range lines[1:] {
		day := 3 + i%5
		if strings.HasSuffix(line, "PortScan") {
			day = 7
		}
		if day == 7 {
			later++
		}
		lines[i+1] = fmt.Sprintf("%d/7/2017 %d:%02d,%s", day, 8+i%5, i%60, line)
	}
	var log strings.Builder
	j := flowJob(t, train.Corrected, lines, &log)
	j.Settings.TestFrom = "2017-07-07"
	res, err := Train(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Test.True) != later {
		t.Errorf("tested on %d flows, want %d", len(res.Test.True), later)
	}
	if !slices.ContainsFunc(res.Families, func(f Family) bool { return f.Name == "PortScan" && f.Records > 10 }) {
		t.Errorf("%+v", res.Families)
	}
}
