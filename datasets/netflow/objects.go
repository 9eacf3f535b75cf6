package netflow

import (
	"errors"
	"io"
	"slices"

	"threatnet/datasets/internal/table"
)

// objects reads objects one after the other, from wherever they are.
type objects struct {
	scan    *scanner
	inside  container
	begin   place   // of the object
	text    []byte  // its keys and values, one after the other
	fields  []field // of the object
	preview bool    // what the object says of a search is not final
	search  bool    // the object, or the one around it, says something of a search
	wrapped bool    // the object is the result in another, the rest of which is left alone
	started bool    // the object has turned out to hold results
}

// container is what the objects are in.
type container int

const (
	inText    container = iota
	inArray             // of the text
	inResults           // of an object
)

// field is a key and its value in the text of an object.
type field struct {
	key, value, end int
	place
}

type place struct{ line, column int }

// errOpen is the error of a text that ends too early for reading to go on.
var errOpen = errors.New("the text ends within an array")

// next reads the next object that is a record.
func (o *objects) next() error {
	for {
		c, ok := o.scan.space()
		o.begin = place{o.scan.line, o.scan.column()}
		switch {
		case !ok && o.scan.err == io.EOF && o.inside != inText:
			return errOpen
		case !ok:
			return o.scan.err
		case c == ',':
			o.scan.at++
		case c == '{':
			o.scan.at++
			if err := o.object(); err != nil || !o.started && !o.empty() {
				return err
			}
		case c == '[' && o.inside == inText:
			o.scan.at++
			o.inside = inArray
		case c == ']' && o.inside == inArray:
			o.scan.at++
			o.inside = inText
		case c == ']' && o.inside == inResults:
			o.scan.at++
			o.inside, o.wrapped = inText, true
			if err := o.members(true, true); err != nil {
				return err
			}
		default:
			return o.scan.unexpected("an object")
		}
	}
}

// object reads what follows on the opening brace of an object.
func (o *objects) object() error {
	o.text, o.fields, o.wrapped, o.started = o.text[:0], o.fields[:0], false, false
	if o.inside == inResults {
		return o.members(false, false)
	}
	o.preview, o.search = false, false
	return o.members(true, false)
}

// members reads the members of an object to its end, or up to the results of a search. More tells whether some have been
// read, top whether the object may be about a search.
func (o *objects) members(top, more bool) error {
	for s := o.scan; ; more = true {
		c, _ := s.space()
		switch {
		case c == '}':
			s.at++
			return nil
		case more && c != ',':
			return s.unexpected("a comma or }")
		case more:
			s.at++
		}
		if err := o.member(top); err != nil || o.started {
			return err
		}
	}
}

// member reads a key and its value.
func (o *objects) member(top bool) error {
	s := o.scan
	if c, ok := s.space(); !ok || c != '"' {
		return s.unexpected("a name")
	}
	f := field{key: len(o.text)}
	var err error
	if o.text, err = s.str(o.text); err != nil {
		return err
	}
	if err := s.want(':'); err != nil {
		return err
	}
	c, _ := s.space()
	switch key := string(o.text[f.key:]); {
	case top && key == "result" && c == '{' && !o.wrapped:
		s.at++
		o.text, o.fields, o.wrapped = o.text[:0], o.fields[:0], true
		return o.members(false, false)
	case top && key == "results" && c == '[' && o.inside == inText:
		s.at++
		o.inside, o.started = inResults, true
		return nil
	}
	f.value, f.place = len(o.text), place{s.line, s.column()}
	if o.text, err = s.value(o.text); err != nil {
		return err
	}
	f.end = len(o.text)
	preview := top && string(o.text[f.key:f.value]) == "preview"
	if preview {
		o.search, o.preview = true, string(o.text[f.value:f.end]) == "true"
	}
	if preview || top && o.wrapped {
		o.text = o.text[:f.key]
		return nil
	}
	if o.fields = append(o.fields, f); len(o.text) > table.MaxLine {
		return errLong
	}
	return nil
}

// about are the members of an object that says of a search what is no result.
var about = []string{"offset", "init_offset", "lastrow", "post_process_count", "fields", "highlighted"}

// empty tells whether the object says of a search that there is no result.
func (o *objects) empty() bool {
	return o.search && !o.wrapped && !slices.ContainsFunc(o.fields, func(f field) bool {
		return !slices.Contains(about, string(o.text[f.key:f.value]))
	})
}

// resync goes to the next line that begins with an object or, in an array, ends it.
func (o *objects) resync() {
	s := o.scan
	if s.line == o.begin.line || s.offset() != s.opened {
		s.skipLine()
	}
	for {
		switch c, ok := s.space(); {
		case !ok, c == '{', c == '[' && o.inside == inText, c == ']' && o.inside != inText:
			return
		case c == ',':
			s.at++
		default:
			s.skipLine()
		}
	}
}
