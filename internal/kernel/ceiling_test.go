package kernel

import "testing"

// TestCeiling: what it measures depends on the machine, that it is positive does not.
func TestCeiling(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		if got := Ceiling(1); !(got > 0) {
			t.Errorf("ceiling %v", got)
		}
	})
	Pause()
}

func BenchmarkCeiling(b *testing.B) {
	benchLevels(b, func(b *testing.B) {
		best := 0.0
		for b.Loop() {
			best = max(best, Ceiling(1))
		}
		b.ReportMetric(best, "GFLOP/s")
		b.ReportMetric(0, "ns/op")
	})
}
