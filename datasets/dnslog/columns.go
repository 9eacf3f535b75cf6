package dnslog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatnet/datasets"
)

// The columns that are looked for, the first present first. Those of Splunk's data model have "DNS." before their names.
var (
	nameColumns   = []string{"query"}
	clientColumns = []string{"src", "src_ip", "client", "client_ip", "source_ip", "id.orig_h"}
	timeColumns   = []string{"_time", "ts", "time", "timestamp"}
	typeColumns   = []string{"record_type", "qtype_name", "qtype", "query_type"}
	rankColumns   = []string{"rank"}
	labelColumns  = []string{
		"is_exfiltration", "is_dns_data_exfiltration", "exfiltration", "family", "subclass", "label", "class",
	}
)

// columns says which column of a text is what; -1 stands for none.
type columns struct {
	name, client, time, kind, rank int
	labels                         []int

	values, types, verdicts remembered
}

// newColumns finds the columns by their names. The error is ErrColumn.
func newColumns(header []string, opt Options) (*columns, error) {
	c := &columns{
		name: firstOf(header, nameColumns), client: firstOf(header, clientColumns), time: firstOf(header, timeColumns),
		kind: firstOf(header, typeColumns), rank: firstOf(header, rankColumns),
		values: remembered{}, types: remembered{}, verdicts: remembered{},
	}
	if opt.NameColumn != "" {
		c.name = find(header, opt.NameColumn)
	}
	if c.name < 0 {
		want := opt.NameColumn
		if want == "" {
			want = nameColumns[0]
		}
		return nil, fmt.Errorf("%w: %q is not among %s", ErrColumn, want, quoteAll(header))
	}
	switch {
	case opt.Benign:
	case opt.Label != "":
		label := find(header, opt.Label)
		if label < 0 {
			return nil, fmt.Errorf("%w: %q is not among %s", ErrColumn, opt.Label, quoteAll(header))
		}
		if label == c.name {
			return nil, fmt.Errorf("%w: %q is the one with the names", ErrColumn, opt.Label)
		}
		c.labels = []int{label}
	default:
		for _, known := range labelColumns {
			if i := firstOf(header, []string{known}); i >= 0 && i != c.name {
				c.labels = append(c.labels, i)
			}
		}
	}
	return c, nil
}

// badCell is what is wrong with a field.
type badCell struct {
	field  int
	reason datasets.Reason
	err    error
}

// fill fills a query but for its name. cell gives the text of a field, "" for none.
func (c *columns) fill(q *datasets.Query, cell func(field int) string) *badCell {
	if c.client >= 0 {
		q.Client = c.values.keep(cell(c.client))
	}
	if c.kind >= 0 {
		q.Type = c.types.get(cell(c.kind), recordType)
	}
	if c.time >= 0 {
		if text := cell(c.time); text != "" {
			var err error
			if q.Time, err = ParseTime(text); err != nil {
				return &badCell{c.time, BadDate, err}
			}
		}
	}
	if c.rank >= 0 {
		if text := cell(c.rank); text != "" {
			rank, err := strconv.Atoi(strings.TrimSuffix(text, ".0")) // as a table with gaps has it
			if err != nil {
				return &badCell{c.rank, BadRank, errRank}
			}
			q.Rank = rank
		}
	}
	for _, field := range c.labels {
		switch label := c.verdicts.get(cell(field), labelOf); {
		case label == datasets.Benign:
			q.Label = label
			return nil
		case q.Label == "" || q.Label == datasets.AnyExfiltration && label != "":
			q.Label = label
		}
	}
	return nil
}

var errRank = errors.New("want a whole number")

// labelOf gives the label that a text stands for.
func labelOf(text string) string {
	family := datasets.FamilyOf(text)
	switch strings.ToLower(family) {
	case "0", "0.0", "false", datasets.Benign:
		return datasets.Benign
	case "1", "1.0", "true":
		return datasets.AnyExfiltration
	}
	return family
}

// first gives the first of the values of a cell, which Splunk divides by line ends.
func first(cell string) string {
	if i := strings.IndexByte(cell, '\n'); i >= 0 {
		cell = strings.TrimSuffix(cell[:i], "\r")
	}
	return cell
}

// column is the name of a column without what may stand around it.
func column(field string) string { return strings.Trim(field, " \t\"'") }

// firstOf gives the first of the known columns that the header has, in any case, or -1.
func firstOf(header, known []string) int {
	for _, k := range known {
		if i := slices.IndexFunc(header, func(h string) bool {
			h = column(h)
			return strings.EqualFold(h, k) || strings.EqualFold(h, "DNS."+k)
		}); i >= 0 {
			return i
		}
	}
	return -1
}

// find gives the column that the user names, by its name or by its number from 1, or -1.
func find(header []string, name string) int {
	if i := firstOf(header, []string{name}); i >= 0 {
		return i
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(header) {
		return n - 1
	}
	return -1
}

func quoteAll(fields []string) string {
	quoted := make([]string, min(len(fields), 30))
	for i := range quoted {
		quoted[i] = strconv.Quote(fields[i][:min(len(fields[i]), 60)])
	}
	return strings.Join(quoted, ", ")
}
