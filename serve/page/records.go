package page

import (
	"context"
	"net/http"
	"strings"

	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// records are what a form holds, of one kind.
type records struct {
	names   []name
	queries []datasets.Query
	flows   []datasets.Flow

	formats []string // of the files
	bad     int      // rows of the files that are no records
	why     []string // of the first of them
	cut     bool     // there is more than may be judged
}

// name is one distinct name.
type name struct {
	text  string
	label string // that the file has for it
	times int
}

func (in *records) len() int { return len(in.names) + len(in.queries) + len(in.flows) }

// maxWhy is how many bad rows are told of.
const maxWhy = 5

// readRecords takes the records of a kind from the text of a form and then from its files, so many at most. A line of the
// text is a name, whatever stands in it; flows have no short form, so the text is read as a file is.
func readRecords(ctx context.Context, f form, kind string, limit int) (*records, error) {
	in := &records{}
	var files []upload
	if kind != engine.Flows {
		in.addLines(f.text, kind, limit)
	} else if strings.TrimSpace(f.text) != "" {
		files = append(files, upload{"the text", []byte(f.text)})
	}
	for _, file := range append(files, f.files...) {
		if err := in.addFile(ctx, file, kind, limit); err != nil {
			return nil, err
		}
	}
	if in.len() == 0 && in.bad == 0 {
		return nil, httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, "", "there is nothing to judge: want %s", wanted[kind])
	}
	in.names = distinct(in.names)
	return in, nil
}

// wanted says for each kind of records what a form must have.
var wanted = map[string]string{
	engine.Names:   "names, one a line, or a file",
	engine.Queries: "names that were asked for, one a line, or a log of DNS queries",
	engine.Flows:   "a file of flows",
}

func (in *records) addLines(text, kind string, limit int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if in.len() == limit {
			in.cut = true
			return
		}
		if kind == engine.Queries {
			in.queries = append(in.queries, datasets.Query{Name: strings.TrimSuffix(line, ".")})
		} else {
			in.names = append(in.names, name{text: line, times: 1})
		}
	}
}

// distinct counts names that are the same, each at its first place. A name that is none is itself.
func distinct(names []name) []name {
	at := map[string]int{}
	var all []name
	for _, n := range names {
		key, err := datasets.Normalize(n.text)
		if err != nil {
			key = n.text
		}
		if i, ok := at[key]; ok {
			all[i].times++
			continue
		}
		at[key] = len(all)
		all = append(all, n)
	}
	return all
}
