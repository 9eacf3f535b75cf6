package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"threatnet/train"
)

// progress shows a training: a bar for each epoch on a terminal, a line for each epoch elsewhere.
type progress struct {
	env   *env
	tty   bool
	bar   *progressbar.ProgressBar
	start time.Time
	shown time.Time
	rows  int // since start
}

func newProgress(e *env) *progress {
	f, ok := e.err.(*os.File)
	return &progress{env: e, tty: ok && term.IsTerminal(int(f.Fd())), start: time.Now()}
}

// redraw is the least time between two drawings of the bar.
const redraw = 100 * time.Millisecond

func (p *progress) hook(event train.Event, s *train.State) error {
	switch event {
	case train.BatchEnd:
		p.rows += s.Settings.BatchSize
		if p.tty && time.Since(p.shown) >= redraw {
			p.shown = time.Now()
			p.draw(s)
		}
	case train.EpochEnd:
		p.clear()
		p.epoch(s)
		p.start, p.rows = time.Now(), 0
	case train.Interrupted:
		p.clear()
	}
	return nil
}

func (p *progress) draw(s *train.State) {
	if p.bar == nil {
		p.bar = progressbar.NewOptions(s.Batches*s.Settings.BatchSize, progressbar.OptionSetWriter(p.env.err), progressbar.OptionSetItsString("rows"),
			progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(0))
	}
	seen := min(s.Batch*s.Settings.BatchSize, s.Rows)
	p.bar.Describe(fmt.Sprintf("epoch %d/%d loss %.4f accuracy %.4f", s.Epoch+1, s.Settings.Epochs, s.LossSum/float64(seen), float64(s.Correct)/float64(seen)))
	_ = p.bar.Set(s.Batch * s.Settings.BatchSize) // a bar that cannot be drawn is no reason to stop
}

// epoch logs a finished epoch.
func (p *progress) epoch(s *train.State) {
	h := s.History[len(s.History)-1]
	line := fmt.Sprintf("epoch %d/%d: loss %.4f accuracy %.4f", h.Epoch, s.Settings.Epochs, float64(h.Train["loss"]), float64(h.Train["accuracy"]))
	if v := h.Validation; v != nil {
		line += fmt.Sprintf(", validation loss %.4f accuracy %.4f", float64(v["loss"]), float64(v["accuracy"]))
	}
	took := time.Since(p.start)
	left := time.Duration(float64(took) * float64(s.Settings.Epochs-h.Epoch)).Round(time.Second)
	p.env.logf("%s, %.0f rows/s, %s left", line, float64(min(p.rows, s.Rows))/took.Seconds(), left)
	if s.Stop {
		p.env.logf("no better validation loss for %d epochs: keeping epoch %d", s.Settings.Patience, s.BestEpoch)
	}
}

// clear takes the bar off the screen.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
