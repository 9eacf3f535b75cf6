// Package instances is what the prediction protocols have in common: the records of a request in the forms that they come
// in, and what a model says of them.
//
// An instance is a record, or a row that an encoder made elsewhere. A record is a name as a string, or an object with a
// record's fields: {"name": …} for models of names, those of package records for queries and flows. Text may be
// {"b64": …}, base64 of its bytes. A row is a list of as many numbers as the network has inputs, or an object with such a
// list in "input": token ids where the network takes tokens, finite numbers elsewhere. All instances of a request are
// records, or all are rows.
//
// A request is refused as a whole, by an [httpx.Problem] that names the field: the protocols have no place for the error of one
// instance.
package instances

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"threatnet/datasets"
	"threatnet/serve/document"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// Names of the tensors that a model takes: encoded rows, and names.
const (
	Input = "input"
	Name  = "name"
)

// Batch gathers the instances of a request for a model.
type Batch struct {
	model *engine.Model
	scope *httpx.Scope
	cols  int
	token bool

	path    func(i int) string        // of instance i in the request
	cell    func(row, col int) string // of a number of an encoded row
	field   func(row int, name string) string
	count   int
	names   []string
	queries []datasets.Query
	flows   []datasets.Flow
	encoded bool // rows, of tokens or values
	tokens  []int32
	values  []float32
}

// New makes an empty batch for a request, which may have as many instances as its scope says.
func New(m *engine.Model, scope *httpx.Scope) *Batch {
	b := &Batch{model: m, scope: scope}
	b.cols, b.token = m.Inputs()
	b.At(func(i int) string { return document.Index("", i) })
	return b
}

// Len is the number of instances.
func (b *Batch) Len() int { return b.count }

// Judge gives the model's answers, one for each instance. The error of an instance is that of the batch.
func (b *Batch) Judge(ctx context.Context) ([]engine.Answer, error) {
	answers, err := b.judge(ctx)
	var input *engine.InputError
	if errors.As(err, &input) {
		return nil, Bad(b.cell(input.Row, input.Col), "%s", input.Reason)
	}
	if err != nil {
		return nil, err
	}
	for i := range answers {
		a := &answers[i]
		if a.Err != nil {
			return nil, httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, b.path(i), "%v", a.Err)
		}
		if math.IsNaN(a.Probability) {
			return nil, Bad(b.path(i), "the numbers are too large: the network's answer is no number")
		}
	}
	return answers, nil
}

func (b *Batch) judge(ctx context.Context) ([]engine.Answer, error) {
	switch {
	case b.encoded:
		return b.model.JudgeRows(ctx, b.count, b.tokens, b.values)
	case b.model.Records() == engine.Names:
		return b.model.JudgeNames(ctx, b.names)
	case b.model.Records() == engine.Queries:
		return b.model.JudgeQueries(ctx, b.queries)
	}
	return b.model.JudgeFlows(ctx, b.flows)
}

// Append writes the answer for instance i as the object that "threatnet score --json" prints; an encoded row is a row.
func (b *Batch) Append(dst []byte, i int, a *engine.Answer) []byte {
	switch {
	case b.encoded || b.model.Records() == engine.Flows:
		return records.AppendFlow(dst, i+1, a)
	case b.model.Records() == engine.Names:
		return records.AppendName(dst, b.names[i], a)
	}
	return records.AppendQuery(dst, b.model, &b.queries[i], a)
}

// Versions are the versions of a model that are there, the newest first, as the protocols write them.
func Versions(e *engine.Engine, name string) []string {
	var vs []string
	for _, m := range e.Versions(name) {
		vs = append(vs, strconv.Itoa(m.Version))
	}
	return vs
}
