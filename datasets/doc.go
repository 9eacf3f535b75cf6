// Package datasets holds the records that threatnet learns from and what is done with them before a model sees them:
// iteration with located errors, normalisation of names and the choice of their [Form], deduplication, rules on families,
// splits, and what is to be known of the data before a figure is believed.
//
// It takes records from readers (datasets/feed for names) through iterators, never from files itself. It gives a [Set] of
// labelled names in the order in which they were first seen, a [Report] of everything that was left out and why, and splits
// as indices into the set: [Random], [Stratified], [TrainTestSplit], and [ByTime] where names have dates. [Stratified] and
// [Random] work on indices and classes, so they serve any kind of record. [HoldOut] leaves families out.
//
// [FamilyRules] renames, drops, merges, caps and samples families and says what it did. [Shortcuts] measures by what else
// than their making benign and DGA names differ; [Overlap], [NearDuplicates] and [NearOverlap] find names that are, but for
// their suffix, the same. A [Cache] keeps names on disk where they are too many for memory.
//
// A bad row is a [*RowError]: it is counted, located and skipped. Any other error ends the reading. Results never depend on
// map order, on the number of cores or on the time: the same rows, options and seed give the same set and the same splits.
package datasets
