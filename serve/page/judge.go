package page

import (
	"cmp"
	"context"
	"slices"

	"threatnet/datasets"
	"threatnet/serve/engine"
)

const (
	maxExplained = 50 // names whose characters are shaded
	maxFamilies  = 12 // that have bars
)

// judgeAll judges records, of which so many at most are listed: the most suspicious ones, in the order that is asked for.
func judgeAll(ctx context.Context, m *engine.Model, in *records, order string, listed int) (*result, error) {
	answers, err := answer(ctx, m, in)
	if err != nil {
		return nil, err
	}
	res := &result{Model: m, Total: len(answers), Records: in}
	for i := range answers {
		switch a := &answers[i]; {
		case a.Err != nil:
			res.Failed++
		case malicious(*a):
			res.Malicious++
		default:
			res.Benign++
		}
	}
	all := families(m, answers)
	res.Families, res.Others = all[:min(len(all), maxFamilies)], all[min(len(all), maxFamilies):]
	for _, i := range choose(answers, order, listed) {
		res.Rows = append(res.Rows, newRow(in, i, answers[i]))
	}
	if m.Records() == engine.Names {
		err = res.explain(ctx)
	}
	return res, err
}

func answer(ctx context.Context, m *engine.Model, in *records) ([]engine.Answer, error) {
	switch m.Records() {
	case engine.Queries:
		return m.JudgeQueries(ctx, in.queries)
	case engine.Flows:
		return m.JudgeFlows(ctx, in.flows)
	}
	names := make([]string, len(in.names))
	for i, n := range in.names {
		names[i] = n.text
	}
	return m.JudgeNames(ctx, names)
}

// choose gives the places of the answers that are listed. Records that are none come last in the order of suspicion.
func choose(answers []engine.Answer, order string, listed int) []int {
	all := make([]int, len(answers))
	for i := range all {
		all[i] = i
	}
	suspicion := func(i int) float64 {
		if answers[i].Err != nil {
			return -1
		}
		return answers[i].Probability
	}
	if order == orderSuspicion || len(all) > listed {
		slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(suspicion(b), suspicion(a)) })
		all = all[:min(len(all), listed)]
	}
	if order != orderSuspicion {
		slices.Sort(all)
	}
	return all
}

func newRow(in *records, i int, a engine.Answer) row {
	r := row{Number: i + 1, Answer: a}
	switch {
	case len(in.queries) > 0:
		r.Query = &in.queries[i]
		r.Name, r.Label = r.Query.Name, r.Query.Label
	case len(in.flows) > 0:
		r.Flow = &in.flows[i]
		r.Label = r.Flow.Label
	default:
		n := in.names[i]
		r.Given, r.Name, r.Label, r.Times = n.text, n.text, n.label, n.times
		if normal, err := datasets.Normalize(n.text); err == nil {
			r.Name = normal
		}
	}
	return r
}

// explain shades the characters of the first names that the network has judged.
func (res *result) explain(ctx context.Context) error {
	var (
		rows    []*row
		names   []string
		answers []engine.Answer
	)
	for i := range res.Rows {
		r := &res.Rows[i]
		if r.Answer.Err == nil && r.Answer.Rule == "" && len(rows) < maxExplained {
			rows, names, answers = append(rows, r), append(names, r.Name), append(answers, r.Answer)
		}
	}
	weights, err := occlusion(ctx, res.Model.Probe, oddsOf(res.Model.NumOutputs(), res.Model.Benign()), names, answers)
	if err != nil {
		return err
	}
	for i, r := range rows {
		r.Weighs = letters(r.Name, weights[i])
	}
	res.Explained = len(rows)
	return nil
}

// families counts the malicious records of each class but the benign one, which may be the most probable of a record that
// is malicious. The largest come first.
func families(m *engine.Model, answers []engine.Answer) []family {
	counts := map[string]int{}
	for i := range answers {
		if a := &answers[i]; a.Err == nil && malicious(*a) {
			best := -1
			for c, p := range a.Probabilities {
				if c != m.Benign() && (best < 0 || p > a.Probabilities[best]) {
					best = c
				}
			}
			counts[m.Classes()[best]]++
		}
	}
	all := byCount(counts)
	for i := range all {
		all[i].Share = float64(all[i].Count) / float64(all[0].Count)
	}
	return all
}

// byCount lists classes with the number of their records, the most first.
func byCount(counts map[string]int) []family {
	var all []family
	for label, n := range counts {
		all = append(all, family{Label: label, Count: n})
	}
	slices.SortFunc(all, func(a, b family) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	return all
}
