package source

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/dnslog"
	"threatnet/datasets/feed"
	"threatnet/datasets/netflow"
)

// Kinds of records. Names are had of logs of queries too, and queries of lists of names, without client and time.
const (
	Names   = "names"
	Queries = "queries"
	Flows   = "flows"
)

// Format describes one format of sources.
type Format struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"` // the records it holds
	Description string `json:"description"`
}

// Formats lists the formats.
func Formats() []Format {
	var list []Format
	for _, f := range slices.Concat(feeds(), logs(), flows()) {
		list = append(list, f.Format)
	}
	return list
}

// format is a format of any of the packages that read records. One of its read functions is set.
type format struct {
	Format
	strict    bool // recognised beyond doubt, by a text from its first byte on
	recognize func(head []byte, o feed.Options) bool
	header    func(head []byte, o feed.Options) []string
	domains   func(text *bufio.Reader, o feed.Options) datasets.Domains
	queries   func(text *bufio.Reader, o feed.Options) datasets.Queries
	flows     func(text *bufio.Reader, o feed.Options) datasets.Flows
}

func feeds() (all []format) {
	for _, f := range feed.Formats() {
		all = append(all, format{Format: Format{f.Name, Names, f.Description}, recognize: f.Recognize, header: f.Header, domains: f.Read})
	}
	return all
}

func logs() (all []format) {
	for _, f := range dnslog.Formats() {
		all = append(all, format{
			Format: Format{f.Name, Queries, f.Description}, strict: f.Strict,
			recognize: func(head []byte, o feed.Options) bool { return f.Recognize(head, dnslog.Options(o)) },
			header: func(head []byte, o feed.Options) []string {
				if f.Header == nil {
					return nil
				}
				return f.Header(head, dnslog.Options(o))
			},
			queries: func(text *bufio.Reader, o feed.Options) datasets.Queries {
				family := o.Family
				o.Family = ""
				return given(f.Read(text, dnslog.Options(o)), family, o.Benign, datasets.FamilyOf, func(q *datasets.Query) *string { return &q.Label })
			},
		})
	}
	return all
}

func flows() (all []format) {
	options := func(o feed.Options) netflow.Options {
		return netflow.Options{File: o.File, Label: o.Label, Benign: o.Benign, Line: o.Line}
	}
	for _, f := range netflow.Formats() {
		all = append(all, format{
			Format:    Format{f.Name, Flows, f.Description},
			recognize: func(head []byte, o feed.Options) bool { return f.Recognize(head, options(o)) },
			header:    func(head []byte, o feed.Options) []string { return f.Header(head, options(o)) },
			flows: func(text *bufio.Reader, o feed.Options) datasets.Flows {
				return given(f.Read(text, options(o)), o.Family, o.Benign, netflow.LabelOf, func(f *datasets.Flow) *string { return &f.Label })
			},
		})
	}
	return all
}

// candidates are the formats from which records of a kind can be had, in the order in which they are tried: those that are
// recognised beyond doubt first. "" means any kind.
func candidates(kind string) []format {
	unmistakable := slices.DeleteFunc(logs(), func(f format) bool { return !f.strict })
	switch kind {
	case Queries:
		return slices.Concat(logs(), feeds())
	case Flows:
		return flows()
	case Names:
		return slices.Concat(unmistakable, feeds())
	}
	return slices.Concat(logs(), flows(), feeds())
}

// lookup finds a format by its name among those of a kind.
func lookup(name, kind string) (format, error) {
	of := func(f format) bool { return f.Name == name }
	all := slices.Concat(candidates(kind), logs())
	if kind == Flows {
		all = candidates(kind)
	}
	if i := slices.IndexFunc(all, of); i >= 0 {
		return all[i], nil
	}
	if i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == name }); i >= 0 {
		return format{}, fmt.Errorf("%w: %s holds %s, not %s", ErrUnrecognised, name, Formats()[i].Kind, kind)
	}
	return format{}, fmt.Errorf("%w %q", ErrUnknownFormat, name)
}

func known(name string) bool {
	return slices.ContainsFunc(Formats(), func(f Format) bool { return f.Name == name })
}

func formatNames() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
