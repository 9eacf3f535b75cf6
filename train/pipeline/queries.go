package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
)

// queryRecords are the queries of a job. Those of a source are one table: windows do not reach from one source into another.
type queryRecords struct {
	job     *Job
	queries []datasets.Query
	tables  []int // where each source's queries end
	sources []checkpoint.Source
	parts   [numParts][]int
	classes []int32 // 0 benign, 1 exfiltration
	left    []string
	tried   string // the split, for the checkpoint

	model models.Queries // whose features table holds
	table *models.Table
}

// queryRules is what the checkpoint keeps of the split of queries.
type queryRules struct {
	Split   string         `json:"split"`
	Labels  map[string]int `json:"labels"`
	HoldOut []string       `json:"holdout,omitempty"`
}

// load implements records.
func (r *queryRecords) load(ctx context.Context) error {
	j := r.job
	data, err := open(j.Sources.Data, "data", j.Sources.as(source.Queries), j.Log)
	if err != nil {
		return err
	}
	benign, err := open(j.Sources.Benign, "benign", j.Sources.as(source.Queries), j.Log)
	if err != nil {
		return err
	}
	if err := r.read(ctx, slices.Concat(data, benign)); err != nil {
		return err
	}
	if err := r.split(); err != nil {
		return err
	}
	read := func(p part, args []string) error { return r.readNamed(ctx, p, args) }
	return loadNamed(&r.job.Sources, read, func(from, to part) { r.parts[to] = r.parts[from] })
}

// read adds the queries of sources.
func (r *queryRecords) read(ctx context.Context, all []opened) error {
	queries, ends, provenance, err := readQueries(ctx, all, r.job.Log)
	if err != nil {
		return err
	}
	for _, end := range ends {
		r.tables = append(r.tables, len(r.queries)+end)
	}
	r.queries, r.sources = append(r.queries, queries...), append(r.sources, provenance...)
	for i := range queries {
		r.classes = append(r.classes, queryClass(queries[i].Label))
	}
	return nil
}

// readQueries reads the queries of sources, and tells where those of each source end.
func readQueries(ctx context.Context, all []opened, log func(string, ...any)) (queries []datasets.Query, ends []int, provenance []checkpoint.Source, err error) {
	inputs := make([]datasets.QueryInput, len(all))
	for i, s := range all {
		inputs[i] = datasets.QueryInput{Name: s.Path, Queries: s.Queries()}
	}
	queries, ends, report, err := datasets.CollectQueries(ctx, datasets.QueryOptions{}, inputs...)
	if err != nil {
		return nil, nil, nil, err
	}
	log("%s", strings.TrimRight(report.String(), "\n"))
	from := 0
	for i, s := range all {
		labels := map[string]int{}
		for _, q := range queries[from:ends[i]] {
			labels[q.Label]++
		}
		p, err := s.provenance(labels)
		if err != nil {
			return nil, nil, nil, err
		}
		provenance, from = append(provenance, p), ends[i]
	}
	return queries, ends, provenance, nil
}

func queryClass(label string) int32 {
	if datasets.IsBenign(label) {
		return 0
	}
	return 1
}

// split cuts the queries: no pair of client and domain, and no domain of a tunnel, is in two parts.
func (r *queryRecords) split() error {
	j, s := r.job, &r.job.Settings
	rows, err := r.holdOut(s.HoldOut)
	if err != nil {
		return err
	}
	classes := make([]int32, len(rows))
	var counts [2]int
	for i, row := range rows {
		classes[i] = r.classes[row]
		counts[classes[i]]++
	}
	if len(rows) == 0 {
		return errors.New("there are no queries")
	}
	if counts[0] == 0 || counts[1] == 0 {
		return fmt.Errorf("all %d queries are of one class: add others (--data, --benign)", len(rows))
	}
	f := fractions(len(j.Sources.Validation) > 0, len(j.Sources.Test) > 0)
	var split datasets.Split
	r.tried = s.Split
	switch s.Split {
	case train.NoSplit:
		split.Train = upTo(len(rows))
	case train.Random:
		split, err = datasets.Random(len(rows), f, s.Seed)
	case train.Stratified:
		split, err = datasets.Stratified(classes, f, s.Seed)
	case train.Grouped:
		split, err = datasets.Grouped(classes, r.groups(rows), f, s.Seed)
		if errors.Is(err, datasets.ErrFewGroups) {
			j.Log("warning: the queries of a class come from fewer domains than there are parts: rows are split at random, and what is tested on has the domains that were trained on")
			r.tried = train.Stratified
			split, err = datasets.Stratified(classes, f, s.Seed)
		}
	default:
		err = fmt.Errorf("%w: queries are not split by %q", train.ErrSettings, s.Split)
	}
	if err != nil {
		return err
	}
	for p, part := range [][]int{split.Train, split.Validation, split.Test} {
		for _, i := range part {
			r.parts[p] = append(r.parts[p], rows[i])
		}
	}
	j.Log("queries: %d, of these %d benign, %d exfiltration; split: %s", len(rows), counts[0], counts[1], r.tried)
	return nil
}

