package instances

import (
	"encoding/json"
	"strconv"
)

// AppendText writes a JSON string.
func AppendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // never fails
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

// AppendFloat writes a finite number with the digits that single precision has.
func AppendFloat(b []byte, f float32) []byte { return strconv.AppendFloat(b, float64(f), 'g', -1, 32) }

// AppendFloats writes numbers one after another, with commas between them.
func AppendFloats(b []byte, fs []float32) []byte {
	for i, f := range fs {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendFloat(b, f)
	}
	return b
}
