package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String returns the report as scikit-learn prints it, with two digits.
func (r *Report) String() string { return r.Text(2) }

// Text returns the report as scikit-learn prints it, byte for byte, with the given number of digits after the point. The
// line "accuracy" shows the micro F1. Supports are whole numbers, or "7.0" when rows are weighted or none is right. A
// negative number of digits panics.
func (r *Report) Text(digits int) string {
	if digits < 0 {
		panic("metrics: negative number of digits")
	}
	width := max(len(r.Weighted.Name), digits)
	for _, row := range r.Rows {
		width = max(width, utf8.RuneCountInString(row.Name))
	}
	var b strings.Builder
	line := func(row Row) {
		fmt.Fprintf(&b, "%*s  %9s %9s %9s %9s\n", width, row.Name,
			fixed(row.Precision, digits), fixed(row.Recall, digits), fixed(row.F1, digits), r.support(row.Support))
	}
	fmt.Fprintf(&b, "%*s  %9s %9s %9s %9s\n\n", width, "", "precision", "recall", "f1-score", "support")
	for _, row := range r.Rows {
		line(row)
	}
	b.WriteByte('\n')
	if r.MicroIsAccuracy {
		fmt.Fprintf(&b, "%*s  %9s %9s %9s %9s\n", width, r.Micro.Name, "", "", fixed(r.Micro.F1, digits), r.support(r.Micro.Support))
	} else {
		line(r.Micro)
	}
	line(r.Macro)
	line(r.Weighted)
	return b.String()
}

// fixed formats x with digits after the point, and NaN as Python spells it.
func fixed(x float64, digits int) string {
	if math.IsNaN(x) {
		return "nan"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// support formats a support as Python's str would: an integer, or the shortest text of a float.
func (r *Report) support(x float64) string {
	if !r.floatSupport {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	if x != 0 && (x < 1e-4 || x >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
