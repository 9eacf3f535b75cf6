package engine

import (
	"context"
	"fmt"

	"threatnet/datasets"
	"threatnet/models"
)

// JudgeNames answers for domain names. A name that is none has an error in its answer.
func (m *Model) JudgeNames(ctx context.Context, names []string) ([]Answer, error) {
	model, ok := m.model.(models.Names)
	if !ok {
		return nil, m.wrongRecords(Names)
	}
	answers := make([]Answer, len(names))
	var (
		rules = m.rules.Load()
		todo  []int    // answers that the network must give
		known []string // the names of these, in normal form
		hits  int
	)
	for i, raw := range names {
		name, err := datasets.Normalize(raw)
		if err != nil {
			answers[i].Err = err
			continue
		}
		rule := rules.find(name)
		if rule == RuleAllow {
			answers[i] = m.allowed()
			continue
		}
		answers[i].Rule = rule
		if m.cache != nil {
			if a, ok := m.cache.get(name); ok {
				a.Rule = rule
				answers[i] = a
				hits++
				continue
			}
		}
		todo, known = append(todo, i), append(known, name)
	}
	out, err := m.namesOutputs(ctx, model, known)
	if err != nil {
		return nil, err
	}
	k := m.net.outputs
	for j, i := range todo {
		a := m.answer(out[j*k:][:k:k])
		if m.cache != nil {
			m.cache.put(known[j], a)
		}
		a.Rule = answers[i].Rule
		answers[i] = a
	}
	if m.cache != nil {
		m.watch.Cached(m, hits, len(todo))
	}
	return m.judged(answers), nil
}

// Probe answers as [Model.JudgeNames] does, but with what the network says of each name: no list decides and no verdict is
// remembered, and the answers are not counted as verdicts.
func (m *Model) Probe(ctx context.Context, names []string) ([]Answer, error) {
	model, ok := m.model.(models.Names)
	if !ok {
		return nil, m.wrongRecords(Names)
	}
	answers := make([]Answer, len(names))
	var (
		todo  []int
		known []string
	)
	for i, raw := range names {
		name, err := datasets.Normalize(raw)
		if err != nil {
			answers[i].Err = err
			continue
		}
		todo, known = append(todo, i), append(known, name)
	}
	out, err := m.namesOutputs(ctx, model, known)
	if err != nil {
		return nil, err
	}
	k := m.net.outputs
	for j, i := range todo {
		answers[i] = m.answer(out[j*k:][:k:k])
	}
	return answers, nil
}

// namesOutputs gives the network's outputs for names in normal form.
func (m *Model) namesOutputs(ctx context.Context, model models.Names, names []string) ([]float32, error) {
	return m.outputs(ctx, len(names), func(i int, tokens []int32, values []float32) {
		model.Encode(models.InForm(model, names[i]), tokens, values)
	})
}

// JudgeQueries answers for DNS queries. Their windows are of these queries alone, in their order.
func (m *Model) JudgeQueries(ctx context.Context, qs []datasets.Query) ([]Answer, error) {
	model, ok := m.model.(models.Queries)
	if !ok {
		return nil, m.wrongRecords(Queries)
	}
	features := make([]float32, len(qs)*m.net.cols)
	model.Features(qs, features)
	return m.judgeFeatures(ctx, model, qs, features)
}

func (m *Model) judgeFeatures(ctx context.Context, model models.Queries, qs []datasets.Query, features []float32) ([]Answer, error) {
	cols := m.net.cols
	out, err := m.outputs(ctx, len(qs), func(i int, _ []int32, values []float32) {
		copy(values, features[i*cols:][:cols])
		model.Scale(values)
	})
	if err != nil {
		return nil, err
	}
	answers, rules := m.answers(out), m.rules.Load()
	for i := range qs {
		if answers[i].Rule = rules.findQuery(qs[i].Name); answers[i].Rule == RuleAllow {
			answers[i] = m.allowed()
		}
	}
	return m.judged(answers), nil
}

// JudgeFlows answers for network flows.
func (m *Model) JudgeFlows(ctx context.Context, fs []datasets.Flow) ([]Answer, error) {
	model, ok := m.model.(models.Flows)
	if !ok {
		return nil, m.wrongRecords(Flows)
	}
	out, err := m.outputs(ctx, len(fs), func(i int, tokens []int32, values []float32) { model.Encode(&fs[i], tokens, values) })
	if err != nil {
		return nil, err
	}
	return m.judged(m.answers(out)), nil
}

// JudgeRows answers for rows that are encoded already, by the rules of [Model.Outputs].
func (m *Model) JudgeRows(ctx context.Context, rows int, tokens []int32, values []float32) ([]Answer, error) {
	out, err := m.Outputs(ctx, rows, tokens, values)
	if err != nil {
		return nil, err
	}
	return m.judged(m.answers(out)), nil
}

// Outputs gives the network's outputs for rows that are encoded already, row after row: tokens or values, as [Model.Inputs]
// says. A token id that the network does not know, and a value that is not finite, is an [InputError]; another number of
// them than rows×cols is a panic.
func (m *Model) Outputs(ctx context.Context, rows int, tokens []int32, values []float32) ([]float32, error) {
	cols, of := m.net.cols, len(values)
	if m.net.tokens {
		of = len(tokens)
	}
	if of != rows*cols || len(tokens) > 0 && len(values) > 0 {
		panic("engine: rows of another width")
	}
	if err := m.net.check(tokens, values); err != nil {
		return nil, err
	}
	return m.outputs(ctx, rows, func(i int, t []int32, v []float32) {
		if m.net.tokens {
			copy(t, tokens[i*cols:])
		} else {
			copy(v, values[i*cols:])
		}
	})
}

func (m *Model) outputs(ctx context.Context, n int, encode encoder) ([]float32, error) {
	out := make([]float32, n*m.net.outputs)
	return out, m.batcher.run(ctx, n, encode, out)
}

func (m *Model) answers(out []float32) []Answer {
	k := m.net.outputs
	answers := make([]Answer, len(out)/k)
	for i := range answers {
		answers[i] = m.answer(out[i*k:][:k:k])
	}
	return answers
}

// judged ends a call: what a list blocks is blocked.
func (m *Model) judged(answers []Answer) []Answer {
	for i := range answers {
		if answers[i].Rule == RuleBlock {
			answers[i] = m.blocked(answers[i])
		}
	}
	m.watch.Judged(m, answers)
	return answers
}

func (m *Model) wrongRecords(given string) error {
	return fmt.Errorf("%w: model %s takes %s, not %s", ErrRecords, m.Name, m.records, given)
}
