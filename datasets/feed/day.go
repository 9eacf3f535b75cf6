package feed

import (
	"strings"
	"time"
)

// days reads dates. It remembers the last one: rows of a feed come day by day.
type days struct {
	text string
	last int32
	ok   bool
}

// day gives the day that a text begins with, year-month-day, in days since 1970-01-01, and whether the text is a date. A
// text that says nothing ("", "-", the year 0000) is the unknown day, 0.
func (d *days) day(text string) (int32, bool) {
	if text != d.text || !d.ok {
		d.text = text
		d.last, d.ok = dayOf(text)
	}
	return d.last, d.ok
}

func dayOf(text string) (int32, bool) {
	text = strings.Trim(text, " \t")
	if text == "" || text == "-" || strings.HasPrefix(text, "0000-00-00") {
		return 0, true
	}
	const length = len(time.DateOnly)
	if len(text) < length || text[4] != '-' || len(text) > length && text[length] != ' ' && text[length] != 'T' {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, text[:length])
	if err != nil {
		return 0, false
	}
	return int32(t.Unix() / (24 * 60 * 60)), true
}

// isDay tells whether a text is a day that is known.
func isDay(text string) bool {
	day, ok := dayOf(text)
	return ok && day != 0
}
