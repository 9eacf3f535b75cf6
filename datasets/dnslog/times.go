package dnslog

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

var errTime = errors.New("want seconds since 1970 or a date such as 2023-01-02T03:04:05.678+0000")

// Numbers from milliseconds on are of milliseconds: as seconds they would lie in the year 5138 or later.
const (
	milliseconds = 100_000_000_000
	latest       = 253_402_300_800 // seconds from 1970 to the year 10000
)

// ParseTime reads a time: a number of seconds since 1970, with a fraction or without (of milliseconds from 1e11 on), or a date
// of ISO 8601: 2023-01-02 03:04:05.678 with a T or a space, the fraction after a dot or a comma, and a zone (Z, UTC, GMT,
// +01, +0100, +01:00) or, in UTC, without one; or a date alone.
func ParseTime(text string) (time.Time, error) {
	text = strings.Trim(text, " \t")
	if isISO(text) {
		t, n, ok := iso(text)
		if !ok || n != len(text) {
			return time.Time{}, errTime
		}
		return t, nil
	}
	return epoch(text)
}

// epoch reads a number of seconds or milliseconds, without rounding where it has no exponent.
func epoch(text string) (time.Time, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	nano, n := nanoseconds(fraction)
	if err != nil || n != len(fraction) || strings.HasPrefix(whole, "-") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) >= latest*1000 || math.IsNaN(f) {
			return time.Time{}, errTime
		}
		floor := math.Floor(f)
		seconds, nano = int64(floor), int((f-floor)*1e9)
	}
	switch {
	case seconds >= milliseconds && seconds < latest*1000:
		return time.UnixMilli(seconds).UTC(), nil
	case seconds <= -latest/10 || seconds >= latest:
		return time.Time{}, errTime
	}
	return time.Unix(seconds, int64(nano)).UTC(), nil
}

// nanoseconds reads a fraction of a second, of which digits beyond the ninth are dropped, and gives the digits it has.
func nanoseconds(digits string) (nano, n int) {
	scale := 100_000_000
	for n < len(digits) && isDigit(digits[n]) {
		nano += int(digits[n]-'0') * scale
		scale /= 10
		n++
	}
	return nano, n
}

// number reads so many digits at a place of a text, -1 if they are not there.
func number(text string, at, digits int) int {
	if len(text) < at+digits {
		return -1
	}
	n := 0
	for _, c := range []byte(text[at : at+digits]) {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// isISO tells whether a text begins with a date of ISO 8601, right or wrong.
func isISO(text string) bool {
	return len(text) >= len(time.DateOnly) && isDigit(text[0]) && isDigit(text[3]) && text[4] == '-' && text[7] == '-'
}

// iso reads the date that a text begins with, and gives its length.
func iso(text string) (t time.Time, n int, ok bool) {
	year, month, day := number(text, 0, 4), number(text, 5, 2), number(text, 8, 2)
	if year < 0 || !isDate(year, month, day) {
		return t, 0, false
	}
	const date = len(time.DateOnly)
	if len(text) == date || text[date] != 'T' && text[date] != 't' && text[date] != ' ' {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), date, true
	}
	sinceMidnight, n, ok := dayTime(text[date+1:])
	if !ok {
		return t, 0, false
	}
	n += date + 1
	east, length := zone(text[n:])
	t = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Add(sinceMidnight - east), n + length, true
}

func isDate(year, month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// dayTime reads 15:04:05 and a fraction, if there is one, and gives its length.
func dayTime(text string) (d time.Duration, n int, ok bool) {
	const length = len(time.TimeOnly)
	h, m, s := number(text, 0, 2), number(text, 3, 2), number(text, 6, 2)
	if h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 || text[2] != ':' || text[5] != ':' {
		return 0, 0, false
	}
	d = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if n = length; n < len(text) && (text[n] == '.' || text[n] == ',') {
		nano, digits := nanoseconds(text[n+1:])
		if digits > 0 {
			d, n = d+time.Duration(nano), n+1+digits
		}
	}
	return d, n, true
}

// zone reads what a zone adds to UTC, and gives its length, 0 if there is none.
func zone(text string) (east time.Duration, n int) {
	rest := strings.TrimPrefix(text, " ")
	spaces := len(text) - len(rest)
	for _, name := range []string{"UTC", "GMT", "Z", "z"} {
		if strings.HasPrefix(rest, name) {
			return 0, spaces + len(name)
		}
	}
	if rest == "" || rest[0] != '+' && rest[0] != '-' {
		return 0, 0
	}
	h := number(rest, 1, 2)
	if h < 0 || h > 23 {
		return 0, 0
	}
	n = 3
	if m := number(rest, n, 2); m >= 0 && m < 60 {
		h, n = h*60+m, n+2
	} else if m := number(rest, n+1, 2); rest[n:] != "" && rest[n] == ':' && m >= 0 && m < 60 {
		h, n = h*60+m, n+3
	} else {
		h *= 60
	}
	if rest[0] == '-' {
		h = -h
	}
	return time.Duration(h) * time.Minute, spaces + n
}
