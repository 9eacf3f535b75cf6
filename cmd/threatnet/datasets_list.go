package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"threatnet/datasets/source"
	"threatnet/datasets/synth"
)

// listing is the JSON document of datasets list.
type listing struct {
	Formats []source.Format `json:"formats"`
	Synth   []synthKind     `json:"synth"`
}

type synthKind struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Source      string `json:"source,omitempty"` // the publication of the algorithm
}

func newList(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the formats of sources and the kinds of synthetic data",
		RunE: func(*cobra.Command, []string) error {
			l := listing{source.Formats(), synthKinds()}
			if asJSON {
				return e.json(l)
			}
			return printListing(e, l)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

func synthKinds() []synthKind {
	kinds := []synthKind{
		{Name: synth.KindCorpus, Description: "names of all families below, and well-known real ones"},
		{Name: synth.KindPopular, Description: "well-known real names, ranked"},
		{Name: synth.KindBenignQueries, Description: "DNS queries of 200 clients for well-known sites, or those of --from"},
		{Name: synth.KindTunnels, Description: "DNS queries of invented tunnels"},
		{Name: synth.KindQueries, Description: "both, one in four of a tunnel"},
		{Name: synth.KindFlows, Description: "network flows, benign and of four attacks"},
	}
	for _, f := range synth.Families() {
		kinds = append(kinds, synthKind{f.Name, f.Description, f.Source})
	}
	return kinds
}

func printListing(e *env, l listing) error {
	w := tabwriter.NewWriter(e.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "formats of sources, recognised by their content; FORMAT:PATH is read as FORMAT")
	for _, f := range l.Formats {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", f.Name, f.Kind, f.Description)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nkinds of synthetic data: threatnet datasets synth KIND --out FILE")
	for _, k := range l.Synth {
		fmt.Fprintf(w, "  %s\t%s\n", k.Name, k.Description)
	}
	return w.Flush()
}
