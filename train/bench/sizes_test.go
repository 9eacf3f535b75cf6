package bench

import (
	"fmt"
	"testing"

	"threatnet/internal/kernel"
	"threatnet/train"
)

// BenchmarkSizes trains dga-lstm with other numbers of units, classes and shards, and tells each one's share of the ceiling.
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
			ceiling := kernel.Ceiling(threads)
			b.ResetTimer()
			if err := run(b.N); err != nil {
				b.Fatal(err)
			}
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "rows/s")
			b.ReportMetric(100*3*characterFLOP(c.units)*names.length*rate/1e9/ceiling, "%ceiling")
		})
	}
}
