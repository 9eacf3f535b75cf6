package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/train/evaluate"
)

// LabelledRecords are records to evaluate a model on.
type LabelledRecords struct {
	models.Examples
	Columns  []string // what Row gives
	Row      func(i int) []string
	Unit     string   // what a record is called, in the plural
	Families []string // and those of the records, by their codes
	Codes    []int32

	model   models.Model
	unknown strangers
}

// strangers are records of families that are no class of a model: they have no place in its report.
type strangers struct {
	examples models.Examples
	families []string
	codes    []int32
}

// FamilyFigures tell how the model judges the records of each family at a threshold: where it does not tell families apart, of
// all, otherwise of those that are no class of it.
func (r *LabelledRecords) FamilyFigures(res *evaluate.Result, threshold float64, workers int) evaluate.Figures {
	fs := familyFigures("family_", r.Unit, byFamily(res, r.Families, r.Codes, threshold))
	if u := r.unknown; len(u.codes) > 0 {
		fs = append(fs, familyFigures("unknown_", r.Unit, shares(u.families, u.codes, probabilities(r.model, u.examples, workers), threshold))...)
	}
	return fs
}

// probabilities are those of examples being malicious.
func probabilities(m models.Model, e models.Examples, workers int) []float64 {
	p := make([]float64, e.Len())
	for i, v := range models.NewScorer(m, 0).Judge(e.Len(), e.Encode, workers) {
		p[i] = v.Probability
	}
	return p
}

// Labelled reads labelled sources to evaluate the model of a checkpoint on. Families are renamed as they were for training. It
// warns of sources that the model was trained on, and of families that are no class of it.
func Labelled(ctx context.Context, m models.Model, meta checkpoint.Meta, s Sources, log func(string, ...any)) (*LabelledRecords, error) {
	var settings struct {
		Rename map[string]string `json:"rename"`
	}
	if len(meta.Settings) > 0 {
		if err := json.Unmarshal(meta.Settings, &settings); err != nil {
			return nil, fmt.Errorf("the checkpoint's settings: %w", err)
		}
	}
	s.Options.Context = ctx
	var kind string
	var read func(context.Context, []opened) (*LabelledRecords, []checkpoint.Source, error)
	switch m := m.(type) {
	case models.Names:
		kind = source.Names
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledNames(ctx, m, all, settings.Rename, datasets.CollectOptions{Strict: s.Options.Strict, Form: m.Form()}, log)
		}
	case models.Queries:
		kind = source.Queries
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledQueries(ctx, m, all, log)
		}
	case models.Flows:
		kind = source.Flows
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledFlows(ctx, m, all, settings.Rename, datasets.FlowOptions{Strict: s.Options.Strict}, log)
		}
	default:
		return nil, fmt.Errorf("a %s cannot be evaluated", m.Kind())
	}
	data, err := open(s.Data, "data", s.as(kind), log)
	if err != nil {
		return nil, err
	}
	benign, err := open(s.Benign, "benign", s.as(kind), log)
	if err != nil {
		return nil, err
	}
	records, provenance, err := read(ctx, slices.Concat(data, benign))
	if err != nil {
		return nil, err
	}
	warnOfTrained(provenance, meta.Provenance.Sources, kind, log)
	if u := records.unknown; len(u.codes) > 0 {
		var names []string
		for _, f := range shares(u.families, u.codes, make([]float64, len(u.codes)), 1) {
			names = append(names, fmt.Sprintf("%s (%d)", f.Name, f.Records))
		}
		log("warning: %d %s are of families that are no class of this model, and in the figures unknown_ alone: %s", len(u.codes), kind, strings.Join(names, ", "))
	}
	return records, nil
}

// familySet is a set of labelled records.
type familySet[S any] interface {
	Families() []string
	Codes() []int32
	Select(rows []int) S
}

