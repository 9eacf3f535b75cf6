package main

import (
	"errors"

	"github.com/spf13/pflag"

	"threatnet/train"
	"threatnet/train/pipeline"
	"threatnet/train/tensorboard"
)

// board writes a training for TensorBoard.
type board struct{ *tensorboard.Writer }

func boardFlag(fs *pflag.FlagSet, dir *string) {
	fs.StringVar(dir, "tensorboard", "", "write what TensorBoard shows to `DIR`, one for each run")
}

// withBoard runs a job, and writes it for TensorBoard to a folder; "" for none.
func withBoard(dir string, job pipeline.Job, run func(pipeline.Job) error) error {
	if dir == "" {
		return run(job)
	}
	b, err := openBoard(dir)
	if err != nil {
		return err
	}
	job.Hooks, job.Done = append(job.Hooks, b.hook()), b.confusion
	return errors.Join(run(job), b.Close())
}

func openBoard(dir string) (*board, error) {
	w, err := tensorboard.Create(dir, nil)
	return &board{w}, err
}

func (b *board) hook() train.Hook {
	return tensorboard.Hook(b.Writer, tensorboard.Options{LearningRate: (*train.State).LearningRate, Gradients: (*train.State).Gradients})
}

// confusion draws the confusion matrix of what was tested on.
func (b *board) confusion(res *pipeline.Result) error {
	c, err := res.Test.Confusion()
	if err != nil {
		return err
	}
	epochs := int64(len(res.File.Meta.History))
	return tensorboard.Confusion(b.Writer, "confusion/"+res.Tested, epochs, c, res.Test.Classes)
}
