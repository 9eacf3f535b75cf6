package source

import (
	"context"
	"io"
	"os"
)

// openPipe opens what is no regular file. The opening of a named pipe waits for one who writes to it, and reading for what is
// written: the end of ctx ends both with its cause, reading as far as the system can.
func openPipe(ctx context.Context, path string) (io.ReadCloser, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(path)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		return &pipe{o.file, ctx, context.AfterFunc(ctx, func() { o.file.Close() })}, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// pipe is closed when ctx ends.
type pipe struct {
	file *os.File
	ctx  context.Context
	stop func() bool
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	if err != nil && p.ctx.Err() != nil {
		err = context.Cause(p.ctx)
	}
	return n, err
}

func (p *pipe) Close() error {
	p.stop()
	return p.file.Close()
}
