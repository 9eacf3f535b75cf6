package main

import (
	"context"
	"io"
	"sync"

	"threatnet/datasets/source"
)

// stdin is standard input until ctx ends: then a read that waits gives the error of the context. Nothing is read before
// the first read, and as a source it is taken once.
func (e *env) stdin(ctx context.Context) io.Reader {
	return source.Stdin(lazyReader(sync.OnceValue(func() io.Reader {
		r, w := io.Pipe()
		go func() {
			_, err := io.Copy(w, e.in)
			_ = w.CloseWithError(err) // always nil
		}()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })
		return r
	})))
}

type lazyReader func() io.Reader

func (open lazyReader) Read(p []byte) (int, error) { return open().Read(p) }
