package fetch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// watch ends a download into which no data comes any more.
type watch struct {
	timer *time.Timer
	after time.Duration
}

const defaultStall = time.Minute

func newWatch(cancel context.CancelCauseFunc, after time.Duration) *watch {
	if after <= 0 {
		after = defaultStall
	}
	end := func() { cancel(fmt.Errorf("%w for %s", ErrStalled, after)) }
	return &watch{timer: time.AfterFunc(after, end), after: after}
}

// seen says that data has come.
func (w *watch) seen() { w.timer.Reset(w.after) }

func (w *watch) stop() { w.timer.Stop() }

// reason gives why a context ended, if it has, instead of what that led to.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrStalled) {
		return cause
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
