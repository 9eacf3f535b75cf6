package dnslog

import (
	"bufio"
	"encoding/json"
	"strings"

	"threatnet/datasets"
)

// route53 is the query log of Amazon Route 53 Resolver: an object of JSON a line, one for each query ("Values that appear in
// VPC Resolver query logs" in the developer guide). Names end in a dot and have octal escapes ("DNS domain name format").
var route53 = Format{
	Name:        "route53",
	Description: "Amazon Route 53 Resolver query log (JSON lines)",
	Strict:      true,
	Recognize:   func(head []byte, _ Options) bool { return hasKeys(head, "query_name", "query_timestamp") },
	Header:      noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, &route53Parser{label: opt.Label, clients: remembered{}, types: remembered{}})
	},
}

type route53Parser struct {
	label          string
	clients, types remembered
}

func (p *route53Parser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	var record struct {
		Time   json.RawMessage `json:"query_timestamp"`
		Name   jsonText        `json:"query_name"`
		Type   string          `json:"query_type"`
		Client string          `json:"srcaddr"`
	}
	if err := unmarshal(line, &record); err != nil {
		return qs, err
	}
	if record.Name.text == "" {
		return qs, noName(line, "query_name")
	}
	q := datasets.Query{
		Name:   unoctal(strings.TrimSuffix(record.Name.text, ".")),
		Client: p.clients.keep(record.Client),
		Type:   p.types.get(record.Type, recordType),
	}
	var err error
	if q.Time, err = jsonTime(record.Time, line, "query_timestamp"); err != nil {
		return qs, err
	}
	if q.Label, err = jsonLabel(line, p.label); err != nil {
		return qs, err
	}
	return append(qs, q), nil
}
