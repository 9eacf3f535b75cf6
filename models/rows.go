package models

// RowExamples are rows of a table of features, labelled, as a model of queries takes them.
type RowExamples struct {
	model   Queries
	table   *Table
	rows    []int
	classes []int32 // of each row of the table
}

// NewRowExamples takes the named rows of a table; classes has one for each row of the table.
func NewRowExamples(m Queries, t *Table, rows []int, classes []int32) *RowExamples {
	return &RowExamples{m, t, rows, classes}
}

// Len implements Examples.
func (e *RowExamples) Len() int { return len(e.rows) }

// Class implements Examples.
func (e *RowExamples) Class(i int) int32 { return e.classes[e.rows[i]] }

// Encode implements Examples.
func (e *RowExamples) Encode(i int, _ []int32, values []float32) {
	copy(values, e.table.Row(e.rows[i]))
	e.model.Scale(values)
}
