package page

import (
	"strings"

	"threatnet/datasets"
	"threatnet/serve/engine"
)

// result is what a model says of the records of a form.
type result struct {
	Model     *engine.Model
	Total     int
	Malicious int
	Benign    int
	Failed    int // records that are none
	Records   *records
	Rows      []row // those that are listed
	Families  []family
	Others    []family // past maxFamilies
	Explained int      // names whose characters are shaded
}

// row is a row of the table of verdicts.
type row struct {
	Number int // among the records, from 1 on
	Answer engine.Answer
	Label  string // that the file has for it
	Times  int    // how often the name is there

	Given  string // the name as it was given
	Name   string // the same in normal form; of a query as it was asked
	Weighs []letter

	Query *datasets.Query
	Flow  *datasets.Flow
}

// family counts the malicious records of a class.
type family struct {
	Label string
	Count int
	Share float64 // of the largest one
}

// Names tells the tables apart, as Queries and Flows do.
func (r *result) Names() bool { return r.Model.Records() == engine.Names }

// Queries tells whether the records are queries.
func (r *result) Queries() bool { return r.Model.Records() == engine.Queries }

// Flows tells whether the records are flows.
func (r *result) Flows() bool { return r.Model.Records() == engine.Flows }

// Many tells whether the model knows more than benign and malicious.
func (r *result) Many() bool { return len(r.Model.Classes()) > 2 }

// Hidden is the number of records that are judged and not listed.
func (r *result) Hidden() int { return r.Total - len(r.Rows) }

// Labelled tells whether the file has labels.
func (r *result) Labelled() bool { return r.any(func(w *row) bool { return w.Label != "" }) }

// Repeated tells whether a name is there more than once.
func (r *result) Repeated() bool { return r.any(func(w *row) bool { return w.Times > 1 }) }

// Timed tells whether a record has a time.
func (r *result) Timed() bool {
	return r.any(func(w *row) bool {
		return w.Query != nil && !w.Query.Time.IsZero() || w.Flow != nil && !w.Flow.Time.IsZero()
	})
}

// Ended tells whether a flow has its addresses.
func (r *result) Ended() bool {
	return r.any(func(w *row) bool { return w.Flow != nil && w.Flow.Source+w.Flow.Destination != "" })
}

func (r *result) any(is func(*row) bool) bool {
	for i := range r.Rows {
		if is(&r.Rows[i]) {
			return true
		}
	}
	return false
}

// Format is that of the files.
func (r *result) Format() string { return strings.Join(r.Records.formats, ", ") }

// Bad is the number of rows of the file that are no records.
func (r *result) Bad() int { return r.Records.bad }

// Why tells of the first of them.
func (r *result) Why() []string { return r.Records.why }

// Cut tells whether the form holds more than was judged.
func (r *result) Cut() bool { return r.Records.cut }
