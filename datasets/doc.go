// Package datasets holds the records that threatnet learns from and what is done with them before a model sees them:
// iteration with located errors, normalisation of names, deduplication, merging of rare families, and splits.
//
// It takes records from readers (datasets/feed for names) through iterators, never from files itself. It gives a [Set] of
// labelled names in the order in which they were first seen, a [Report] of everything that was left out and why, and splits
// as indices into the set. The splits work on indices and classes, so they serve any kind of record.
//
// A bad row is a [*RowError]: it is counted, located and skipped. Any other error ends the reading. Results never depend on
// map order, on the number of cores or on the time: the same rows, options and seed give the same set and the same splits.
package datasets
