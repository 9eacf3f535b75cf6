package datasets

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// testFlow has the value v in its first feature, and its place in the list in the last; equal sums are given by the caller.
func testFlow(label string, sum uint64, v float32) Flow {
	f := Flow{Values: make([]float32, NumFlowFeatures), SourcePort: -1, DestinationPort: -1, Protocol: -1, Label: label, Sum: sum, File: "f.csv", Line: int(sum)}
	f.Values[0] = v
	return f
}

// flowRows iterates over flows in one buffer, as a reader does; one with the label "!reason" is a bad row.
func flowRows(list ...Flow) Flows {
	return func(yield func(Flow, error) bool) {
		buffer := make([]float32, NumFlowFeatures)
		for i, f := range list {
			if reason, ok := strings.CutPrefix(f.Label, "!"); ok {
				if !yield(Flow{}, &RowError{Pos: Pos{"f.csv", i + 1, 1}, Reason: Reason(reason)}) {
					return
				}
				continue
			}
			copy(buffer, f.Values)
			f.Values = buffer
			if !yield(f, nil) {
				return
			}
		}
	}
}

func collectFlows(t *testing.T, opt FlowOptions, list ...Flow) (*FlowSet, *FlowReport) {
	t.Helper()
	set, report, err := CollectFlows(context.Background(), opt, FlowInput{"f.csv", flowRows(list...)})
	if err != nil {
		t.Fatal(err)
	}
	return set, report
}

// flowList writes each flow as "label first-feature".
func flowList(s *FlowSet) (list []string) {
	for i := range s.Len() {
		list = append(list, fmt.Sprintf("%s %v", s.Family(i), s.Row(i)[0]))
	}
	return list
}

func TestCollectFlows(t *testing.T) {
	a := FlowInput{"a.csv", flowRows(testFlow(Benign, 1, 1), testFlow("DoS", 2, 2), testFlow("!bad number", 0, 0), testFlow(Benign, 1, 1), testFlow("Bot", 3, 3))}
	b := FlowInput{"b.csv", flowRows(testFlow("DoS", 2, 2), testFlow("!blank row", 0, 0), testFlow("!bad number", 0, 0), testFlow("!bad number", 0, 0), testFlow("DoS", 4, 2))}
	set, report, err := CollectFlows(context.Background(), FlowOptions{}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"benign 1", "DoS 2", "Bot 3", "DoS 2"}, flowList(set)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Bot", "DoS", Benign}, set.Families()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int32{2, 1, 0, 1}, set.Codes()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Count{{"Bot", 1}, {"DoS", 2}, {Benign, 1}}, set.Counts()); diff != "" {
		t.Error(diff)
	}
	const want = `a.csv: 5 rows, 1 equal to an earlier one in all columns, left out
  skipped 1: bad number (f.csv:3:1)
b.csv: 5 rows, 1 equal to an earlier one in all columns, left out
  skipped 2: bad number (f.csv:3:1, f.csv:4:1)
  skipped 1: blank row (f.csv:2:1)
flows: 4: 2 DoS, 1 Bot, 1 benign
`
	if diff := cmp.Diff(want, report.String()); diff != "" {
		t.Error(diff)
	}
	if report.Rows != 10 || report.Bad != 4 || report.Duplicates != 2 || report.Flows != 4 {
		t.Errorf("%+v", report)
	}
	all, report, err := CollectFlows(context.Background(), FlowOptions{Duplicates: true}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if all.Len() != 6 || !strings.Contains(report.String(), "a.csv: 5 rows, 1 equal to an earlier one in all columns, kept\n") {
		t.Errorf("%d flows are kept: %s", all.Len(), report)
	}
	_, report, err = CollectFlows(context.Background(), FlowOptions{}, a, FlowInput{"c.csv", flowRows(testFlow("Bot", 1, 1), testFlow(Benign, 2, 2), testFlow("Bot", 3, 3))})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), "\n2 of the equal flows have another label than the first of them\n") {
		t.Errorf("other labels: %s", report)
	}
	empty, report, err := CollectFlows(context.Background(), FlowOptions{})
	if err != nil || empty.Len() != 0 || empty.HasTimes() || report.String() != "flows: 0\n" {
		t.Errorf("of nothing: %d flows, %v: %s", empty.Len(), err, report)
	}
}

