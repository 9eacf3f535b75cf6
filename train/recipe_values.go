package train

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// wants says in words what a key of a recipe takes.
var wants = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Uint64: "a whole number of 0 or more", reflect.Float64: "a number",
	reflect.String: "a word", reflect.Slice: "a list of words", reflect.Map: "lines of old: new",
}

// checkValues sees that the values of a recipe are of the kinds that its keys take: the YAML library would cut 1.5 to 1. A
// key without a value changes nothing; keys that do not exist are left to the library.
func checkValues(values map[string]any, body ast.Node) error {
	kinds := keyKinds(reflect.TypeFor[recipe]())
	for _, key := range slices.Sorted(maps.Keys(values)) {
		kind, ok := kinds[key]
		value := values[key]
		if !ok || value == nil || fits(kind, value) {
			continue
		}
		at := first(body)
		if _, v := find(body, key); v != nil {
			at = v
		}
		return fmt.Errorf("%s %s: want %s%s", position(at), key, wants[kind], butIs(value))
	}
	return nil
}

// keyKinds are the keys of a recipe and what is stored of them.
func keyKinds(t reflect.Type) map[string]reflect.Kind {
	kinds := map[string]reflect.Kind{}
	for i := range t.NumField() {
		f := t.Field(i)
		if key, option, _ := strings.Cut(f.Tag.Get("yaml"), ","); option == "inline" {
			maps.Copy(kinds, keyKinds(f.Type))
		} else {
			kinds[key] = f.Type.Kind()
		}
	}
	return kinds
}

// fits tells whether a value can be stored as a kind with nothing lost. Numbers may be quoted.
func fits(kind reflect.Kind, value any) bool {
	switch kind {
	case reflect.Bool:
		_, ok := value.(bool)
		return ok
	case reflect.Int:
		x, ok := number(value)
		return ok && x == math.Trunc(x) && math.Abs(x) < 1<<63
	case reflect.Uint64:
		x, ok := number(value)
		return ok && x == math.Trunc(x) && x >= 0 && x <= 1<<64 // 1<<64 - 1 is 1<<64 here
	case reflect.Float64:
		_, ok := number(value)
		return ok
	case reflect.Slice:
		list, ok := value.([]any)
		return ok && !slices.ContainsFunc(list, func(v any) bool { return !isWord(v) })
	case reflect.Map:
		m, ok := value.(map[string]any)
		return ok && !slices.ContainsFunc(slices.Collect(maps.Values(m)), func(v any) bool { return !isWord(v) })
	}
	return isWord(value)
}

// isWord tells a single value from lists and maps: numbers and truths may name a family.
func isWord(value any) bool {
	switch value.(type) {
	case nil, []any, map[string]any:
		return false
	}
	return true
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		x, err := strconv.ParseFloat(v, 64)
		return x, err == nil
	}
	return 0, false
}

// butIs ends an error with the value, where it is short.
func butIs(value any) string {
	switch v := value.(type) {
	case string:
		return ", not " + strconv.Quote(v)
	case []any, map[string]any:
		return ""
	}
	return fmt.Sprintf(", not %v", value)
}
