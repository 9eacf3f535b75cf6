package dnslog

import (
	"bufio"
	"encoding/json"
	"errors"

	"threatnet/datasets"
)

// suricata is the event log of Suricata, eve.json: an object of JSON a line. The queries are those of
//
//   - dns events of the versions 1 and 2, of type query, with one name;
//   - dns events of version 3, of type request, with a list of queries;
//   - alerts on such messages, with the list under query (version 2) or queries (version 3).
//
// The client is the source of the packet, or its destination if an alert is on a packet to the client. Answers, responses and
// other events are passed over ("DNS EVE Logging Changes for 8.0" in the user guide). A name that is no UTF-8 has its bytes
// from 80 on as \xNN.
var suricata = Format{
	Name:        "suricata",
	Description: "Suricata eve.json: dns events of version 1, 2 or 3, and alerts on queries",
	Strict:      true,
	Recognize: func(head []byte, _ Options) bool {
		return hasKeys(head, "event_type", "timestamp")
	},
	Header: noHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, &suricataParser{label: opt.Label, clients: remembered{}, types: remembered{}})
	},
}

type suricataParser struct {
	label          string
	clients, types remembered
}

// eveQuestion is a question of a message.
type eveQuestion struct {
	Name jsonText `json:"rrname"`
	Type jsonText `json:"rrtype"`
}

type eveEvent struct {
	Time        json.RawMessage `json:"timestamp"`
	Event       string          `json:"event_type"`
	Source      string          `json:"src_ip"`
	Destination string          `json:"dest_ip"`
	Direction   string          `json:"direction"`
	DNS         *struct {
		Kind string `json:"type"`
		eveQuestion
		Queries []eveQuestion `json:"queries"`
		Query   []eveQuestion `json:"query"`
	} `json:"dns"`
}

var (
	errNoEvent = errors.New("no event_type")
	errNoDNS   = errors.New("a dns event without its dns object")
	errKind    = errors.New("neither query, request, answer nor response")
)

func (p *suricataParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	var event eveEvent
	if err := unmarshal(line, &event); err != nil {
		return qs, err
	}
	questions, err := event.questions(line)
	if err != nil || len(questions) == 0 {
		return qs, err
	}
	q := datasets.Query{Client: event.Source}
	if event.Direction == "to_client" {
		q.Client = event.Destination
	}
	q.Client = p.clients.keep(q.Client)
	if q.Time, err = jsonTime(event.Time, line, "timestamp"); err != nil {
		return qs, err
	}
	if q.Label, err = jsonLabel(line, p.label); err != nil {
		return qs, err
	}
	for _, question := range questions {
		if !question.Name.present {
			err = noName(line, "rrname")
			continue
		}
		q.Name, q.Type = unhex(question.Name.text, 0x80), p.types.get(question.Type.text, recordType)
		if q.Name == "." {
			q.Name = ""
		}
		qs = append(qs, q)
	}
	return qs, err
}

// questions gives the questions of a query, none of other events.
func (e *eveEvent) questions(line []byte) ([]eveQuestion, error) {
	switch {
	case e.Event == "":
		return nil, &flaw{column: 1, reason: BadLine, err: errNoEvent}
	case e.Event != "dns" && e.Event != "alert":
		return nil, nil
	case e.DNS == nil && e.Event == "alert":
		return nil, nil
	case e.DNS == nil:
		return nil, &flaw{column: 1, reason: BadLine, err: errNoDNS}
	}
	switch e.DNS.Kind {
	case "query", "request":
		if len(e.DNS.Queries) > 0 {
			return e.DNS.Queries, nil
		}
		return []eveQuestion{e.DNS.eveQuestion}, nil
	case "answer", "response":
		return nil, nil
	}
	if e.Event == "alert" { // of version 2: no list for an answer
		return e.DNS.Query, nil
	}
	return nil, &flaw{column: columnOf(line, "dns"), reason: BadLine, err: errKind}
}
