package dsdl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/serve/engine"
)

// apply judges the rows by a model that is there already.
func (h *handler) apply(r *http.Request, req *request, t *table) (response, error) {
	a, err := findAlgo(req.algo)
	if err != nil {
		return response{}, err
	}
	nameColumn, err := a.check(t, req)
	if err != nil {
		return response{}, err
	}
	m, err := h.find(&a, req.model)
	if err != nil {
		return response{}, err
	}
	results, err := h.judge(r.Context(), &a, m, t, nameColumn)
	if err != nil {
		return response{}, err
	}
	return response{Status: "success", Message: fmt.Sprintf("/apply: %d rows judged by %s", len(t.rows), m.Name), Results: &results}, nil
}

// judge gives the rows with the columns that the model adds, as CSV text.
func (h *handler) judge(ctx context.Context, a *algo, m *engine.Model, t *table, nameColumn string) (string, error) {
	h.mu.Lock()
	h.last = m
	h.mu.Unlock()
	answers, rows, err := answer(ctx, a, m, t, nameColumn)
	if err != nil {
		return "", err
	}
	added := a.added()
	cells := make([][]string, len(t.rows))
	blank := make([]string, len(added))
	for i := range cells {
		cells[i] = blank
	}
	gap := ""
	if a.isNotebook() {
		t = t.without("_time")
		if len(rows) < len(cells) {
			gap = ".0"
		}
	}
	for i, v := range answers {
		switch {
		case v.Err != nil:
		case a.isNotebook():
			cells[rows[i]] = []string{number(v.Probability), prediction(v.Probability) + gap}
		default:
			cells[rows[i]] = []string{number(v.Probability), v.Label, v.Verdict.Verdict}
		}
	}
	return t.with(added, cells).String(), nil
}

func number(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }

// prediction is the detection's: from .5 on, whatever the model's threshold.
func prediction(p float64) string {
	if p >= 0.5 {
		return "1"
	}
	return "0"
}

// answer asks the model, and tells which row each answer is of.
func answer(ctx context.Context, a *algo, m *engine.Model, t *table, nameColumn string) (answers []engine.Answer, rows []int, err error) {
	switch a.records {
	case source.Names:
		names := make([]string, len(t.rows))
		column := t.column(nameColumn)
		for i, row := range t.rows {
			names[i] = first(row[column])
		}
		answers, err = m.JudgeNames(ctx, names)
		return answers, t.inOrder(), err
	case source.Queries:
		return answerQueries(ctx, a, m, t, nameColumn)
	case source.Flows:
		var flows []datasets.Flow
		if flows, rows, err = t.flows(); err == nil {
			answers, err = m.JudgeFlows(ctx, flows)
		}
		return answers, rows, err
	}
	return nil, nil, errors.ErrUnsupported
}

// answerQueries judges queries the oldest first. Of the notebook's only those of rank 1 have answers; the others count for
// the windows.
func answerQueries(ctx context.Context, a *algo, m *engine.Model, t *table, nameColumn string) (answers []engine.Answer, rows []int, err error) {
	qs, at, err := t.queries(nameColumn)
	if err != nil {
		return nil, nil, err
	}
	order := oldestFirst(qs)
	sorted := make([]datasets.Query, len(qs))
	for i, q := range order {
		sorted[i] = qs[q]
	}
	all, err := m.JudgeQueries(ctx, sorted)
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		if !a.isNotebook() || sorted[i].Rank == 1 {
			answers, rows = append(answers, all[i]), append(rows, at[order[i]])
		}
	}
	return answers, rows, nil
}
