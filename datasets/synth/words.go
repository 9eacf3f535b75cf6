package synth

import (
	_ "embed"
	"strings"
)

// The word lists of the wordlist families. They are common English words chosen for this
// package, none of them the list of a malware sample.
var (
	//go:embed words/common.txt
	commonText string
	//go:embed words/nouns.txt
	nounText string
	//go:embed words/verbs.txt
	verbText string
	//go:embed words/adjectives.txt
	adjectiveText string
	//go:embed words/prose.txt
	proseText string

	commonWords = strings.Fields(commonText) // short everyday words of all kinds, 384 of them
	nouns       = strings.Fields(nounText)
	verbs       = strings.Fields(verbText) // in the infinitive
	adjectives  = strings.Fields(adjectiveText)
	proseWords  = strings.Fields(proseText) // the vocabulary of laws and technical prose
)
