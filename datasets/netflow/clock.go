package netflow

import (
	"strconv"
	"strings"
	"time"
)

// clock reads times. It remembers the last one: the flows of a file come in the order of their times, or nearly so.
type clock struct {
	text string
	time time.Time
}

// read gives the time of a text in UTC, the zero time if it is none.
func (c *clock) read(text string) time.Time {
	if text != c.text {
		c.text, c.time = text, timeOf(text)
	}
	return c.time
}

// The forms of times. Seconds may have fractions.
var (
	dayFirst = []string{"2/1/2006 15:04:05", "2/1/2006 15:04"}
	halfDays = []string{"2/1/2006 3:04:05 PM", "2/1/2006 3:04 PM", "2/1/2006 3:04:05PM", "2/1/2006 3:04PM"}
	isoForms = []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05 Z07:00",
		"2006-01-02 15:04", "2006-01-02 15:04Z07:00", "2006-01-02",
	}
)

func timeOf(text string) time.Time {
	switch {
	case len(text) < len(time.DateOnly):
		return time.Time{}
	case strings.IndexByte(text, '/') > 0:
		return dayFirstTime(strings.ToUpper(text))
	case text[4] == '-':
		if len(text) > 10 && text[10] == 'T' {
			text = text[:10] + " " + text[11:]
		}
		return parse(isoForms, text)
	}
	return epoch(text)
}

// dayFirstTime reads a time as CICFlowMeter writes it, with AM and PM or without.
func dayFirstTime(text string) time.Time {
	if strings.HasSuffix(text, "M") {
		return parse(halfDays, text)
	}
	t := parse(dayFirst, text)
	if h := t.Hour(); h >= 1 && h <= 7 { // of the working day, which is from 8 to 17
		t = t.Add(12 * time.Hour)
	}
	return t
}

func parse(forms []string, text string) time.Time {
	for _, form := range forms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// epoch reads a time since 1970, whose unit shows in its digits: ten of seconds, thirteen of milliseconds, and so on.
func epoch(text string) time.Time {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || strings.Trim(fraction, "0123456789") != "" {
		return time.Time{}
	}
	unit := time.Second
	for digits := 10; digits <= 19; digits += 3 {
		if len(whole) == digits {
			part, _ := strconv.ParseFloat("0."+fraction, 64)
			seconds := n / int64(time.Second/unit)
			rest := time.Duration(n%int64(time.Second/unit)) * unit
			return time.Unix(seconds, int64(rest)+int64(part*float64(unit))).UTC()
		}
		unit /= 1000
	}
	return time.Time{}
}
