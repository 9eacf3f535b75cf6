package datasets

import (
	"fmt"
	"time"
)

// secondsPerDay of UTC, which has no leap seconds here.
const secondsPerDay = 24 * 60 * 60

// ParseDay reads a day of the form 2006-01-02, in days since 1970-01-01 as records have it (see [Domain]).
func ParseDay(text string) (int32, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("day %q: want a date such as 2020-12-31", text)
	}
	return int32(t.Unix() / secondsPerDay), nil
}

// FormatDay writes a day as 2006-01-02; the unknown one, 0, as "".
func FormatDay(day int32) string {
	if day == 0 {
		return ""
	}
	return time.Unix(int64(day)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}
