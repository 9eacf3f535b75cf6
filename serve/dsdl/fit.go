package dsdl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"threatnet/internal/atomicfile"
	"threatnet/serve/engine"
)

const (
	extension = ".safetensors"
	fitDir    = ".fit-" // and a number: a training at work, in the folder of the models
)

var errNoTrainer = errors.New("this server does not train")

// fit trains a model on the rows, keeps it, and judges the rows by it.
func (h *handler) fit(r *http.Request, req *request, t *table) (response, error) {
	if strings.EqualFold(req.params["mode"], "stage") {
		return h.stage(req)
	}
	a, err := findAlgo(req.algo)
	if err != nil {
		return response{}, err
	}
	nameColumn, err := a.check(t, req)
	switch {
	case err != nil:
		return response{}, err
	case h.trainer == nil:
		return response{}, errNoTrainer
	case len(t.rows) == 0:
		return response{}, errors.New("there are no rows to train on")
	}
	ctx := r.Context()
	if h.o.MaxFit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, h.o.MaxFit, fmt.Errorf("the training took longer than %v", h.o.MaxFit))
		defer cancel()
	}
	m, message, err := h.train(ctx, &a, req, t, nameColumn)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return response{}, err
	}
	results, err := h.judge(ctx, &a, m, t, nameColumn)
	if err != nil {
		return response{}, err
	}
	return response{Status: "success", Message: "/fit: " + message, Results: &results}, nil
}

// train trains a model, one at a time, and puts it in the place of the one before it.
func (h *handler) train(ctx context.Context, a *algo, req *request, t *table, nameColumn string) (*engine.Model, string, error) {
	select {
	case h.fits <- struct{}{}:
		defer func() { <-h.fits }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	name := a.file(req.model)
	if err := h.free(name); err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(h.o.Dir, 0o750); err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp(h.o.Dir, fitDir)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the model is there all the same
	job := Job{
		Kind: a.kind, Algo: req.algo, Records: a.records, Options: maps.Clone(req.params), CSV: filepath.Join(dir, "rows.csv"),
		LabelColumn: req.target, NameColumn: nameColumn, FeatureColumns: req.features, Out: filepath.Join(dir, name+extension),
	}
	delete(job.Options, "algo")
	order, err := t.forTraining(a, nameColumn)
	if err != nil {
		return nil, "", err
	}
	if err := atomicfile.Write(job.CSV, 0o600, func(w io.Writer) error { return t.write(w, order) }); err != nil {
		return nil, "", err
	}
	result, err := h.trainer.Train(ctx, job)
	if err != nil {
		return nil, "", err
	}
	if err := os.Rename(job.Out, h.path(name)); err != nil {
		return nil, "", err
	}
	m, err := h.load(name)
	return m, result.Message, err
}
