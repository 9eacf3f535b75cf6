package dnslog

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"

	"threatnet/datasets"
)

// zeekJSON is dns.log as Zeek writes it in JSON: an object a line, with the names of the fields as keys; what is absent has
// no key. The time is a number of seconds or milliseconds or an ISO 8601 date. Lines that say in _path that they are of
// another log are passed over.
var zeekJSON = Format{
	Name:        "zeek-json",
	Description: "Zeek dns.log in JSON lines",
	Strict:      true,
	Recognize: func(head []byte, _ Options) bool {
		return hasKeys(head, "id.orig_h", "query") || hasKeys(head, "id.orig_h", "trans_id") || hasKeys(head, "id_orig_h", "query")
	},
	Header: noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, &zeekJSONParser{label: opt.Label, clients: remembered{}, types: remembered{}})
	},
}

type zeekJSONParser struct {
	label          string
	clients, types remembered
}

func (p *zeekJSONParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	var record struct {
		Path     string          `json:"_path"`
		Time     json.RawMessage `json:"ts"`
		Query    jsonText        `json:"query"`
		Type     string          `json:"qtype_name"`
		Number   *int            `json:"qtype"`
		Client   string          `json:"id.orig_h"`
		ClientID string          `json:"id_orig_h"` // as exporters to databases rename it
	}
	if err := unmarshal(line, &record); err != nil {
		return qs, err
	}
	if record.Path != "" && !strings.HasPrefix(record.Path, "dns") {
		return qs, nil
	}
	if !record.Query.present {
		return qs, noName(line, "query")
	}
	if record.Type == "" && record.Number != nil {
		record.Type = strconv.Itoa(*record.Number)
	}
	q := datasets.Query{
		Name:   unhex(record.Query.text, 0),
		Client: p.clients.keep(record.Client + record.ClientID),
		Type:   p.types.get(record.Type, recordType),
	}
	if q.Name == "." {
		q.Name = ""
	}
	var err error
	if q.Time, err = jsonTime(record.Time, line, "ts"); err != nil {
		return qs, err
	}
	if q.Label, err = jsonLabel(line, p.label); err != nil {
		return qs, err
	}
	return append(qs, q), nil
}
