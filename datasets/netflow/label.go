package netflow

import (
	"strings"

	"threatnet/datasets"
)

// dashes are what the dash of "Web Attack – Brute Force", byte 0x96 of Windows-1252, has become in the files that are passed
// around: itself, U+FFFD for what is no UTF-8, U+FFFD or the dash read as Windows-1252, and byte 0x96 read as Latin-1.
var dashes = strings.NewReplacer("\u2013", "-", "\ufffd", "-", "\u00ef\u00bf\u00bd", "-", "\u00e2\u20ac\u201c", "-", "\u0096", "-")

// LabelOf gives the label that a text stands for, "" if it is empty. A byte that is no UTF-8 is a dash.
func LabelOf(text string) string {
	text = dashes.Replace(strings.ToValidUTF8(text, "-"))
	if text == "0" || text == "0.0" {
		return datasets.Benign
	}
	return datasets.FamilyOf(text)
}

// maxLabels bounds the memory on endless input, where a column of labels may hold anything.
const maxLabels = 4096

// labels remembers what texts stand for: there are few labels and many rows.
type labels map[string]string

func (l labels) of(text string) string {
	known, ok := l[text]
	if !ok {
		if len(l) >= maxLabels {
			clear(l)
		}
		text = strings.Clone(text) // not the row it is part of
		known = LabelOf(text)
		l[text] = known
	}
	return known
}