func TestCollectFlowsRefuses(t *testing.T) {
	good := testFlow(Benign, 1, 1)
	broken := errors.New("broken")
	for what, c := range map[string]struct {
		opt  FlowOptions
		in   Flows
		want error
		text string
	}{
		"no label":   {in: flowRows(good, testFlow("", 7, 1)), want: ErrUnlabelled, text: "f.csv:7:1: no labels: name the column with --label COLUMN, the label with FAMILY=SOURCE, or give the source as --benign"},
		"strict":     {opt: FlowOptions{Strict: true}, in: flowRows(good, testFlow("!bad number", 0, 0)), want: Reason("bad number"), text: "bad row: f.csv:2:1: bad number"},
		"unreadable": {in: func(yield func(Flow, error) bool) { yield(Flow{}, broken) }, want: broken, text: "broken"},
	} {
		_, _, err := CollectFlows(context.Background(), c.opt, FlowInput{"f.csv", c.in})
		if !errors.Is(err, c.want) || err.Error() != c.text {
			t.Errorf("%s: %v", what, err)
		}
	}
	set, report, err := CollectFlows(context.Background(), FlowOptions{Unlabelled: true}, FlowInput{"f.csv", flowRows(good, testFlow("", 7, 1))})
	if err != nil || set.Family(1) != "" || report.Sources[0].Unlabelled != 1 || !strings.HasSuffix(report.String(), "flows: 2: 1 unlabelled, 1 benign\n") {
		t.Errorf("unlabelled flows: %v, %s", err, report)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	if _, _, err := CollectFlows(ctx, FlowOptions{}, FlowInput{"f.csv", flowRows(good)}); !errors.Is(err, broken) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestFlowSetKeeps: a flow comes back as it went in, from any block.
func TestFlowSetKeeps(t *testing.T) {
	noon := time.Date(2017, 7, 7, 12, 0, 0, 0, time.UTC)
	list := make([]Flow, 2*blockFlows+3)
	for i := range list {
		f := testFlow([]string{Benign, "DoS", "Bot"}[i%3], uint64(i), float32(i))
		f.Values[NumFlowFeatures-1] = float32(math.Inf(1 - 2*(i%2)))
		f.Source, f.Destination = fmt.Sprint("10.0.0.", i%256), "10.0.0.1"
		f.SourcePort, f.DestinationPort, f.Protocol = i%65536, 443, 6
		if i%4 != 0 {
			f.Time = noon.Add(time.Duration(i) * time.Second)
		}
		list[i] = f
	}
	set, _ := collectFlows(t, FlowOptions{}, list...)
	if !set.HasTimes() || set.Len() != len(list) {
		t.Fatalf("%d flows", set.Len())
	}
	var got Flow
	for i := 0; i < len(list); i += 41 {
		want := list[i]
		set.Flow(i, &got)
		want.File, want.Line = "", 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("flow %d: %s", i, diff)
		}
	}
	if n := testing.AllocsPerRun(10, func() { set.Flow(5000, &got) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	part := set.Select([]int{8189, 2, 4096}).Select([]int{2, 0})
	if diff := cmp.Diff([]string{"DoS 4096", "Bot 8189"}, flowList(part)); diff != "" {
		t.Error(diff)
	}
	if &part.Row(0)[0] != &set.Row(4096)[0] {
		t.Error("a part has a copy of the flows")
	}
	if diff := cmp.Diff([]Count{{"Bot", 1}, {"DoS", 1}, {Benign, 0}}, part.Counts()); diff != "" {
		t.Error(diff)
	}
	if part.Time(0) != 0 || part.Time(1) != noon.Unix()+8189 {
		t.Errorf("times %d, %d", part.Time(0), part.Time(1))
	}
}

func TestMergeFlows(t *testing.T) {
	set, _ := collectFlows(t, FlowOptions{Unlabelled: true}, testFlow(Benign, 1, 1), testFlow("Bot", 2, 2), testFlow("XSS", 3, 3), testFlow("XSS", 4, 4),
		testFlow("DoS", 5, 5), testFlow("DoS", 6, 6), testFlow("DoS", 7, 7), testFlow("", 8, 8))
	merged, rare := set.MergeBelow(3, "other")
	if diff := cmp.Diff([]Count{{"XSS", 2}, {"Bot", 1}}, rare); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Count{{"", 1}, {"DoS", 3}, {Benign, 1}, {"other", 3}}, merged.Counts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"benign 1", "other 2", "other 3", "other 4", "DoS 5", "DoS 6", "DoS 7", " 8"}, flowList(merged)); diff != "" {
		t.Error(diff)
	}
	if same, rare := set.MergeBelow(1, "other"); same != set || rare != nil {
		t.Errorf("nothing to merge: %v", rare)
	}
	renamed := merged.Select([]int{0, 1, 4}).Rename(map[string]string{"DoS": "other", "other": "attack", "none": "x"})
	if diff := cmp.Diff([]string{"benign 1", "attack 2", "other 5"}, flowList(renamed)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Bot", "DoS", "XSS"}, set.Families()[1:4]); diff != "" {
		t.Errorf("the set itself has changed: %s", diff)
	}
}

func TestEqualRows(t *testing.T) {
	nan, zero := float32(math.NaN()), float32(0)
	set, _ := collectFlows(t, FlowOptions{}, testFlow(Benign, 1, zero), testFlow("DoS", 2, -zero), testFlow("DoS", 3, float32(math.Copysign(0, -1))),
		testFlow(Benign, 4, nan), testFlow(Benign, 5, math.Float32frombits(0x7fc00001)), testFlow("DoS", 6, 1), testFlow("DoS", 7, 2))
	set.Row(6)[1] = 9
	for _, c := range []struct {
		columns           []int
		equal, relabelled int
	}{
		{[]int{0}, 3, 2},
		{[]int{1}, 5, 3},
		{[]int{0, 1}, 3, 2},
		{nil, 6, 4},
	} {
		equal, relabelled := set.EqualRows(c.columns)
		if equal != c.equal || relabelled != c.relabelled {
			t.Errorf("columns %v: %d equal, %d with another label", c.columns, equal, relabelled)
		}
	}
}

// TestEqualRowsIsCounting compares with a map of texts.
func TestEqualRowsIsCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Flow
		first := map[string]string{}
		equal, relabelled := 0, 0
		for i, v := range rapid.SliceOfN(rapid.IntRange(0, 12), 0, 60).Draw(t, "values") {
			f := testFlow([]string{"a", "b"}[v%2*(i%2)], uint64(i), float32(v/4))
			f.Values[1] = float32(v % 2)
			list = append(list, f)
			key := fmt.Sprint(f.Values[:2])
			if label, ok := first[key]; !ok {
				first[key] = f.Label
			} else {
				equal++
				if label != f.Label {
					relabelled++
				}
			}
		}
		set, _, err := CollectFlows(context.Background(), FlowOptions{}, FlowInput{"f", flowRows(list...)})
		if err != nil {
			t.Fatal(err)
		}
		if e, r := set.EqualRows([]int{0, 1}); e != equal || r != relabelled {
			t.Fatalf("%d and %d, not %d and %d", e, r, equal, relabelled)
		}
	})
}

