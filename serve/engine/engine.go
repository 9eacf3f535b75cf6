package engine

import (
	"cmp"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how an engine works. The zero values of numbers mean the defaults.
type Options struct {
	Threads int // cores that networks use at a time, by default all
	Top     int // classes that an answer lists, by default 3

	// BatchWait is how long a call may wait for others to go through the network with it, by default 1 ms. It waits only
	// while others that are ready to run keep coming: a call that is alone goes at once. Below 0, no call waits.
	BatchWait time.Duration
	BatchRows int // rows that go through a network together, by default 1024

	Cache    int // verdicts of names that are remembered for each version of a model; 0 for none
	Versions int // of a model that are kept, the newest ones, by default 2

	Threshold  *float64           // from which a verdict is malicious, instead of the checkpoints' own
	Thresholds map[string]float64 // the same by the name of a model, which goes before
	Rules      *Rules             // lists of names; nil for none

	Log      *slog.Logger // nil for none
	Observer Observer     // nil for none
}

// Observer is told what an engine does. Its methods are called by many goroutines.
type Observer interface {
	// Loaded is called when a version of a model takes over, before any call but its warming goes to it.
	Loaded(m *Model)
	// Retired is called when a version is no longer kept. Calls that have begun with it may still end.
	Retired(m *Model)
	// Refused is called when a file could not be loaded and the version before it stays.
	Refused(model string)
	// Batch is called for rows that went through a network together: how long they waited for it, and how long it took.
	Batch(m *Model, rows int, wait, predict time.Duration)
	// Cached is called for names that were looked up among the remembered verdicts.
	Cached(m *Model, hits, misses int)
	// Judged is called with the answers of each call.
	Judged(m *Model, answers []Answer)
}

// Engine holds models.
type Engine struct {
	opt    Options
	rules  atomic.Pointer[Rules]
	models atomic.Pointer[collection]
	queued atomic.Int64

	loading sync.Mutex // held while files are looked at; guards what follows
	files   []*file
	folders []string
}

// New makes an engine without models.
func New(o Options) *Engine {
	o.Threads = cmp.Or(o.Threads, runtime.GOMAXPROCS(0))
	o.Top = cmp.Or(o.Top, 3)
	o.BatchWait = cmp.Or(o.BatchWait, time.Millisecond)
	o.BatchRows = cmp.Or(o.BatchRows, 1024)
	o.Versions = cmp.Or(o.Versions, 2)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observer == nil {
		o.Observer = silent{}
	}
	e := &Engine{opt: o}
	e.rules.Store(o.Rules)
	e.models.Store(&collection{})
	return e
}

// SetRules replaces the lists of names.
func (e *Engine) SetRules(r *Rules) { e.rules.Store(r) }

// Queued is the number of rows that wait for a network.
func (e *Engine) Queued() int { return int(e.queued.Load()) }

// Models gives the newest version of each model, in the order in which they were named.
func (e *Engine) Models() []*Model {
	c := e.models.Load()
	ms := make([]*Model, len(c.versions))
	for i, v := range c.versions {
		ms[i] = v[0]
	}
	return ms
}

// Versions gives the versions of a model that are kept, the newest first; none for an unknown model.
func (e *Engine) Versions(name string) []*Model { return e.models.Load().named(name) }

// Model finds a model by its name, "" for the first one, and a version, "" for the newest. The error wraps
// [ErrUnknownModel].
func (e *Engine) Model(name, version string) (*Model, error) {
	c := e.models.Load()
	vs := c.named(name)
	switch {
	case vs == nil && name == "":
		return nil, fmt.Errorf("%w: there are no models", ErrUnknownModel)
	case vs == nil:
		return nil, fmt.Errorf("%w %.100q", ErrUnknownModel, name)
	case version == "":
		return vs[0], nil
	}
	n, err := strconv.Atoi(version)
	for _, m := range vs {
		if err == nil && m.Version == n {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%w: %s has no version %.20q", ErrUnknownModel, vs[0].Name, version)
}

// collection is what an engine has at one time. It does not change.
type collection struct {
	versions [][]*Model // of each model, the newest first
}

func (c *collection) named(name string) []*Model {
	for _, v := range c.versions {
		if v[0].Name == name || name == "" {
			return v
		}
	}
	return nil
}

// with is the collection with a new version of a model, of which so many are kept; the others are retired.
func (c *collection) with(m *Model, keep int) (next *collection, retired []*Model) {
	next = &collection{versions: make([][]*Model, len(c.versions), len(c.versions)+1)}
	copy(next.versions, c.versions)
	for i, v := range next.versions {
		if v[0].Name == m.Name {
			kept := min(len(v), keep-1)
			next.versions[i] = append([]*Model{m}, v[:kept]...)
			return next, v[kept:]
		}
	}
	next.versions = append(next.versions, []*Model{m})
	return next, nil
}

// silent is the observer where there is none.
type silent struct{}

func (silent) Loaded(*Model)                                   {}
func (silent) Retired(*Model)                                  {}
func (silent) Refused(string)                                  {}
func (silent) Batch(*Model, int, time.Duration, time.Duration) {}
func (silent) Cached(*Model, int, int)                         {}
func (silent) Judged(*Model, []Answer)                         {}
