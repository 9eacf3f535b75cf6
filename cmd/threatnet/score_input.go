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
	"threatnet/models"
)

// row is a record on its way to a verdict, or the error that stands in its place.
type row struct {
	raw    string   // the name as it stood
	name   string   // in normal form
	fields []string // of the record, where the output keeps its columns
	err    error
	final  bool // err ends the input; else it is of this row alone
}

// input is what is to be scored.
type input struct {
	rows    iter.Seq[row]
	plain   bool     // names without columns
	columns []string // nil if they have no names
}

func (f *scoreFlags) input(ctx context.Context, e *env, args []string, m models.Names) (*input, error) {
	if len(args) > 0 && !slices.Equal(args, []string{"-"}) {
		for _, arg := range args {
			if _, err := os.Stat(arg); err == nil {
				e.logf("%s is scored as a name; for the names in the file: --data %[1]s", arg)
			}
		}
		return &input{rows: argumentRows(args, f.options.Strict), plain: true}, nil
	}
	opt := f.options
	opt.Benign = true // labels do not matter then: a row without one is as good as any
	opt.Stdin = e.stdin(ctx)
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
	return &input{rows: sourceRows(sources, f.csv), plain: isPlain(sources[0]), columns: sources[0].Header()}, nil
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

func isPlain(s *source.Source) bool { return s.Format == "plain" }

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

// argumentRows gives the names of the command line.
func argumentRows(args []string, strict bool) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, arg := range args {
			name, err := datasets.Normalize(arg)
			if err != nil {
				err = fmt.Errorf("%q is no name: %w", arg, err)
			}
			if !yield(row{raw: arg, name: name, err: err, final: strict && err != nil}) {
				return
			}
		}
	}
}

// sourceRows gives the names of sources, with their fields if these are kept.
func sourceRows(sources []*source.Source, keep bool) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, s := range sources {
			for d, err := range s.Domains() {
				r := row{raw: d.Raw, name: d.Name, err: err}
				if err != nil {
					_, skippable := datasets.BadRow(err)
					r.final = !skippable
				} else if keep {
					r.fields = slices.Clone(d.Fields)
				}
				if !yield(r) {
					return
				}
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
