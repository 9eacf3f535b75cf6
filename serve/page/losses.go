package page

import (
	"fmt"
	"math"
	"strings"

	"threatnet/models/checkpoint"
)

// losses is a chart of the losses of each epoch, a line for each split, within chartWidth×chartHeight.
type losses struct {
	Epochs            int
	Width, Height     int
	Train, Validation string // the points of the lines; "" for none
	Last, LastHeld    string // the losses after the last epoch
	Top               string // the loss at the upper edge
}

const (
	chartWidth  = 320
	chartHeight = 96
)

// newLosses draws the course of a training; nil where it has fewer than two epochs.
func newLosses(history []checkpoint.Epoch) *losses {
	const loss = "loss"
	if len(history) < 2 {
		return nil
	}
	top := 0.0
	for _, e := range history {
		for _, s := range []checkpoint.Scores{e.Train, e.Validation} {
			if v := float64(s[loss]); v > top && !math.IsInf(v, 1) {
				top = v
			}
		}
	}
	if top == 0 {
		return nil
	}
	line := func(of func(checkpoint.Epoch) checkpoint.Scores) string {
		var b strings.Builder
		for i, e := range history {
			v, ok := of(e)[loss]
			if !ok || math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				continue
			}
			x := float64(i) / float64(len(history)-1) * chartWidth
			fmt.Fprintf(&b, "%.1f,%.1f ", x, chartHeight*(1-float64(v)/top))
		}
		return strings.TrimSpace(b.String())
	}
	train := func(e checkpoint.Epoch) checkpoint.Scores { return e.Train }
	held := func(e checkpoint.Epoch) checkpoint.Scores { return e.Validation }
	l := &losses{Epochs: len(history), Width: chartWidth, Height: chartHeight, Train: line(train), Validation: line(held), Top: number(checkpoint.Number(top), 3)}
	last := history[len(history)-1]
	if v, ok := last.Train[loss]; ok {
		l.Last = number(v, 3)
	}
	if v, ok := last.Validation[loss]; ok {
		l.LastHeld = number(v, 3)
	}
	return l
}
