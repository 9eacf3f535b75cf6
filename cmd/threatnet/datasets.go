package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
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
		Short: "list formats, describe and copy sources, make synthetic data",
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
		Long: `Copy the names of sources to one CSV with the columns domain and family, and date
where names have one: in normal form, each name once, in the order in which they
are first seen. What is left out is counted on stderr.`,
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
	f.options.Stdin, f.options.Context, f.options.Kind = e.stdin(ctx), ctx, source.Names
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
		if err := writeNames(out, set); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	})
}

// writeNames writes names and families, and the days on which names were first seen where any is known.
func writeNames(out *csv.Writer, set *datasets.Set) error {
	row := []string{"domain", "family"}
	if set.HasDays() {
		row = append(row, "date")
	}
	if err := out.Write(row); err != nil {
		return err
	}
	i := 0
	for name, family := range set.All() {
		row = append(row[:0], name, family)
		if set.HasDays() {
			row = append(row, datasets.FormatDay(set.Day(i)))
		}
		i++
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
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

type synthFlags struct {
	out                  string
	from                 string
	count, events, flows int
	seed                 uint64
}

func newSynth(e *env) *cobra.Command {
	var f synthFlags
	c := &cobra.Command{
		Use:   "synth KIND --out FILE",
		Short: "make synthetic names, DNS queries and flows",
		Long: `Write synthetic data of a KIND. The same seed gives the same data.

Names, --count of them: a DGA family's, one a line; corpus, the names of all
families and well-known real ones, as CSV with families; or popular, the
well-known names alone, ranked. "threatnet datasets list" names the kinds. The
names have the shape of the families': they serve to train and to test
detectors, not to block.

Streams of DNS queries, --events of them, as CSV in the order of their times:
benign-queries, what 200 clients ask for of well-known sites, or of the hosts of
the source --from, a list with the most popular first; tunnels, what invented
tools that tunnel through DNS ask for; or queries, both, one in four of a tunnel.

flows, --flows of them: flows with the features of CICFlowMeter, benign and of
four attacks, as CSV. They are drawn from a simple model and resemble no
network: they are for tests, measurements and examples.`,
		Example: `  threatnet datasets synth corpus --count 1000 --out corpus.csv.gz
  threatnet datasets synth suppobox --count 5 --seed 7 --out -
  threatnet datasets synth benign-queries --from top-1m.csv --events 100000 --out stream.csv
  threatnet datasets synth queries --events 20000 --out queries.csv`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: synth.Kinds(),
		RunE:      func(c *cobra.Command, args []string) error { return runSynth(c, e, args[0], &f) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.out, "out", "", outHelp)
	fs.IntVar(&f.count, "count", 1000, fmt.Sprintf("how many names, at most %d; of corpus, how many of each family", synth.MaxNames))
	fs.IntVar(&f.events, "events", 10_000, "how many queries")
	fs.IntVar(&f.flows, "flows", 10_000, "how many flows")
	fs.StringVar(&f.from, "from", "", "hosts that benign-queries ask for, a `SOURCE` (default well-known sites)")
	fs.Uint64Var(&f.seed, "seed", 1, "of all that is drawn")
	return c
}

func runSynth(c *cobra.Command, e *env, kind string, f *synthFlags) error {
	counter, n := "count", f.count
	switch kind {
	case synth.KindBenignQueries, synth.KindTunnels, synth.KindQueries:
		counter, n = "events", f.events
	case synth.KindFlows:
		counter, n = "flows", f.flows
	}
	if !slices.Contains(synth.Kinds(), kind) {
		return usagef("no kind of names is called %q: there is %s", kind, strings.Join(synth.Kinds(), ", "))
	}
	for _, other := range []string{"count", "events", "flows"} {
		if other != counter && c.Flags().Changed(other) {
			return usagef("--%s is not for %s: say how many with --%s", other, kind, counter)
		}
	}
	if f.from != "" && kind != synth.KindBenignQueries {
		return usagef("--from is for %s alone", synth.KindBenignQueries)
	}
	switch {
	case counter == "count" && (n < 0 || n > synth.MaxNames):
		return usagef("--count %d: want 0 to %d", n, synth.MaxNames)
	case n < 0:
		return usagef("--%s %d: want 0 or more", counter, n)
	case f.out == "":
		return errNoOut
	}
	write := func(w io.Writer) error { return synth.Write(w, kind, f.seed, n) }
	if f.from != "" {
		hosts, err := readHosts(c.Context(), e, f.from)
		if err != nil {
			return err
		}
		queries, err := synth.BenignQueries(hosts, f.seed, n)
		if err != nil {
			return fmt.Errorf("%s: %w", f.from, err)
		}
		write = func(w io.Writer) error { return synth.WriteQueries(w, kind, queries) }
	}
	return e.output(f.out, write)
}

// readHosts gives the names of a source in its order. What is left out is counted on stderr.
func readHosts(ctx context.Context, e *env, from string) ([]string, error) {
	sources, err := expand(e, []string{from}, source.Options{Kind: source.Names, Benign: true, Stdin: e.stdin(ctx), Context: ctx})
	if err != nil {
		return nil, err
	}
	var inputs []datasets.Input
	for _, s := range sources {
		inputs = append(inputs, s.Input())
	}
	set, report, err := datasets.Collect(ctx, datasets.CollectOptions{}, inputs...)
	if err != nil {
		return nil, err
	}
	e.logf("%s", strings.TrimSpace(report.String()))
	var hosts []string
	for name := range set.All() {
		hosts = append(hosts, name)
	}
	return hosts, nil
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
