package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
)

func newInspect(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "inspect CHECKPOINT",
		Short: "print all that a checkpoint says of itself",
		Long: `Print a checkpoint's model, layers, classes, thresholds, settings, the data that it
was made from, its metrics, and the course of its training. A checkpoint whose
checksum is not that of its content is an error.`,
		Example: `  threatnet inspect dga.safetensors
  threatnet inspect dga.safetensors --json | jq .provenance.sources`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runInspect(e, args[0], asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document: the metadata, and the tensors' names, types and shapes")
	return c
}

// inspection is the JSON document of inspect.
type inspection struct {
	checkpoint.Meta
	Tensors []tensor `json:"tensors"`
}

type tensor struct {
	Name  string `json:"name"`
	Dtype string `json:"dtype"` // as safetensors calls it
	Shape []int  `json:"shape"`
}

func runInspect(e *env, path string, asJSON bool) error {
	m, f, err := catalog.Open(path)
	if err != nil {
		return err
	}
	if asJSON {
		doc := inspection{Meta: f.Meta}
		for _, t := range f.Tensors {
			doc.Tensors = append(doc.Tensors, tensor{t.Name, dtype(t.Data), t.Shape})
		}
		return e.json(doc)
	}
	var b bytes.Buffer
	if err := printInspection(&b, path, m, f); err != nil {
		return err
	}
	_, err = e.out.Write(b.Bytes())
	return err
}

// printInspection writes the sections of the text, each with a table.
func printInspection(b *bytes.Buffer, path string, m models.Model, f *checkpoint.File) error {
	meta := &f.Meta
	fmt.Fprintf(b, "%s: a %s, checkpoint format %d\n", path, meta.Model, meta.FormatVersion)
	fmt.Fprintf(b, "checksum %s: verified\n", meta.Checksum)
	if meta.Created != "" {
		fmt.Fprintf(b, "created %s\n", printable(meta.Created))
	}
	if len(meta.Resume) > 0 {
		fmt.Fprintln(b, "an unfinished training: train --resume goes on from here")
	}
	network, err := layerRows(m.Network())
	if err != nil {
		return err
	}
	section(b, "network", network)
	section(b, "tensors", tensorRows(f.Tensors))
	fmt.Fprintf(b, "\nclasses (%d)\n", len(meta.Labels))
	for i, label := range meta.Labels {
		mark := ""
		if i == m.Benign() {
			mark = "  (benign class)"
		}
		fmt.Fprintf(b, "  %s%s\n", printable(label), mark)
	}
	var thresholds [][]string
	for _, name := range slices.Sorted(maps.Keys(meta.Thresholds)) {
		thresholds = append(thresholds, []string{printable(name), fmt.Sprint(meta.Thresholds[name])})
	}
	section(b, "thresholds", thresholds)
	for _, part := range []struct {
		title string
		text  []byte
	}{{"settings", meta.Settings}, {"encoder", meta.Encoder}} {
		rows, err := jsonRows("", part.text)
		if err != nil {
			return fmt.Errorf("%s: %w: %s: %w", path, checkpoint.ErrFormat, part.title, err)
		}
		section(b, part.title, rows)
	}
	section(b, "made from", provenanceRows(meta.Provenance.Sources))
	section(b, "metrics", metricRows(meta.Metrics))
	section(b, "history", historyRows(meta.History))
	return nil
}

// section writes a title and an aligned table, or nothing where there are no rows.
func section(b *bytes.Buffer, title string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	w := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(w, "  %s\n", strings.Join(row, "\t"))
	}
	_ = w.Flush() // into memory
}
