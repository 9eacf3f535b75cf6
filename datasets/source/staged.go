package source

import (
	"os"
	"slices"
	"strings"

	"threatnet/datasets/dnslog"
)

// staged gives a CSV of queries the label that NAME.json beside NAME.csv names: the settings of the search that left both
// (mode=stage of Splunk's DSDL). Where there are no such settings, or the CSV has no such column, nothing changes.
func (s *Source) staged() {
	name, isCSV := strings.CutSuffix(s.Path, ".csv")
	if s.format.queries == nil || s.format.strict || !isCSV || s.options.Label != "" || s.origin.once {
		return
	}
	text, err := os.ReadFile(name + ".json")
	if err != nil {
		return
	}
	o, err := dnslog.StagedOptions(text, dnslog.Options(s.options))
	if err == nil && slices.ContainsFunc(s.header, func(column string) bool { return strings.EqualFold(column, o.Label) }) {
		s.options.Label = o.Label
	}
}
