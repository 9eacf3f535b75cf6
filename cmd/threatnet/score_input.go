package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
)

// row is a record on its way to a verdict, or the error that stands in its place. It has one of name, query and flow.
type row struct {
	raw    string // a name as it stood
	name   string // a name in normal form
	query  *datasets.Query
	flow   *datasets.Flow
	number int       // of a flow, from 1
	ready  []float32 // features of a query, where they do not come of a stream
	fields []string  // of the record, where the output keeps its columns
	err    error
	final  bool // err ends the input; else it is of this row alone
}

// input is what is to be scored.
type input struct {
	rows    iter.Seq[row]
	plain   bool     // records without columns
	columns []string // nil if they have no names
}

func (f *scoreFlags) input(ctx context.Context, e *env, args []string, s subject) (*input, error) {
	if len(args) > 0 && !slices.Equal(args, []string{"-"}) {
		for _, arg := range args {
			if _, err := os.Stat(arg); err == nil {
				e.logf("%s is scored as a name; for the %s in the file: --data %[1]s", arg, s.unit())
			}
		}
		return &input{rows: argumentRows(args, s, f.options.Strict), plain: true}, nil
	}
	opt := f.options
	opt.Benign = true // labels do not matter then: a row without one is as good as any
	opt.Stdin, opt.Context, opt.Kind = e.stdin(ctx), ctx, s.unit()
	data := f.data
	if len(data) == 0 {
		data = []string{"-"}
	}
	sources, err := expand(e, data, opt)
	if err != nil {
		return nil, err
	}
	if f.csv {
		if err := sameColumns(sources); err != nil {
			return nil, err
		}
	}
	rows := func(yield func(row) bool) {
		for _, src := range sources {
			for r := range s.rows(src, f.csv) {
				if !yield(r) {
					return
				}
			}
		}
	}
	return &input{rows: rows, plain: isPlain(sources[0]), columns: sources[0].Header()}, nil
}

// expand opens sources. What a folder has besides them is logged.
func expand(e *env, args []string, opt source.Options) (all []*source.Source, err error) {
	for _, arg := range args {
		found, skipped, err := source.Expand(arg, opt)
		if err != nil {
			return nil, err
		}
		for _, s := range skipped {
			e.logf("%s: skipped: %v", s.Path, s.Err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// isPlain tells sources whose records have no columns.
func isPlain(s *source.Source) bool {
	return s.Format == "plain" || s.Format == "hosts" || s.Kind == source.Queries && s.Header() == nil
}

// sameColumns refuses sources that one CSV cannot hold.
func sameColumns(sources []*source.Source) error {
	first := sources[0]
	for _, s := range sources[1:] {
		if isPlain(s) && isPlain(first) {
			continue
		}
		if s.Header() == nil || !slices.Equal(s.Header(), first.Header()) {
			return fmt.Errorf("%s has other columns than %s: score them to one CSV each", s.Path, first.Path)
		}
	}
	return nil
}

// argumentRows gives the records of the command line.
func argumentRows(args []string, s subject, strict bool) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, arg := range args {
			r := s.argument(arg)
			r.final = r.final || strict && r.err != nil
			if !yield(r) {
				return
			}
		}
	}
}

// skipped counts bad rows and keeps the first ones.
type skipped struct {
	rows  int
	first []string
}

const skippedShown = 3

func (s *skipped) add(err error) {
	if s.rows++; len(s.first) < skippedShown {
		s.first = append(s.first, err.Error())
	}
}

func (s *skipped) String() string {
	text := strings.Join(s.first, ", ")
	if s.rows > len(s.first) {
		text += ", ..."
	}
	return text
}

// report logs what was skipped, if anything. Where nothing could be scored it is the error, unless there is one.
func (s *skipped) report(e *env, scored int, err error) error {
	switch {
	case s.rows == 0:
	case err != nil || scored > 0:
		rows := "rows"
		if s.rows == 1 {
			rows = "row"
		}
		e.logf("skipped %d bad %s (%s)", s.rows, rows, s)
	case s.rows == 1:
		return fmt.Errorf("nothing to score: %s", s)
	default:
		return fmt.Errorf("nothing to score: all %d rows are bad (%s)", s.rows, s)
	}
	return err
}
