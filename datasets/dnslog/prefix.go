package dnslog

import (
	"errors"
	"strings"
	"time"
)

// clock reads the times that lines begin with. It remembers the last one, for those without a year.
type clock struct {
	last time.Time
	year int
}

var errDate = errors.New("no such day or time")

// of gives the time in what stands before a message: that of the program, or of the journal or syslog before it. The known
// forms are those of ISO 8601; 05-Jan-2024 10:00:00.123 (BIND); [1704448800] (Unbound); Jan  5 10:00:00 (syslog). A date with
// a year goes before one without. The zero time stands for none.
func (c *clock) of(prefix string) (time.Time, error) {
	var stamp time.Time
	found := false
	for start, end := word(prefix, 0); start < len(prefix); start, end = word(prefix, end) {
		if prefix[start] == '<' { // the priority of syslog
			start += strings.IndexByte(prefix[start:end], '>') + 1
		}
		text := prefix[start:]
		switch {
		case start == end:
		case isISO(text):
			t, _, ok := iso(text)
			return t, dateFlaw(ok, start)
		case len(text) > 6 && text[2] == '-' && text[6] == '-' && isDigit(text[0]):
			t, ok := dayMonthYear(text)
			return t, dateFlaw(ok, start)
		case text[0] == '[' && prefix[end-1] == ']':
			if t, err := epoch(prefix[start+1 : end-1]); err == nil && !t.Before(firstEpoch) {
				return t, nil
			}
		case !found:
			stamp, found = monthDay(text)
		}
	}
	if !found {
		return time.Time{}, nil
	}
	return c.dated(stamp), nil
}

// firstEpoch tells times from the numbers of processes: none of these is as large.
var firstEpoch = time.Unix(1e8, 0)

func dateFlaw(ok bool, start int) error {
	if ok {
		return nil
	}
	return &flaw{column: start + 1, reason: BadDate, err: errDate}
}

// monthNumber gives the month of an English abbreviation, or 0.
func monthNumber(text string) time.Month {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(text) < 3 || text[0] < 'A' || text[0] > 'Z' {
		return 0
	}
	if i := strings.Index(months, text[:3]); i%3 == 0 {
		return time.Month(i/3 + 1)
	}
	return 0
}

// dayMonthYear reads 02-Jan-2006 15:04:05.000 at the beginning of a text.
func dayMonthYear(text string) (time.Time, bool) {
	day, month, year := number(text, 0, 2), int(monthNumber(text[3:])), number(text, 7, 4)
	if year < 0 || !isDate(year, month, day) || len(text) < 12 {
		return time.Time{}, false
	}
	d, _, ok := dayTime(text[12:])
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Add(d), ok
}

// monthDay reads Jan _2 15:04:05 at the beginning of a text, in the year 0.
func monthDay(text string) (time.Time, bool) {
	month := monthNumber(text)
	if month == 0 || len(text) < 4 || text[3] != ' ' {
		return time.Time{}, false
	}
	start, end := word(text, 4)
	day := number(text, start, end-start)
	if !isDate(0, int(month), day) || end-start > 2 {
		return time.Time{}, false
	}
	start, _ = word(text, end)
	d, _, ok := dayTime(text[start:])
	return time.Date(0, month, day, 0, 0, 0, 0, time.UTC).Add(d), ok
}

// dated gives a time of the year 0 the year in which it is nearest to the last one.
func (c *clock) dated(t time.Time) time.Time {
	const half = 183 * 24 * time.Hour
	t = t.AddDate(c.year, 0, 0)
	if !c.last.IsZero() {
		switch since := t.Sub(c.last); {
		case since < -half:
			t = t.AddDate(1, 0, 0)
		case since > half && c.year > 0:
			t = t.AddDate(-1, 0, 0)
		}
	}
	c.year, c.last = t.Year(), t
	return t
}
