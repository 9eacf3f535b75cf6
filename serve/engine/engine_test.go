package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/serve/engine"
	"threatnet/serve/records"
	"threatnet/serve/servetest"
)

var names = []string{"example.com", "XJPakmdcfuqe.ru", "a", "bücher.example", strings.Repeat("ab", 30) + ".net", "q7w-x9z.example"}

func load(t testing.TB, o engine.Options, kinds ...string) (*engine.Engine, string) {
	t.Helper()
	e, dir := engine.New(o), t.TempDir()
	for _, kind := range kinds {
		path := filepath.Join(dir, kind+".safetensors")
		servetest.Save(t, path, servetest.Model(t, kind))
		if err := e.Load(path); err != nil {
			t.Fatal(err)
		}
	}
	return e, dir
}

func newest(t testing.TB, e *engine.Engine, name string) *engine.Model {
	t.Helper()
	m, err := e.Model(name, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The answers are those of the command line's way through the same model.
func TestNamesAreJudgedAsByTheScorer(t *testing.T) {
	for _, kind := range []string{"dga-lstm", "dga-mlp"} {
		for _, cache := range []int{0, 3, 100} {
			e, _ := load(t, engine.Options{Cache: cache, BatchRows: 4, Top: 2}, kind)
			model := servetest.Model(t, kind).(models.Names)
			scorer := models.NewScorer(model, engine.DefaultThreshold)
			scorer.Top = 2
			for round := range 2 {
				got, err := newest(t, e, "").JudgeNames(t.Context(), names)
				if err != nil {
					t.Fatal(err)
				}
				for i, raw := range names {
					name, err := datasets.Normalize(raw)
					if err != nil {
						t.Fatal(err)
					}
					want := scorer.Judge(1, func(_ int, tokens []int32, values []float32) {
						model.Encode(models.InForm(model, name), tokens, values)
					}, 1)[0]
					if d := cmp.Diff(want, got[i].Verdict); d != "" {
						t.Errorf("%s, cache %d, round %d, %s: %s", kind, cache, round, raw, d)
					}
					if got[i].Label != model.Classes()[got[i].Class] || len(got[i].Probabilities) != len(model.Classes()) {
						t.Errorf("%s: class %d of %v", raw, got[i].Class, got[i].Probabilities)
					}
				}
			}
		}
	}
}

func TestNoNames(t *testing.T) {
	e, _ := load(t, engine.Options{}, "dga-lstm")
	got, err := newest(t, e, "").JudgeNames(t.Context(), []string{"", "example.com", strings.Repeat("a", 100_000), "192.0.2.1", "\xff.com"})
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, a := range got {
		errs = append(errs, a.Err)
	}
	want := []error{datasets.EmptyName, nil, datasets.NameTooLong, datasets.IPAddress, datasets.InvalidUTF8}
	if d := cmp.Diff(want, errs, cmp.Comparer(errors.Is)); d != "" {
		t.Error(d)
	}
	if got, err := newest(t, e, "").JudgeNames(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no names: %v, %v", got, err)
	}
}

// Windows are of one call alone, and a stream's of all its parts.
func TestQueries(t *testing.T) {
	e, _ := load(t, engine.Options{}, "exfil-mlp")
	m := newest(t, e, "")
	var qs []datasets.Query
	for i := range 30 {
		qs = append(qs, datasets.Query{Client: "10.0.0.1", Name: fmt.Sprintf("%x.t.example.org", i*i*7919), Time: time.Unix(int64(i), 0)})
	}
	whole, err := m.JudgeQueries(t.Context(), qs)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.JudgeQueries(t.Context(), qs)
	if err != nil {
		t.Fatal(err)
	}
	stream := m.NewQueryStream(0)
	var parts []engine.Answer
	for lo := 0; lo < len(qs); lo += 7 {
		part := qs[lo:min(lo+7, len(qs))]
		answers, err := stream.Judge(t.Context(), part, stream.Features(part))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, answers...)
	}
	if d := cmp.Diff(whole, again); d != "" {
		t.Error("the second call knows of the first: " + d)
	}
	if d := cmp.Diff(whole, parts); d != "" {
		t.Error("stream: " + d)
	}
	if whole[0].Probability == whole[29].Probability {
		t.Error("the window changes nothing")
	}
}

func TestFlowsAndRows(t *testing.T) {
	e, _ := load(t, engine.Options{BatchRows: 2}, "flow-lstm")
	m := newest(t, e, "")
	var fs []datasets.Flow
	cols, tokens := m.Inputs()
	if !tokens {
		t.Fatal("no tokens")
	}
	encoded := make([]int32, 5*cols)
	model := servetest.Model(t, "flow-lstm").(models.Flows)
	for i := range 5 {
		f, err := records.Flow(servetest.FlowFields(i))
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, f)
		model.Encode(&f, encoded[i*cols:][:cols], nil)
	}
	flows, err := m.JudgeFlows(t.Context(), fs)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := m.JudgeRows(t.Context(), 5, encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(flows, rows); d != "" {
		t.Error(d)
	}
	encoded[cols+1] = 1 << 20
	var wrong *engine.InputError
	if _, err := m.JudgeRows(t.Context(), 5, encoded, nil); !errors.As(err, &wrong) || wrong.Row != 1 || wrong.Col != 1 {
		t.Errorf("a wrong token: %v", err)
	}
}

func TestErrors(t *testing.T) {
	e, _ := load(t, engine.Options{}, "dga-lstm", "exfil-mlp")
	for _, c := range []struct{ name, version string }{{"nope", ""}, {"dga-lstm", "2"}, {"dga-lstm", "x"}, {"", "0"}} {
		if _, err := e.Model(c.name, c.version); !errors.Is(err, engine.ErrUnknownModel) {
			t.Errorf("%v: %v", c, err)
		}
	}
	if m, err := e.Model("", "1"); err != nil || m.Name != "dga-lstm" {
		t.Errorf("the first model: %v, %v", m, err)
	}
	if _, err := newest(t, e, "exfil-mlp").JudgeNames(t.Context(), names); !errors.Is(err, engine.ErrRecords) {
		t.Errorf("names for a model of queries: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newest(t, e, "").JudgeNames(ctx, names); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	if _, err := engine.New(engine.Options{}).Model("", ""); !errors.Is(err, engine.ErrUnknownModel) {
		t.Errorf("no models: %v", err)
	}
}

func TestThresholds(t *testing.T) {
	half := 0.25
	e, dir := load(t, engine.Options{Threshold: &half, Thresholds: map[string]float64{"dga-mlp": 0.75}}, "dga-mlp")
	path := filepath.Join(dir, "other.safetensors")
	servetest.Save(t, path, servetest.Model(t, "dga-mlp"))
	if err := e.Load(path); err != nil {
		t.Fatal(err)
	}
	if a, b := newest(t, e, "dga-mlp").Threshold, newest(t, e, "other").Threshold; a != 0.75 || b != half {
		t.Errorf("thresholds %v and %v", a, b)
	}
	err := engine.New(engine.Options{Thresholds: map[string]float64{"nope": 0.75}}).Load(path)
	if !errors.Is(err, engine.ErrUnknownModel) {
		t.Errorf("a threshold for no model: %v", err)
	}
}

// Calls of many goroutines get what each would get alone.
func TestBatching(t *testing.T) {
	for _, o := range []engine.Options{{BatchRows: 8}, {BatchRows: 8, Threads: 3, Cache: 5}, {BatchWait: -1}, {BatchWait: time.Second}} {
		e, _ := load(t, o, "dga-lstm")
		alone, _ := load(t, engine.Options{Threads: 1}, "dga-lstm")
		m, want := newest(t, e, ""), map[string]models.Verdict{}
		for i := range 200 {
			name := fmt.Sprintf("name-%d.example", i)
			as, err := newest(t, alone, "").JudgeNames(t.Context(), []string{name})
			if err != nil {
				t.Fatal(err)
			}
			want[name] = as[0].Verdict
		}
		var wg sync.WaitGroup
		for w := range 16 {
			wg.Go(func() {
				for i := range 50 {
					var list []string
					for j := range 1 + (i+w)%11 {
						list = append(list, fmt.Sprintf("name-%d.example", (i*w+j)%200))
					}
					as, err := m.JudgeNames(t.Context(), list)
					if err != nil {
						t.Error(err)
						return
					}
					for j, a := range as {
						if d := cmp.Diff(want[list[j]], a.Verdict); d != "" {
							t.Errorf("%s: %s", list[j], d)
						}
					}
				}
			})
		}
		wg.Wait()
		if n := e.Queued(); n != 0 {
			t.Errorf("%d rows are left waiting", n)
		}
	}
}

func TestAllowedAndBlocked(t *testing.T) {
	rules := engine.NewRules()
	for rule, list := range map[string]string{engine.RuleAllow: ".example.com\n", engine.RuleBlock: "example.com\nbad.example\n"} {
		if err := rules.Read(rule, strings.NewReader(list)); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := load(t, engine.Options{Rules: rules}, "dga-lstm", "exfil-mlp")
	m := newest(t, e, "dga-lstm")
	got, err := m.JudgeNames(t.Context(), []string{"www.example.com", "Bad.example", "other.example"})
	if err != nil {
		t.Fatal(err)
	}
	if a := got[0]; a.Rule != engine.RuleAllow || a.Verdict.Verdict != models.Benign || a.Probability != 0 || a.Label != datasets.Benign || a.Probabilities[m.Benign()] != 1 {
		t.Errorf("allowed: %+v", a)
	}
	if a := got[1]; a.Rule != engine.RuleBlock || a.Verdict.Verdict != models.Malicious || a.Probability != 1 || a.Class == m.Benign() || a.Label != m.Classes()[a.Class] {
		t.Errorf("blocked: %+v", a)
	}
	if got[2].Rule != "" {
		t.Errorf("neither: %+v", got[2])
	}
	q, err := newest(t, e, "exfil-mlp").JudgeQueries(t.Context(), []datasets.Query{{Name: "A.EXAMPLE.com."}, {Name: "bad.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if q[0].Rule != engine.RuleAllow || q[1].Rule != engine.RuleBlock || q[1].Label != models.Exfiltration {
		t.Errorf("queries: %+v", q)
	}
	utf8 := engine.NewRules()
	if err := errors.Join(utf8.Read(engine.RuleAllow, strings.NewReader(".bücher.example\n")), utf8.Read(engine.RuleBlock, strings.NewReader("évil.example\n"))); err != nil {
		t.Fatal(err)
	}
	e.SetRules(utf8)
	q, err = newest(t, e, "exfil-mlp").JudgeQueries(t.Context(), []datasets.Query{{Name: "\xff.BÜCHER.example"}, {Name: "évil.example."}, {Name: "xn--vil-9la.example"}})
	if err != nil || q[0].Rule != engine.RuleAllow || q[1].Rule != engine.RuleBlock || q[2].Rule != engine.RuleBlock {
		t.Errorf("queries in UTF-8: %+v, %v", q, err)
	}
	e.SetRules(nil)
	if got, err := m.JudgeNames(t.Context(), []string{"www.example.com"}); err != nil || got[0].Rule != "" {
		t.Errorf("after the lists are gone: %+v, %v", got, err)
	}
}

// observer remembers what it is told.
type observer struct {
	loaded chan *engine.Model
	mu     sync.Mutex
	said   []string
}

// A probe is what the network says, whatever the lists and the verdicts that are remembered.
func TestProbe(t *testing.T) {
	rules := engine.NewRules()
	if err := errors.Join(rules.Read(engine.RuleAllow, strings.NewReader("example.com\n")), rules.Read(engine.RuleBlock, strings.NewReader(".ru\n"))); err != nil {
		t.Fatal(err)
	}
	seen := &counts{}
	e, _ := load(t, engine.Options{Rules: rules, Cache: 10, Observer: seen}, "dga-lstm", "exfil-mlp")
	plain, _ := load(t, engine.Options{}, "dga-lstm")
	given := slices.Concat(names, []string{"no name"})
	want, err := newest(t, plain, "").JudgeNames(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := newest(t, e, "").Probe(t.Context(), given)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) })); d != "" {
			t.Error(d)
		}
	}
	if n := seen.n.Load(); n != 0 {
		t.Errorf("the observer was told of %d verdicts and looks into the cache", n)
	}
	if _, err := newest(t, e, "exfil-mlp").Probe(t.Context(), given); !errors.Is(err, engine.ErrRecords) {
		t.Error(err)
	}
}

// counts counts what an observer is told of names.
type counts struct {
	observer
	n atomic.Int64
}

func (c *counts) Cached(*engine.Model, int, int)        { c.n.Add(1) }
func (c *counts) Judged(*engine.Model, []engine.Answer) { c.n.Add(1) }

func (o *observer) say(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, fmt.Sprintf(format, args...))
}

