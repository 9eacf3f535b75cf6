package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"threatnet/internal/kernel"
	"threatnet/train"
)

// BenchmarkSizes trains dga-lstm with other numbers of units, classes and shards, and tells each one's share of the ceiling,
// and of its own: products at the ceiling and gates at the speed of a loop of their own.
func BenchmarkSizes(b *testing.B) {
	for _, c := range []struct{ units, classes, shards int }{
		{128, 44, 2},
		{128, 2, 2},
		{128, 400, 2},
		{128, 44, 1},
		{128, 44, 4},
		{128, 44, 8},
		{32, 44, 2},
		{64, 44, 2},
		{100, 44, 2},
		{192, 44, 2},
		{256, 44, 2},
		{512, 44, 2},
	} {
		b.Run(fmt.Sprintf("units=%d/classes=%d/shards=%d", c.units, c.classes, c.shards), func(b *testing.B) {
			const threads = 2
			names := newSynthetic(trainRows)
			for i := range names.classes {
				names.classes[i] %= int32(c.classes)
			}
			run, done, err := training(func() (workload, error) {
				s, err := train.DefaultSettings("dga-lstm", train.Parity)
				if err != nil {
					return workload{}, err
				}
				s.BatchSize, s.Shards = batch, c.shards
				q, err := network(c.units, c.classes, s.Dropout)
				return workload{q, s, names, c.classes}, err
			})(DefaultOptions(), threads)
			if err != nil {
				b.Fatal(err)
			}
			defer done()
			ceiling, gates := kernel.Ceiling(threads), panelSeconds()/threads
			b.ResetTimer()
			if err := run(b.N); err != nil {
				b.Fatal(err)
			}
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "rows/s")
			products := 3 * characterFLOP(c.units) / (ceiling * 1e9) // seconds a character
			b.ReportMetric(100*names.length*products*rate, "%ceiling")
			b.ReportMetric(100*names.length*(products+float64(kernel.Panels(c.units))*gates)*rate, "%own")
		})
	}
}

// panelSeconds is how long the gates of a row and panel take, forward and back, beside nothing else.
func panelSeconds() float64 {
	const rows, table = 60, 40
	r := rand.New(rand.NewPCG(1, 1))
	x := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
	off := make([]int32, rows)
	for i := range off {
		off[i] = int32(r.IntN(table) * kernel.PanelWidth)
	}
	const width, units = kernel.PanelWidth, kernel.PanelUnits
	forward := kernel.GateForward[float32]{
		Rows: rows, Z: x(rows * width), ZRow: width, G: x(rows * width), Off: off, P: x(table * width), CPrev: x(rows * units), CPrevRow: units,
		C: x(rows * units), TanhC: x(rows * units), H: x(rows * units), HRow: units,
	}
	forward.Run()
	backward := kernel.GateBackward[float32]{
		Rows: rows, G: x(rows * width), CPrev: forward.CPrev, CPrevRow: units, TanhC: forward.TanhC, DH: x(rows * units), DHRow: units,
		DC: x(rows * units), Off: off, DP: x(table * width),
	}
	gates, slopes := slices.Clone(forward.G), slices.Clone(backward.DC)
	best := math.Inf(1)
	for range 50 {
		const calls = 20
		start := time.Now()
		for range calls {
			forward.Run()
			copy(backward.G, gates) // or they would dwindle to denormals
			copy(backward.DC, slopes)
			backward.Run()
		}
		best = min(best, time.Since(start).Seconds()/(calls*rows))
	}
	return best
}
