package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// addFile adds the records of a file of any format that is known, plain or compressed.
func (in *records) addFile(ctx context.Context, file upload, kind string, limit int) error {
	if bytes.HasPrefix(file.bytes, []byte("PK\x03\x04")) || bytes.HasPrefix(file.bytes, []byte("PK\x05\x06")) {
		return fileProblem(file, errors.New("archives are not taken: want the file that is in it"))
	}
	src, err := open(ctx, file, kind)
	if err != nil {
		return fileProblem(file, explain(ctx, file, kind, err))
	}
	if !slices.Contains(in.formats, src.Format) {
		in.formats = append(in.formats, src.Format)
	}
	switch kind {
	case engine.Names:
		err = gather(in, file, src.Domains(), limit, func(d datasets.Domain) {
			in.names = append(in.names, name{strings.Clone(d.Name), strings.Clone(d.Family), 1})
		})
	case engine.Queries:
		err = gather(in, file, src.Queries(), limit, func(q datasets.Query) {
			q.Fields = nil
			in.queries = append(in.queries, q)
		})
	default:
		err = gather(in, file, src.Flows(), limit, func(f datasets.Flow) {
			f.Values, f.Fields = slices.Clone(f.Values), nil
			in.flows = append(in.flows, f)
		})
	}
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fileProblem(file, err)
	}
	return nil
}

// gather adds the records of an iteration. Bad rows are counted.
func gather[R any](in *records, file upload, rows iter.Seq2[R, error], limit int, add func(R)) error {
	for r, err := range rows {
		if err != nil {
			row, ok := datasets.BadRow(err)
			if !ok {
				return err
			}
			if in.bad++; len(in.why) < maxWhy {
				in.why = append(in.why, fmt.Sprintf("%s, line %d, column %d: %s", printable(file.name), row.Pos.Line, row.Pos.Column, row.Reason))
			}
			continue
		}
		if in.len() == limit {
			in.cut = true
			return nil
		}
		add(r)
	}
	return nil
}

// streamName is what package source calls a file that it has as a stream.
const streamName = "stdin"

func open(ctx context.Context, file upload, kind string) (*source.Source, error) {
	all, _, err := source.Expand("-", source.Options{Kind: kind, Stdin: &reader{ctx, bytes.NewReader(file.bytes)}})
	if err != nil {
		return nil, err
	}
	return all[0], nil // only archives have several
}

// explain says of a file that does not hold the kind of records what it holds instead.
func explain(ctx context.Context, file upload, kind string, err error) error {
	if !errors.Is(err, source.ErrUnrecognised) {
		return err
	}
	if src, err := open(ctx, file, ""); err == nil {
		return fmt.Errorf("the file holds %s (%s), this model takes %s", src.Kind, src.Format, kind)
	}
	return fmt.Errorf("no format of %s is recognised in it", kind)
}

// fileProblem tells of a file that cannot be read.
func fileProblem(file upload, err error) error {
	var p *httpx.Problem
	if errors.As(err, &p) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	text := strings.TrimPrefix(err.Error(), streamName+": ")
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, "file", "%s: %s", printable(file.name), printable(text))
}

// reader ends when its context does. It gives little at a time: compressed, that can be much.
type reader struct {
	ctx context.Context
	in  io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.in.Read(p[:min(len(p), 4096)])
}
