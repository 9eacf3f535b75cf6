package netflow

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"threatnet/datasets"
)

// flowJSON are JSON objects, each of which is a flow, or the result of a search, or holds many of them:
//
//	{"preview":false,"offset":0,"result":{"flow_duration":"113802641","label":"BENIGN",...}}
//	{"preview":false,"init_offset":0,"results":[{"flow_duration":"113802641",...},...]}
//	[{"Flow Duration":113802641,...},...]
var flowJSON = Format{
	Name:        "flow-json",
	Description: "JSON objects, one a line or in an array, or Splunk's result and results; the names of the columns are those of cicflow",
	Recognize: func(head []byte, opt Options) bool {
		return newLayout(firstKeys(head), opt).features() >= MinFeatures
	},
	Header: func(head []byte, opt Options) []string { return newLayout(firstKeys(head), opt).names },
	Read:   readFlowJSON,
}

func readFlowJSON(text *bufio.Reader, opt Options) datasets.Flows {
	r := &objectReader{objects: objects{scan: newScanner(text)}, records: newRecords(opt, newLayout(nil, opt)), columns: make(map[string]int)}
	return r.all
}

// firstKeys gives the keys of the first object of a text, or as many of them as there are, without those of columns.
func firstKeys(head []byte) []string {
	o := &objects{scan: newScanner(bufio.NewReader(bytes.NewReader(head)))}
	_ = o.next() // the head may end anywhere
	var keys []string
	for _, f := range o.fields {
		if f.value == f.end || o.text[f.value] != '{' {
			keys = append(keys, string(o.text[f.key:f.value]))
		}
	}
	return keys
}

// objectReader makes records of objects.
type objectReader struct {
	objects
	*records
	columns map[string]int // of the layout, by their keys
	row     []string       // a field for each column
	places  []place
	checked bool
}

// all iterates over the objects, once.
func (r *objectReader) all(yield func(datasets.Flow, error) bool) {
	for {
		err := r.next()
		if err == io.EOF {
			return
		}
		var f datasets.Flow
		if err == nil {
			f, err = r.record()
		} else {
			err = r.failure(err)
		}
		if _, bad := datasets.BadRow(err); !yield(f, err) || err != nil && !bad {
			return
		}
	}
}

// failure is the error of a text that is no JSON: of a row where reading can go on.
func (r *objectReader) failure(err error) error {
	if s := r.scan; err == s.err || err == errOpen {
		return r.opt.final(s.line, s.column(), err)
	}
	bad := r.opt.rowError(r.scan.line, r.scan.column(), BadJSON, err)
	if err == errLong {
		bad = r.opt.rowError(r.begin.line, r.begin.column, datasets.LineTooLong, nil)
	}
	r.resync()
	return bad
}

// record gives the flow of the object that was read, or the bad row.
func (r *objectReader) record() (datasets.Flow, error) {
	bad := func(reason datasets.Reason, err error) (datasets.Flow, error) {
		return datasets.Flow{}, r.opt.rowError(r.begin.line, r.begin.column, reason, err)
	}
	if r.preview {
		return bad(Preview, nil)
	}
	features, err := r.fill()
	if err != nil {
		return bad(datasets.FieldCount, err)
	}
	if !r.checked {
		if err := r.layout.check(r.opt); err != nil {
			return datasets.Flow{}, r.opt.final(r.begin.line, r.begin.column, err)
		}
		r.checked = true
	}
	if features < MinFeatures {
		return bad(NotFlow, fmt.Errorf("%d of the %d features", features, datasets.NumFlowFeatures))
	}
	f, wrong := r.flow(r.row)
	if wrong == nil {
		f.Line = r.opt.Line + r.begin.line
		return f, nil
	}
	if wrong.err == nil { // not about one column
		return bad(wrong.reason, nil)
	}
	at := r.places[wrong.column]
	return f, r.opt.rowError(at.line, at.column, wrong.reason, wrong.err)
}

// Bounds of the memory that keys take which never come again.
const (
	maxColumns = 4096
	maxName    = 1024
)

var errColumns = fmt.Errorf("more than %d columns, or a name of more than %d bytes", maxColumns, maxName)

// fill puts the fields in the order of the layout, which new keys are added to. It gives the number of features that are
// there, with or without a value.
func (r *objectReader) fill() (features int, err error) {
	clear(r.row)
	clear(r.places)
	text := string(r.text)
	for _, f := range r.fields {
		column, ok := r.columns[text[f.key:f.value]]
		if !ok {
			if len(r.columns) == maxColumns || f.value-f.key > maxName {
				return 0, errColumns
			}
			key := string(r.text[f.key:f.value])
			column = r.layout.add(key)
			r.columns[key] = column
			r.row, r.places = append(r.row, ""), append(r.places, place{})
		}
		if r.places[column] != (place{}) { // the key was there before
			continue
		}
		r.row[column], r.places[column] = text[f.value:f.end], f.place
	}
	for _, column := range r.layout.at[:datasets.NumFlowFeatures] {
		if column >= 0 && r.places[column] != (place{}) {
			features++
		}
	}
	return features, nil
}
