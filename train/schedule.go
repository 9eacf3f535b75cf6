package train

import "math"

// Schedules names the courses of the learning rate.
func Schedules() []string { return []string{"constant", "cosine", "exponential", "step"} }

// rate is the learning rate of a step, counted from 0, of a run of total steps: a linear rise to the peak over the warm-up,
// then, with x running from 0 to 1 over the rest of the run,
//
//	constant     peak
//	cosine       peak·½(1 + cos πx)    (Loshchilov and Hutter, ICLR 2017, without restarts)
//	exponential  peak·0.01ˣ
//	step         peak, a tenth of it from x = ½ on, a hundredth from x = ¾ on
func (s *Settings) rate(step, total uint64) float64 {
	warmup := min(uint64(s.Warmup), total)
	if step < warmup {
		return s.LearningRate * float64(step+1) / float64(warmup)
	}
	x := float64(step-warmup) / float64(total-warmup)
	switch s.Schedule {
	case "cosine":
		return s.LearningRate * 0.5 * (1 + math.Cos(math.Pi*x))
	case "exponential":
		return s.LearningRate * math.Pow(0.01, x)
	case "step":
		switch {
		case x >= 0.75:
			return s.LearningRate * 0.01
		case x >= 0.5:
			return s.LearningRate * 0.1
		}
	}
	return s.LearningRate
}
