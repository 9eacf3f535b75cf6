package synth

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed popular.txt
var popularText string

var popularNames = sync.OnceValue(func() []string { return strings.Fields(popularText) })

// Popular lists real host names of well-known sites, most of them registrable names, in
// lower-case ASCII. The order is a rough rank, the most visited first: it was set by hand
// from general knowledge and is no measurement. The list names sites of many countries,
// languages and trades; it says nothing of whether a site is safe.
func Popular() []string { return slices.Clone(popularNames()) }
