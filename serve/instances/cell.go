package instances

import (
	"encoding/base64"

	"threatnet/serve/document"
)

// base64Key is the one field of an object that stands for text as base64 of its bytes.
const base64Key = "b64"

// Cell is a field of a record: a string, a float64, a boolean or nil. The tokens NaN and Infinity are strings, as package
// records has them. The path of the error is within the cell.
func Cell(v document.Value) (any, error) {
	switch v.Kind() {
	case document.Number:
		if last := v.Raw()[len(v.Raw())-1]; last < '0' || last > '9' {
			return string(v.Raw()), nil
		}
	case document.Object:
		var text any
		for name, f := range v.Fields() {
			if name != base64Key || f.Kind() != document.String {
				return nil, Bad(document.Field("", name), `must be a plain value, or {"b64": text}`)
			}
			text = f.Text()
		}
		return fromBase64(text)
	case document.Array:
		return nil, Bad("", "must be a plain value, not a list")
	}
	return v.Any(), nil
}

func fromBase64(v any) (string, error) {
	text, ok := v.(string)
	if !ok {
		return "", Bad(base64Key, "must be a string")
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", Bad(base64Key, "is no base64")
	}
	return string(b), nil
}
