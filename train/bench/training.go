package bench

import (
	"context"
	"errors"
	"math"

	"threatnet/models"
	"threatnet/models/layers"
	"threatnet/train"
)

// workload is a training to be measured.
type workload struct {
	network  *layers.Sequential[float32]
	settings train.Settings
	examples models.Examples
	classes  int
}

// errEnough ends a training that has been measured.
var errEnough = errors.New("enough")

// training makes a case of a workload: it runs the loop of package train in a goroutine of its own, and lets it take the
// steps that are asked for, in rows.
func training(prepare func() (workload, error)) func(Options, int) (func(int) error, func(), error) {
	return func(o Options, threads int) (func(int) error, func(), error) {
		w, err := prepare()
		if err != nil {
			return nil, nil, err
		}
		w.settings.Epochs, w.settings.VM = math.MaxInt32, o.VM
		want, finished := make(chan int), make(chan error)
		left := 0
		hook := func(e train.Event, _ *train.State) error {
			if e != train.BatchEnd {
				return nil
			}
			if left -= w.settings.BatchSize; left > 0 {
				return nil
			}
			finished <- nil
			n, ok := <-want
			if !ok {
				return errEnough
			}
			left = n
			return nil
		}
		go func() {
			_, err := train.Fit(context.Background(), train.Run{Network: w.network, Train: w.examples, Classes: w.classes, Settings: w.settings, Workers: threads, Hooks: []train.Hook{hook}})
			finished <- err
		}()
		if err := <-finished; err != nil { // the first step makes the buffers
			return nil, nil, err
		}
		run := func(n int) error {
			want <- n
			return <-finished
		}
		done := func() {
			close(want)
			if err := <-finished; !errors.Is(err, errEnough) {
				panic("bench: the training did not end as it was told")
			}
		}
		return run, done, nil
	}
}