func TestSharedFlows(t *testing.T) {
	set, _ := collectFlows(t, FlowOptions{Duplicates: true}, testFlow(Benign, 1, 1), testFlow(Benign, 1, 1), testFlow("DoS", 2, 1), testFlow("DoS", 3, 1))
	a, b := set.Select([]int{0, 1, 2}), set.Select([]int{1, 0, 1, 3})
	if SharedFlows(a, b) != 1 || SharedFlows(b, a) != 1 || SharedFlows(set, set) != 3 || SharedFlows(a, set.Select(nil)) != 0 {
		t.Error("shared flows are not counted once each")
	}
}

func TestFlowsByTime(t *testing.T) {
	day, err := ParseDay("2017-07-05")
	if err != nil {
		t.Fatal(err)
	}
	var list []Flow
	for i := range 50 {
		f := testFlow([]string{Benign, "DoS"}[i%2], uint64(i), float32(i))
		if i >= 10 { // the first ten have no time
			f.Time = time.Unix(int64(day)*secondsPerDay+int64(i-30), 0)
		}
		list = append(list, f)
	}
	set, _ := collectFlows(t, FlowOptions{}, list...)
	s, err := FlowsByTime(set, day, DefaultFractions, 1)
	if err != nil {
		t.Fatal(err)
	}
	if s.Test[0] != 30 || len(s.Test) != 20 || len(s.Train) != 24 || len(s.Validation) != 6 {
		t.Errorf("%+v", s)
	}
	all := slices.Sorted(slices.Values(slices.Concat(s.Train, s.Validation, s.Test)))
	if !slices.IsSorted(s.Train) || len(slices.Compact(all)) != 50 {
		t.Errorf("%+v", s)
	}
	for what, c := range map[string]struct {
		set  *FlowSet
		day  int32
		f    Fractions
		want error
	}{
		"no times":    {set.Select([]int{0, 1}), day, DefaultFractions, ErrNoTimes},
		"all before":  {set, day + 1, DefaultFractions, ErrFlowsOneSided},
		"all after":   {set.Select([]int{40, 41}), day, DefaultFractions, ErrFlowsOneSided},
		"all to test": {set, day, Fractions{Test: 1}, ErrFractions},
	} {
		if _, err := FlowsByTime(c.set, c.day, c.f, 1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
