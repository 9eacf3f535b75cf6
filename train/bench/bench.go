// Package bench measures how fast this machine runs the kernels and the models, on synthetic input: random numbers, and
// names of random characters with the lengths of real ones. Every training case runs the step of `threatnet train`: graph,
// virtual machine and solver.
package bench

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"threatnet/internal/kernel"
	"threatnet/internal/team"
)

// Options choose what to run.
type Options struct {
	Threads int           // 0: all cores
	Rounds  int           // measurements of a case; the median counts
	Time    time.Duration // of a round, about
	VM      string        // of the training cases
}

// Result is the outcome of a case.
type Result struct {
	Name    string  `json:"name"`
	Unit    string  `json:"unit"` // GFLOP/s, ns/element or rows/s
	Median  float64 `json:"median"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Threads int     `json:"threads"`
	Kernel  string  `json:"kernel"`
	VM      string  `json:"vm,omitempty"`
	// GFLOPS is the useful work done in a second, and Fraction its share of what the machine's multiply-add units can do on
	// as many threads, measured in the same run; 0 where a case is not made of products.
	GFLOPS   float64 `json:"gflops,omitempty"`
	Fraction float64 `json:"fraction_of_ceiling,omitempty"`
	// Exchange is how many nanoseconds a cache line took from one core to another between the rounds, the median; 0 on one thread.
	Exchange float64 `json:"exchange_ns,omitempty"`
}

// Case is one measurement. Make prepares it and returns what does the work n times.
type Case struct {
	Name  string
	Unit  string
	Units float64 // of the unit's work in one repetition: FLOP, elements or rows
	FLOP  float64 // useful floating-point operations of one repetition, 0: not counted
	Make  func(o Options, threads int) (run func(n int) error, done func(), err error)

	threads int // most that it uses; 0: any number
	trains  bool
}

// Find returns the cases whose name begins with the given one, all for "".
func Find(name string) ([]Case, error) {
	var names []string
	var found []Case
	for _, c := range Cases() {
		names = append(names, c.Name)
		if name == "" || c.Name == name || strings.HasPrefix(c.Name, name+"/") || strings.HasPrefix(c.Name, name+"-") {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no benchmark is called %q: there is %s", name, strings.Join(names, ", "))
	}
	return found, nil
}

// Cases lists all cases.
func Cases() []Case {
	return slices.Concat(kernels(), names(), perceptrons(), flows())
}

// Run measures a case.
func Run(c Case, o Options) (Result, error) {
	threads := o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	if c.threads > 0 {
		threads = min(threads, c.threads)
	}
	run, done, err := c.Make(o, threads)
	if err != nil {
		return Result{}, err
	}
	defer done()
	n, err := calibrate(run, o.Time)
	if err != nil {
		return Result{}, err
	}
	rates := make([]float64, 0, o.Rounds) // repetitions a second
	var ceiling float64
	var exchanges []time.Duration
	for range o.Rounds {
		start := time.Now()
		if err := run(n); err != nil {
			return Result{}, err
		}
		rates = append(rates, float64(n)/time.Since(start).Seconds())
		if c.FLOP > 0 {
			ceiling = max(ceiling, kernel.Ceiling(threads))
		}
		if threads > 1 {
			exchanges = append(exchanges, team.Exchange())
		}
	}
	r := c.result(rates, ceiling, threads, o)
	if len(exchanges) > 0 {
		slices.Sort(exchanges)
		r.Exchange = float64(exchanges[len(exchanges)/2])
	}
	return r, nil
}

// calibrate finds how many repetitions take about t.
func calibrate(run func(int) error, t time.Duration) (int, error) {
	for n := 1; ; n *= 4 {
		start := time.Now()
		if err := run(n); err != nil {
			return 0, err
		}
		if took := time.Since(start); took > t/8 {
			return max(1, int(float64(n)*float64(t)/float64(took))), nil
		}
	}
}

func (c Case) result(rates []float64, ceiling float64, threads int, o Options) Result {
	slices.Sort(rates)
	at := func(rate float64) float64 {
		switch c.Unit {
		case "GFLOP/s":
			return rate * c.Units / 1e9
		case "ns/element":
			return 1e9 / (rate * c.Units)
		}
		return rate * c.Units
	}
	median := rates[len(rates)/2]
	r := Result{Name: c.Name, Unit: c.Unit, Median: at(median), Min: at(rates[0]), Max: at(rates[len(rates)-1]), Threads: threads, Kernel: kernel.Level()}
	if r.Min > r.Max {
		r.Min, r.Max = r.Max, r.Min
	}
	if c.trains {
		r.VM = o.VM
	}
	if c.FLOP > 0 {
		r.GFLOPS = median * c.FLOP / 1e9
		r.Fraction = r.GFLOPS / ceiling
	}
	return r
}
