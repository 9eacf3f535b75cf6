package dnslog

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"threatnet/datasets"
)

// jsonText is a string of JSON, or the lack of one. Bytes that are no UTF-8 are kept; a number stands for its text.
type jsonText struct {
	text    string
	present bool
}

var errNoText = errors.New("an object or array where a text should be")

// UnmarshalJSON reads any value but an object or array.
func (t *jsonText) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '{', '[':
		return errNoText
	case 'n': // null
		return nil
	}
	t.present = true
	if data[0] != '"' {
		t.text = string(data)
		return nil
	}
	data = data[1 : len(data)-1]
	if bytes.IndexByte(data, '\\') < 0 {
		t.text = string(data)
		return nil
	}
	var b strings.Builder
	for len(data) > 0 {
		valid := validPrefix(data)
		var part string
		if err := json.Unmarshal(append(append([]byte{'"'}, data[:valid]...), '"'), &part); err != nil {
			return err
		}
		b.WriteString(part)
		for data = data[valid:]; len(data) > 0 && validPrefix(data[:min(len(data), utf8.UTFMax)]) == 0; data = data[1:] {
			b.WriteByte(data[0])
		}
	}
	t.text = b.String()
	return nil
}

// validPrefix gives the length of the UTF-8 that data begins with.
func validPrefix(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// jsonTime reads a time that is a number or a string; the time is zero when there is none.
func jsonTime(value json.RawMessage, line []byte, key string) (time.Time, error) {
	text := strings.Trim(string(value), `"`)
	if text == "" || text == "null" {
		return time.Time{}, nil
	}
	t, err := ParseTime(text)
	if err != nil {
		return t, &flaw{column: columnOf(line, key), reason: BadDate, err: err}
	}
	return t, nil
}

// columnOf gives the column of the first key of this name in a line, 1 if there is none.
func columnOf(line []byte, key string) int {
	quoted := []byte(`"` + key + `"`)
	for from := 0; ; {
		i := bytes.Index(line[from:], quoted)
		if i < 0 {
			return 1
		}
		from += i + len(quoted)
		if bytes.HasPrefix(bytes.TrimLeft(line[from:], " \t"), []byte(":")) {
			return from - len(quoted) + 1
		}
	}
}

// unmarshal reads a line of JSON.
func unmarshal(line []byte, v any) error {
	err := json.Unmarshal(line, v)
	if err == nil {
		return nil
	}
	at := int64(1)
	switch e := err.(type) {
	case *json.SyntaxError:
		at = e.Offset
	case *json.UnmarshalTypeError:
		at = e.Offset
	}
	return &flaw{column: int(min(max(at, 1), int64(len(line))+1)), reason: BadJSON, err: err}
}

// jsonLabel gives what the object in a line has under a key, "" for no key.
func jsonLabel(line []byte, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	var object map[string]json.RawMessage
	if err := unmarshal(line, &object); err != nil {
		return "", err
	}
	var text jsonText
	if value := object[key]; len(value) > 0 && text.UnmarshalJSON(value) != nil {
		return "", &flaw{column: columnOf(line, key), reason: BadJSON, err: errNoText}
	}
	return labelOf(text.text), nil
}

// hasKeys tells whether one of the first lines of a text is the beginning of a JSON object with all of these keys.
func hasKeys(head []byte, keys ...string) bool {
	for _, line := range sample(head) {
		line = bytes.TrimLeft(line, " \t")
		all := line[0] == '{'
		for _, key := range keys {
			all = all && bytes.Contains(line, []byte(`"`+key+`"`))
		}
		if all {
			return true
		}
	}
	return false
}

// noName is the error of an object without the name.
func noName(line []byte, key string) error {
	return &flaw{column: columnOf(line, key), reason: datasets.EmptyName}
}
