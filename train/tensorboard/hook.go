package tensorboard

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"threatnet/models/checkpoint"
	"threatnet/train"
)

// Options say what Hook writes besides loss, accuracy and weights.
type Options struct {
	Every int // batches between two points of the curves of batches; 0: as few as give an epoch a thousand points at most

	LearningRate func(*train.State) float64                      // of the last step; nil: not written
	Gradients    func(*train.State) iter.Seq2[string, []float32] // of the last batch, by parameter; nil: not written
}

// Hook returns a hook that writes down a training. At its first call it writes the settings as a recipe, under the tag
// "settings". The tags of batches have the optimizer's step as their step:
//
//	batch/loss, batch/accuracy   means over the rows since the last point, or since the epoch's start
//	batch/learning_rate
//
// those of epochs the epoch's number, from 1:
//
//	train/loss, validation/loss, ...   every score of the epoch, under the name of its part
//	weights/..., gradients/...         a histogram for each parameter
//
// The file is flushed after each epoch and at an interruption; closing it is the caller's. In a run that goes on from a
// saved state, earlier points of the steps to come are dropped, see Start.
func Hook(w *Writer, o Options) train.Hook {
	h := &hook{Writer: w, Options: o}
	return h.call
}

// hook is what a hook keeps between calls.
type hook struct {
	*Writer
	Options
	started bool
	known   bool  // last is the sums of an earlier call, or those of an epoch's start
	last    point // of the running epoch
}

// point is how far an epoch has come.
type point struct {
	loss          float64
	correct, rows int
}

func (h *hook) call(e train.Event, s *train.State) error {
	if !h.started && e != train.Interrupted {
		h.started, h.known = true, s.Batch <= 1
		if err := h.start(e, s); err != nil {
			return err
		}
	}
	switch e {
	case train.BatchEnd:
		return h.batch(s)
	case train.EpochEnd:
		if err := h.epoch(s); err != nil {
			return err
		}
	}
	return h.Flush()
}

func (h *hook) start(e train.Event, s *train.State) error {
	recipe, err := yaml.Marshal(s.Settings)
	if err != nil {
		return fmt.Errorf("tensorboard: settings: %w", err)
	}
	step := int64(s.Step) // the first that this session runs
	if e == train.EpochEnd {
		step++
	}
	if err := h.Start(step); err != nil {
		return err
	}
	return h.Text("settings", step, codeBlock(string(recipe)))
}

// codeBlock is text as Markdown's indented code, which nothing in the text can end.
func codeBlock(text string) string {
	text = strings.TrimRight(text, "\n")
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

// batch writes what the epoch's sums have grown by. After a resume within an epoch the first batch only tells where
// they stand.
func (h *hook) batch(s *train.State) error {
	every := cmp.Or(h.Every, (s.Batches+999)/1000)
	due := h.known && (s.Batch%every == 0 || s.Batch == s.Batches)
	now := point{s.LossSum, s.Correct, min(s.Batch*s.Settings.BatchSize, s.Rows)}
	if !h.known {
		h.known, h.last = true, now
	}
	if !due {
		return nil
	}
	rows := float64(now.rows - h.last.rows)
	loss, correct := now.loss-h.last.loss, float64(now.correct-h.last.correct)
	h.last = now
	step := int64(s.Step)
	if err := h.Scalar("batch/loss", step, loss/rows); err != nil {
		return err
	}
	if err := h.Scalar("batch/accuracy", step, correct/rows); err != nil {
		return err
	}
	if h.LearningRate == nil {
		return nil
	}
	return h.Scalar("batch/learning_rate", step, h.LearningRate(s))
}

func (h *hook) epoch(s *train.State) error {
	h.known, h.last = true, point{}
	step, scores := int64(s.Epoch), s.History[len(s.History)-1]
	if err := h.scores("train/", step, scores.Train); err != nil {
		return err
	}
	if err := h.scores("validation/", step, scores.Validation); err != nil {
		return err
	}
	for _, p := range s.Network.Params() {
		if err := h.Histogram("weights/"+p.Name, step, p.Data); err != nil {
			return err
		}
	}
	if h.Gradients == nil {
		return nil
	}
	for name, values := range h.Gradients(s) {
		if err := h.Histogram("gradients/"+name, step, values); err != nil {
			return err
		}
	}
	return nil
}

func (h *hook) scores(prefix string, step int64, scores checkpoint.Scores) error {
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		if err := h.Scalar(prefix+name, step, float64(scores[name])); err != nil {
			return err
		}
	}
	return nil
}
