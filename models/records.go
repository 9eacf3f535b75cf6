package models

import (
	"time"

	"threatnet/datasets"
)

// Queries is a model of DNS queries. A query's features depend on the queries of the same client and domain around it, so
// they are of a table or of a stream; scaling comes after them.
type Queries interface {
	Model
	// Features writes the features of each query of a table, before scaling: len(qs) rows of the network's inputs. It counts
	// the characters that no feature counts.
	Features(qs []datasets.Query, out []float32) (unknown int)
	// NewStream starts a stream of queries; nil where windows are of a whole table, which no stream has.
	NewStream(StreamOptions) QueryStream
	// Domain is the domain that a query of this name is counted to.
	Domain(name string) string
	// Fit fits the scaling to the features of the rows that are trained on.
	Fit(features *Table, rows []int) error
	// Scale turns a row of features into the network's input, in place.
	Scale(features []float32)
}

// QueryStream computes features over a stream of queries in the order in which they come. It belongs to one goroutine.
type QueryStream interface {
	// Features writes the features of the next query, before scaling.
	Features(q *datasets.Query, out []float32)
	// Evicted counts the windows that were given up before their time because there were too many.
	Evicted() int
	// Unknown counts the characters that no feature counts.
	Unknown() int
}

// StreamOptions bound what a stream remembers. Zero values mean the model's own.
type StreamOptions struct {
	Windows int           // most windows kept at a time
	Expiry  time.Duration // after which, without a query, a window is forgotten, by the queries' own times
}

// Flows is a model of network flows.
type Flows interface {
	Model
	// Encode writes the network's input for a flow: tokens or values, whichever the network takes.
	Encode(f *datasets.Flow, tokens []int32, values []float32)
	// Features names those of datasets.FlowFeatures that Encode reads.
	Features() []string
}

// Table holds rows of features.
type Table struct {
	Cols int
	X    []float32 // row after row
}

// Rows is the number of rows.
func (t *Table) Rows() int { return len(t.X) / t.Cols }

// Row is row i.
func (t *Table) Row(i int) []float32 { return t.X[i*t.Cols:][:t.Cols] }
