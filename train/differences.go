package train

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// asMap gives stored settings by their keys.
func asMap(settings json.RawMessage) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	err := json.Unmarshal(settings, &m)
	return m, err
}

// differences names the settings in which the stored ones are not those of now, with both values.
func differences(stored, now json.RawMessage) string {
	was, wasErr := asMap(stored)
	is, isErr := asMap(now)
	if wasErr != nil || isErr != nil {
		return string(stored)
	}
	all := maps.Clone(was)
	maps.Copy(all, is)
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(was[key], is[key]) {
			parts = append(parts, key+" "+orNone(was[key])+", not "+orNone(is[key]))
		}
	}
	return strings.Join(parts, "; ")
}

// shownValue is how many characters of a setting's value an error shows.
const shownValue = 60

// orNone is a setting's value in an error, or what to call one that is left out.
func orNone(value json.RawMessage) string {
	text := []rune(string(value))
	switch {
	case len(text) == 0:
		return "none"
	case len(text) > shownValue:
		return string(text[:shownValue]) + "…"
	}
	return string(value)
}
