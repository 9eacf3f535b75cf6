package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/spf13/cobra"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/datasets/synth"
	"threatnet/internal/atomicfile"
)

func newDatasets(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "datasets",
		Short: "list formats, describe and copy sources, make synthetic names",
		Long: `Look at data before training on it. A SOURCE is [FAMILY=][FORMAT:]PATH: a file,
a folder (its recognised files, at any depth), a zip archive, or - for standard
input; gzip, zstd, xz and bzip2 are opened as they are.`,
	}
	c.AddCommand(newList(e), newDescribe(e), newCopy(e), newSynth(e), newFetch(e))
	return c
}

type copyFlags struct {
	out       string
	benign    []string
	conflicts string
	options   source.Options
}

func newCopy(e *env) *cobra.Command {
	var f copyFlags
	c := &cobra.Command{
		Use:   "copy SOURCE... --out FILE",
		Short: "write the names of sources as one CSV of domains and families",
		Long: `Copy the names of sources to one CSV with the columns domain and family: in normal
form, each name once, in the order in which they are first seen. What is left out
is counted on stderr.`,
		Example: `  threatnet datasets copy feeds/ --benign top-1m.csv --out corpus.csv.gz
  threatnet datasets copy suppobox=names.txt --out - | head`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runCopy(c.Context(), e, args, &f) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.out, "out", "", outHelp)
	fs.StringArrayVar(&f.benign, "benign", nil, "names that are all benign, `SOURCE`; may be repeated")
	fs.StringVar(&f.conflicts, "conflicts", "drop", "names both benign and DGA: drop, benign or dga")
	sourceFlags(fs, &f.options)
	return c
}

const outHelp = "the `FILE` to write, compressed if it ends in .gz; - is standard output"

func runCopy(ctx context.Context, e *env, args []string, f *copyFlags) error {
	opt := datasets.CollectOptions{Conflicts: datasets.Conflicts(f.conflicts), Strict: f.options.Strict}
	policies := []datasets.Conflicts{datasets.DropBoth, datasets.KeepBenign, datasets.KeepDGA}
	if !slices.Contains(policies, opt.Conflicts) {
		return usagef("--conflicts %q: want one of %v", f.conflicts, policies)
	}
	if f.out == "" {
		return errNoOut
	}
	f.options.Stdin = e.stdin(ctx)
	inputs, err := copyInputs(e, args, f)
	if err != nil {
		return err
	}
	return e.output(f.out, func(w io.Writer) error { // opened first: a file that cannot be written is known before hours of reading
		set, report, err := datasets.Collect(ctx, opt, inputs...)
		if err != nil {
			return err
		}
		e.logf("%s", strings.TrimSpace(report.String()))
		out := csv.NewWriter(w)
		if err := out.Write([]string{"domain", "family"}); err != nil {
			return err
		}
		for name, family := range set.All() {
			if err := out.Write([]string{name, family}); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

func copyInputs(e *env, args []string, f *copyFlags) (inputs []datasets.Input, err error) {
	sources, err := expand(e, args, f.options)
	if err != nil {
		return nil, err
	}
	f.options.Benign = true
	benign, err := expand(e, f.benign, f.options)
	if err != nil {
		return nil, err
	}
	for _, s := range append(sources, benign...) {
		inputs = append(inputs, s.Input())
	}
	return inputs, nil
}

func newSynth(e *env) *cobra.Command {
	var out string
	var count int
	var seed uint64
	c := &cobra.Command{
		Use:   "synth KIND --out FILE",
		Short: "make names as published DGA algorithms make them",
		Long: `Write synthetic names of a KIND: a DGA family's, one a line; corpus, the names of
all families and well-known real ones, as CSV with families; or popular, the
well-known names alone, ranked. "threatnet datasets list" names the kinds. The
names have the shape of the families': they serve to train and to test
detectors, not to block. The same seed gives the same names.`,
		Example: `  threatnet datasets synth corpus --count 1000 --out corpus.csv.gz
  threatnet datasets synth suppobox --count 5 --seed 7 --out -`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: synth.Kinds(),
		RunE: func(_ *cobra.Command, args []string) error {
			switch kind := args[0]; {
			case !slices.Contains(synth.Kinds(), kind):
				return usagef("no kind of names is called %q: there is %s", kind, strings.Join(synth.Kinds(), ", "))
			case count < 0 || count > synth.MaxNames:
				return usagef("--count %d: want 0 to %d", count, synth.MaxNames)
			}
			return e.output(out, func(w io.Writer) error { return synth.Write(w, args[0], seed, count) })
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&out, "out", "", outHelp)
	fs.IntVar(&count, "count", 1000, "how many names; of corpus, how many of each family")
	fs.Uint64Var(&seed, "seed", 1, "of the names")
	return c
}

var errNoOut = usagef("where to? name a file with --out, or - for standard output")

// output writes a file in one step, or standard output for "-". What is called .gz is compressed.
func (e *env) output(path string, write func(io.Writer) error) error {
	switch path {
	case "":
		return errNoOut
	case "-":
		b := bufio.NewWriter(e.out)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	}
	err := atomicfile.Write(path, 0o644, func(w io.Writer) error {
		if !strings.EqualFold(filepath.Ext(path), ".gz") {
			return write(w)
		}
		z := gzip.NewWriter(w)
		if err := write(z); err != nil {
			return err
		}
		return z.Close()
	})
	if err == nil {
		e.logf("wrote %s", path)
	}
	return err
}