// holdOut puts the queries of some labels aside and gives the others.
func (r *queryRecords) holdOut(labels []string) (rows []int, err error) {
	r.left = labels
	found := map[string]bool{}
	for i := range r.queries {
		if label := r.queries[i].Label; slices.Contains(labels, label) {
			r.parts[heldPart] = append(r.parts[heldPart], i)
			found[label] = true
		} else {
			rows = append(rows, i)
		}
	}
	for _, label := range labels {
		if !found[label] {
			return nil, fmt.Errorf("no query is labelled %q, which is to be left out", label)
		}
	}
	return rows, nil
}

// groups numbers what must not be cut: the domain of a tunnel, and each pair of client and domain.
func (r *queryRecords) groups(rows []int) []int32 {
	m, err := catalog.NewQueries(r.job.Kind, models.Options{Parity: r.job.Settings.Mode == train.Parity})
	if err != nil {
		panic("pipeline: a model of queries is needed")
	}
	domains := make([]string, len(rows))
	tunnel := map[string]bool{}
	for i, row := range rows {
		domains[i] = m.Domain(r.queries[row].Name)
		if r.classes[row] == 1 {
			tunnel[domains[i]] = true
		}
	}
	type group struct{ client, domain string }
	numbers := map[group]int32{}
	groups := make([]int32, len(rows))
	for i, row := range rows {
		g := group{r.queries[row].Client, domains[i]}
		if tunnel[g.domain] {
			g.client = ""
		}
		if _, ok := numbers[g]; !ok {
			numbers[g] = int32(len(numbers))
		}
		groups[i] = numbers[g]
	}
	return groups
}

// readNamed reads the sources of a part.
func (r *queryRecords) readNamed(ctx context.Context, p part, args []string) error {
	j := r.job
	all, err := open(args, partNames[p], j.Sources.as(source.Queries), j.Log)
	if err != nil {
		return err
	}
	from := len(r.queries)
	if err := r.read(ctx, all); err != nil {
		return err
	}
	for i := from; i < len(r.queries); i++ {
		r.parts[p] = append(r.parts[p], i)
	}
	r.warnOfOverlap(p)
	return nil
}

// warnOfOverlap counts the names of a part that are trained on as well.
func (r *queryRecords) warnOfOverlap(p part) {
	trained := map[string]bool{}
	for _, i := range r.parts[trainPart] {
		trained[r.queries[i].Name] = true
	}
	n := 0
	for _, i := range r.parts[p] {
		if trained[r.queries[i].Name] {
			n++
		}
	}
	if n > 0 {
		r.job.Log("warning: %d of the %d queries for %s are for names that are also trained on", n, len(r.parts[p]), partNames[p])
	}
}

// fit implements records.
func (r *queryRecords) fit(e catalog.Entry, o models.Options) (models.Model, error) {
	if e.NewQueries == nil {
		return nil, fmt.Errorf("a %s is not trained on queries", e.Kind)
	}
	m, err := e.NewQueries(o)
	if err != nil {
		return nil, err
	}
	r.model, r.table = m, tableOf(m, r.queries, r.tables, r.job.Log)
	return m, m.Fit(r.table, r.parts[trainPart])
}

// len implements records.
func (r *queryRecords) len(p part) int { return len(r.parts[p]) }

// examples implements records.
func (r *queryRecords) examples(m models.Model, p part) (models.Examples, error) {
	if m != models.Model(r.model) {
		panic("pipeline: the features are of another model")
	}
	classes := r.classes
	if p == heldPart {
		_, codes := r.families(heldPart)
		classes = make([]int32, len(r.queries))
		for k, i := range r.parts[heldPart] {
			classes[i] = codes[k]
		}
	}
	return models.NewRowExamples(r.model, r.table, r.parts[p], classes), nil
}

// families implements records: those of queries are their labels.
func (r *queryRecords) families(p part) (names []string, codes []int32) {
	return labels(r.queries, r.parts[p])
}

// labels are those of the queries at these places, and their codes.
func labels(queries []datasets.Query, places []int) (names []string, codes []int32) {
	index := map[string]int32{}
	for _, i := range places {
		label := queries[i].Label
		if _, ok := index[label]; !ok {
			index[label] = int32(len(names))
			names = append(names, label)
		}
		codes = append(codes, index[label])
	}
	return names, codes
}

// ownSplit implements records.
func (r *queryRecords) ownSplit() string { return train.Grouped }

// unit implements records.
func (r *queryRecords) unit() string { return "queries" }

// provenance implements records.
func (r *queryRecords) provenance() []checkpoint.Source { return slices.Clone(r.sources) }

// rules implements records.
func (r *queryRecords) rules() any {
	labels := map[string]int{}
	for i := range r.queries {
		labels[r.queries[i].Label]++
	}
	return queryRules{r.tried, labels, r.left}
}

// close implements records.
func (r *queryRecords) close() error { return nil }
