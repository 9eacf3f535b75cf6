package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
}

// FamilyFigures tell, of a model that does not tell families apart, how it judges the records of each at a threshold.
func (r *LabelledRecords) FamilyFigures(res *evaluate.Result, threshold float64) evaluate.Figures {
	return familyFigures("family_", r.Unit, byFamily(res, r.Families, r.Codes, threshold))
}

// Labelled reads labelled sources to evaluate a model on, and warns of those that it was trained on.
func Labelled(ctx context.Context, m models.Model, s Sources, trainedOn []checkpoint.Source, log func(string, ...any)) (*LabelledRecords, error) {
	var kind string
	var read func(context.Context, []opened) (*LabelledRecords, []checkpoint.Source, error)
	switch m := m.(type) {
	case models.Names:
		kind = source.Names
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledNames(ctx, m, all, datasets.CollectOptions{Strict: s.Options.Strict, Form: m.Form()}, log)
		}
	case models.Queries:
		kind = source.Queries
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledQueries(ctx, m, all, log)
		}
	case models.Flows:
		kind = source.Flows
		read = func(ctx context.Context, all []opened) (*LabelledRecords, []checkpoint.Source, error) {
			return labelledFlows(ctx, m, all, datasets.FlowOptions{Strict: s.Options.Strict}, log)
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
	warnOfTrained(provenance, trainedOn, kind, log)
	return records, nil
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

func labelledNames(ctx context.Context, m models.Names, all []opened, opt datasets.CollectOptions, log func(string, ...any)) (*LabelledRecords, []checkpoint.Source, error) {
	n, err := collect(ctx, all, opt, log)
	if err != nil {
		return nil, nil, err
	}
	e, err := models.NewNameExamples(m, n.set)
	if err != nil {
		return nil, nil, err
	}
	row := func(i int) []string { return []string{n.set.Name(i)} }
	return &LabelledRecords{e, []string{"name"}, row, "names", n.set.Families(), n.set.Codes()}, n.provenance, nil
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
	return &LabelledRecords{e, []string{"file", "line", "time", "client", "name"}, row, "queries", families, codes}, provenance, nil
}

func labelledFlows(ctx context.Context, m models.Flows, all []opened, opt datasets.FlowOptions, log func(string, ...any)) (*LabelledRecords, []checkpoint.Source, error) {
	set, _, provenance, err := readFlows(ctx, all, opt, log)
	if err != nil {
		return nil, nil, err
	}
	e, err := models.NewFlowExamples(m, set)
	if err != nil {
		return nil, nil, err
	}
	row := func(i int) []string { return []string{strconv.Itoa(i + 1), set.Family(i)} }
	return &LabelledRecords{e, []string{"row", "type"}, row, source.Flows, set.Families(), set.Codes()}, provenance, nil
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