func (o *observer) Loaded(m *engine.Model) {
	o.say("loaded %s %d", m.Name, m.Version)
	if o.loaded != nil {
		o.loaded <- m
	}
}

func (o *observer) Retired(m *engine.Model) { o.say("retired %s %d", m.Name, m.Version) }

func (o *observer) Refused(name string)                                    { o.say("refused %s", name) }
func (o *observer) Batch(*engine.Model, int, time.Duration, time.Duration) {}
func (o *observer) Cached(*engine.Model, int, int)                         {}
func (o *observer) Judged(*engine.Model, []engine.Answer)                  {}

// variant is a model of names that answers otherwise than another variant.
func variant(t testing.TB, path string, threshold float64) {
	t.Helper()
	f, err := models.Checkpoint(servetest.Model(t, "dga-mlp"))
	if err != nil {
		t.Fatal(err)
	}
	f.Meta.Thresholds = map[string]float64{"verdict": threshold}
	if err := checkpoint.Save(path, f); err != nil {
		t.Fatal(err)
	}
}

func TestReload(t *testing.T) {
	seen := &observer{}
	e, dir := engine.New(engine.Options{Observer: seen}), t.TempDir()
	path := filepath.Join(dir, "a.safetensors")
	variant(t, path, 0.1)
	if err := e.Load(dir); err != nil {
		t.Fatal(err)
	}
	reload := func() error { return e.Reload(t.Context()) }
	if err := reload(); err != nil { // nothing has changed
		t.Fatal(err)
	}
	variant(t, path, 0.2)
	variant(t, filepath.Join(dir, "b.safetensors"), 0.5)
	if err := reload(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := reload(); !errors.Is(err, checkpoint.ErrTruncated) && !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("a broken file: %v", err)
		}
	}
	if m := newest(t, e, "a"); m.Version != 2 || m.Threshold != 0.2 {
		t.Errorf("version %d, threshold %v after a broken file", m.Version, m.Threshold)
	}
	if m, err := e.Model("a", "1"); err != nil || m.Threshold != 0.1 {
		t.Errorf("the version before: %v", err)
	}
	variant(t, path, 0.3)
	if err := reload(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := reload(); err != nil {
		t.Errorf("a file that is gone: %v", err)
	}
	if m := newest(t, e, "a"); m.Version != 3 {
		t.Errorf("version %d", m.Version)
	}
	if _, err := e.Model("a", "1"); !errors.Is(err, engine.ErrUnknownModel) {
		t.Errorf("version 1 is kept: %v", err)
	}
	want := []string{"loaded a 1", "loaded a 2", "loaded b 1", "refused a", "refused a", "loaded a 3", "retired a 1"}
	if d := cmp.Diff(want, seen.said); d != "" {
		t.Error(d)
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.safetensors"), filepath.Join(dir, "a.old")
	variant(t, path, 0.1)
	variant(t, other, 0.1)
	e := engine.New(engine.Options{})
	if err := e.Load(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := e.Load(t.TempDir()); !errors.Is(err, engine.ErrNoCheckpoints) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := e.Load(path, other); err == nil || !strings.Contains(err.Error(), `both be the model "a"`) {
		t.Errorf("two files of one name: %v", err)
	}
	if ms := e.Models(); len(ms) != 1 || ms[0].Name != "a" {
		t.Errorf("models %v", ms)
	}
}

// Watching finds what has changed, and no call is lost while versions change.
func TestNoCallIsLostWhileVersionsChange(t *testing.T) {
	seen := &observer{loaded: make(chan *engine.Model, 1)}
	e, dir := engine.New(engine.Options{Observer: seen, Cache: 10}), t.TempDir()
	path := filepath.Join(dir, "a.safetensors")
	variant(t, path, 0)
	if err := e.Load(path); err != nil {
		t.Fatal(err)
	}
	<-seen.loaded
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { e.Watch(ctx, time.Millisecond) })
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				m, err := e.Model("a", "")
				if err != nil {
					t.Error(err)
					return
				}
				as, err := m.JudgeNames(context.Background(), []string{"example.com", "x.example"})
				if err != nil || len(as) != 2 {
					t.Errorf("%v, %v", as, err)
					return
				}
				// Thresholds are above any probability from version 2 on.
				if want := map[bool]string{true: models.Malicious, false: models.Benign}[m.Version == 1]; as[0].Verdict.Verdict != want {
					t.Errorf("version %d says %s", m.Version, as[0].Verdict.Verdict)
				}
			}
		})
	}
	for i := range 5 {
		variant(t, path, 1.5+float64(i))
		if m := <-seen.loaded; m.Threshold < 1 {
			t.Errorf("threshold %v", m.Threshold)
		}
	}
	cancel()
	wg.Wait()
}
