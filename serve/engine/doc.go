// Package engine keeps trained models in memory and says what they say of records. It knows no protocol.
//
// An [Engine] takes checkpoints, files or folders of them. Each file is a model, named by the file's base name without its
// extension; the first is the one that is meant where none is named. A file that has changed becomes a new version of its
// model: it is loaded and run once before it takes over. A damaged one is refused, and the version before it stays. Records
// that are being judged are finished by the version that began with them.
//
// A record that is none, such as a name of 300 characters, has an error in its place among the answers; the others are
// answered. Small calls that come at the same time go through the network together (see [Options.BatchWait]). The verdicts of
// names are remembered for each version, so many at most. Lists of names decide before the network does (see [Rules]).
//
// All methods of an Engine and of a [Model] may be used by many goroutines.
package engine
