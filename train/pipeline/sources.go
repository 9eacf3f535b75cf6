package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/checkpoint"
)

// Sources are what the command line names as data. Benign sources are benign as a whole; Validation and Test, when given,
// are taken whole for these parts.
type Sources struct {
	Data, Benign, Validation, Test []string
	Options                        source.Options
}

// check refuses sources that cannot be read as they are named.
func (s *Sources) check() error {
	all := slices.Concat(s.Data, s.Benign, s.Validation)
	if !slices.Equal(s.Test, s.Validation) { // which are read once
		all = append(all, s.Test...)
	}
	return source.CheckStdin(all...)
}

// as are the options with which sources are read as records of a kind.
func (s *Sources) as(kind string) source.Options {
	o := s.Options
	o.Kind = kind
	return o
}

// names is one role's names, with what is known of where they come from.
type names struct {
	set        *datasets.Set
	report     *datasets.Report
	provenance []checkpoint.Source
}

// opened is a source with the role that the user gave it.
type opened struct {
	*source.Source
	role string
}

// open expands the sources of a role. What a folder has besides sources is logged.
func open(args []string, role string, opt source.Options, log func(string, ...any)) ([]opened, error) {
	opt.Benign = opt.Benign || role == "benign"
	var all []opened
	for _, arg := range args {
		ss, skipped, err := source.Expand(arg, opt)
		if err != nil {
			return nil, err
		}
		for _, s := range skipped {
			log("%s: skipped: %v", s.Path, s.Err)
		}
		for _, s := range ss {
			all = append(all, opened{s, role})
		}
	}
	return all, nil
}

// collect reads sources into a set and keeps each one's provenance.
func collect(ctx context.Context, all []opened, opt datasets.CollectOptions, log func(string, ...any)) (*names, error) {
	families := make([]map[string]int, len(all))
	inputs := make([]datasets.Input, len(all))
	for i, s := range all {
		families[i] = map[string]int{}
		inputs[i] = s.Input()
		inputs[i].Domains = counted(inputs[i].Domains, families[i], func(d datasets.Domain) string { return d.Family })
	}
	set, report, err := datasets.Collect(ctx, opt, inputs...)
	if err != nil {
		return nil, err
	}
	log("%s", strings.TrimRight(report.String(), "\n"))
	n := &names{set: set, report: report}
	for i, s := range all {
		p, err := s.provenance(families[i])
		if err != nil {
			return nil, err
		}
		n.provenance = append(n.provenance, p)
	}
	return n, nil
}

// provenance is what the checkpoint keeps of a source that has been read, with the good rows of each family.
func (s opened) provenance(families map[string]int) (checkpoint.Source, error) {
	sum, err := s.Sum()
	if err != nil {
		return checkpoint.Source{}, err
	}
	rows := 0
	for _, k := range families {
		rows += k
	}
	return checkpoint.Source{Name: s.Name, Role: s.role, SHA256: sum, Rows: rows, Families: families}, nil
}

// counted counts the families of the good rows that pass by.
func counted[R any](rows iter.Seq2[R, error], families map[string]int, family func(R) string) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		last, run := "", 0
		defer func() {
			if run > 0 {
				families[last] += run
			}
		}()
		for r, err := range rows {
			if err == nil {
				name := family(r)
				if name != last && run > 0 {
					families[last] += run
					run = 0
				}
				last = name
				run++
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// identity tells data apart by their bytes and roles, and by the classes of what is trained on: labels may be given beside them.
func identity(all []checkpoint.Source, classes []string, trained models.Examples) string {
	h := sha256.New()
	for _, s := range all {
		fmt.Fprintf(h, "%s %s %d\n", s.Role, s.SHA256, s.Rows)
	}
	fmt.Fprintf(h, "%q\n", classes)
	b := make([]byte, 0, 1<<12)
	for i := range trained.Len() {
		if b = binary.AppendVarint(b, int64(trained.Class(i))); len(b) > cap(b)-binary.MaxVarintLen64 {
			h.Write(b)
			b = b[:0]
		}
	}
	h.Write(b)
	return fmt.Sprintf("%x", h.Sum(nil))
}
