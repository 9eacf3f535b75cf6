package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"threatnet/datasets/synth"
	"threatnet/internal/atomicfile"
	"threatnet/models"
	"threatnet/models/dgalstm"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// corpusNames is how many names of each family the embedded corpus has here.
const corpusNames = 500

func newQuickstart(e *env) *cobra.Command {
	var out, resume string
	var seed uint64
	c := &cobra.Command{
		Use:   "quickstart",
		Short: "train, test and score on the embedded corpus, within a minute",
		Long: `Train dga-lstm on the embedded corpus, print its report and score a few names.
The corpus is synthetic: names made by our own generators of published DGA
algorithms, against a list of real popular names. It shows that everything
works; its figures say nothing about names from the wild.`,
		RunE: func(c *cobra.Command, _ []string) error { return runQuickstart(c.Context(), e, out, resume, seed) },
	}
	c.Flags().StringVar(&out, "out", "quickstart.safetensors", "the checkpoint `FILE`")
	c.Flags().Uint64Var(&seed, "seed", 1, "of corpus, weights, shuffles, masks and splits")
	resumeFlag(c.Flags(), &resume)
	return c
}

// writeCorpus writes a synthetic corpus to a temporary file; remove deletes it.
func writeCorpus(write func(io.Writer) error) (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "threatnet-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	path = filepath.Join(dir, "synthetic-corpus.csv")
	if err = atomicfile.Write(path, 0o600, write); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

func runQuickstart(ctx context.Context, e *env, out, resume string, seed uint64) error {
	if err := checkOut(out, resume); err != nil {
		return err
	}
	corpus, remove, err := writeCorpus(func(w io.Writer) error { return synth.Write(w, synth.KindCorpus, seed, corpusNames) })
	if err != nil {
		return err
	}
	defer remove()
	settings, err := train.DefaultSettings(dgalstm.Kind, train.Corrected)
	if err != nil {
		return err
	}
	settings.Seed = seed
	e.logf("the corpus is synthetic: %d names of each of %d DGA families from our own generators, and %d real popular names", corpusNames, len(synth.Families()), len(synth.Popular()))
	job := pipeline.Job{Kind: dgalstm.Kind, Settings: settings, Sources: pipeline.Sources{Data: []string{corpus}}, Out: out, Resume: resume, Log: e.logf}
	if _, err := trainJob(ctx, e, job, false); err != nil {
		return err
	}
	if err := scoreExamples(e, out, seed); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, `
Next:
  threatnet score --model %[1]s NAME...          ask about names
  threatnet inspect %[1]s                        see what the checkpoint holds
  threatnet train dga-lstm --data FEED --benign LIST   train on your own names
`, out)
	return err
}

// scoreExamples scores some popular names and, of each of a few families, the first name of another seed.
func scoreExamples(e *env, checkpoint string, seed uint64) error {
	m, file, err := openNames(checkpoint)
	if err != nil {
		return err
	}
	names := []string{"wikipedia.org", "github.com", "lemonde.fr"}
	for _, family := range []string{"conficker", "necurs", "ramnit", "suppobox", "banjori"} {
		ns, err := synth.Generate(family, seed+1_000_000, 1)
		if err != nil {
			return err
		}
		names = append(names, ns...)
	}
	s := models.NewScorer(m, threshold(file))
	vs := s.Judge(len(names), func(i int, tokens []int32, values []float32) { m.Encode(names[i], tokens, values) }, 1)
	if _, err := fmt.Fprintf(e.out, "\nA few names (the last five were made by generators, with a seed that was not trained on):\n"); err != nil {
		return err
	}
	for i, v := range vs {
		_, err = fmt.Fprintf(e.out, "  %-28s  %-9s  %.4f  %s\n", names[i], v.Verdict, v.Probability, v.Label)
		if err != nil {
			return err
		}
	}
	return nil
}