// known takes the records of a set whose families are classes of the model, with their places in it, and apart the others. A
// set of others alone is an error.
func known[S familySet[S], E models.Examples](m models.Model, set S, others func(S) E) (in S, places []int, unknown strangers, err error) {
	families, codes := set.Families(), set.Codes()
	class := make([]bool, len(families))
	for code, family := range families {
		_, class[code] = models.ClassOf(m, family)
	}
	var out []int
	for i, code := range codes {
		if class[code] {
			places = append(places, i)
		} else {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return set, places, strangers{}, nil
	}
	if len(places) == 0 {
		return set, nil, strangers{}, fmt.Errorf("family %q is no class of this model, which has %s", families[codes[0]], strings.Join(m.Classes(), ", "))
	}
	rest := set.Select(out)
	return set.Select(places), places, strangers{others(rest), rest.Families(), rest.Codes()}, nil
}

// warnOfTrained names the sources that a model was trained on.
func warnOfTrained(sources, trainedOn []checkpoint.Source, kind string, log func(string, ...any)) {
	for _, p := range sources {
		if slices.ContainsFunc(trainedOn, func(t checkpoint.Source) bool {
			return p.SHA256 == t.SHA256 && t.Role != partNames[validationPart] && t.Role != partNames[testPart]
		}) {
			log("warning: the model was trained on %s of %s: the figures are better than on new ones", kind, p.Name)
		}
	}
}

func labelledNames(ctx context.Context, m models.Names, all []opened, rename map[string]string, opt datasets.CollectOptions, log func(string, ...any)) (*LabelledRecords, []checkpoint.Source, error) {
	n, err := collect(ctx, all, opt, log)
	if err != nil {
		return nil, nil, err
	}
	renamed, _ := n.set.RenameAll(rename)
	set, _, unknown, err := known(m, renamed, func(s *datasets.Set) *models.NameExamples { return models.FamilyExamples(m, s) })
	if err != nil {
		return nil, nil, err
	}
	e, err := models.NewNameExamples(m, set)
	if err != nil {
		return nil, nil, err
	}
	row := func(i int) []string { return []string{set.Name(i)} }
	return &LabelledRecords{e, []string{"name"}, row, "names", set.Families(), set.Codes(), m, unknown}, n.provenance, nil
}

func labelledQueries(ctx context.Context, m models.Queries, all []opened, log func(string, ...any)) (*LabelledRecords, []checkpoint.Source, error) {
	queries, ends, provenance, err := readQueries(ctx, all, log)
	if err != nil {
		return nil, nil, err
	}
	classes := make([]int32, len(queries))
	for i := range queries {
		classes[i] = queryClass(queries[i].Label)
	}
	t := tableOf(m, queries, ends, log)
	row := func(i int) []string {
		q := &queries[i]
		when := ""
		if !q.Time.IsZero() {
			when = q.Time.UTC().Format(time.RFC3339Nano)
		}
		return []string{q.File, strconv.Itoa(q.Line), when, q.Client, datasets.EscapeName(q.Name)}
	}
	families, codes := labels(queries, upTo(len(queries)))
	e := models.NewRowExamples(m, t, upTo(len(queries)), classes)
	return &LabelledRecords{e, []string{"file", "line", "time", "client", "name"}, row, "queries", families, codes, m, strangers{}}, provenance, nil
}

func labelledFlows(ctx context.Context, m models.Flows, all []opened, rename map[string]string, opt datasets.FlowOptions, log func(string, ...any)) (*LabelledRecords, []checkpoint.Source, error) {
	read, _, provenance, err := readFlows(ctx, all, opt, log)
	if err != nil {
		return nil, nil, err
	}
	set, places, unknown, err := known(m, read.Rename(rename), func(s *datasets.FlowSet) *models.FlowExamples { return models.FlowFamilyExamples(m, s) })
	if err != nil {
		return nil, nil, err
	}
	e, err := models.NewFlowExamples(m, set)
	if err != nil {
		return nil, nil, err
	}
	row := func(i int) []string { return []string{strconv.Itoa(places[i] + 1), set.Family(i)} }
	return &LabelledRecords{e, []string{"row", "type"}, row, source.Flows, set.Families(), set.Codes(), m, unknown}, provenance, nil
}

// tableOf computes the features of queries, of which those of a source end at ends, and logs what no feature counts.
func tableOf(m models.Queries, queries []datasets.Query, ends []int, log func(string, ...any)) *models.Table {
	cols := m.Network().Input.Size()
	t := &models.Table{Cols: cols, X: make([]float32, len(queries)*cols)}
	from, unknown := 0, 0
	for _, end := range ends {
		unknown += m.Features(queries[from:end], t.X[from*cols:end*cols])
		from = end
	}
	if unknown > 0 {
		log("%d characters of the names are none of those that the features count", unknown)
	}
	return t
}
