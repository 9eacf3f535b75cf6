package bench

import (
	"testing"
	"time"
)

// TestCasesRun runs each case once, shortly.
func TestCasesRun(t *testing.T) {
	for _, c := range Cases() {
		for _, vm := range []string{"flat", "tape"} {
			if vm == "tape" && !c.trains {
				continue
			}
			r, err := Run(c, Options{Threads: 2, Rounds: 1, Time: time.Millisecond, VM: vm})
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			if !(r.Median > 0) || r.Min > r.Median || r.Max < r.Median || r.Name != c.Name || r.Kernel == "" {
				t.Errorf("%s: %+v", c.Name, r)
			}
			if c.trains != (r.VM == vm) {
				t.Errorf("%s: vm is %q", c.Name, r.VM)
			}
		}
	}
	if _, err := Find("gemm"); err != nil {
		t.Error(err)
	}
	if _, err := Find("gem"); err == nil {
		t.Error("a case that does not exist is found")
	}
}

func BenchmarkCases(b *testing.B) {
	for _, c := range Cases() {
		b.Run(c.Name, func(b *testing.B) {
			run, done, err := c.Make(DefaultOptions(), 2)
			if err != nil {
				b.Fatal(err)
			}
			defer done()
			b.ResetTimer()
			if err := run(b.N); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)*c.Units/b.Elapsed().Seconds(), "units/s")
		})
	}
}
