package synth

import "time"

// lastDay is the newest day that a generator takes as its date, firstDays the number of
// days before it, itself included, in which a seed's walk may start: ten years.
var lastDay = time.Date(2020, time.December, 31, 0, 0, 0, 0, time.UTC)

const firstDays = 3653

// calendar walks back through the days of a seed.
type calendar struct{ day time.Time }

// newCalendar gives the first day of a seed. Families differ in their first day, so that
// a seed does not stand for one day in all of them.
func newCalendar(family string, seed uint64) calendar {
	back := constant(family, seed) % firstDays
	return calendar{lastDay.AddDate(0, 0, -int(back))}
}

// back steps to the batch that is the given number of days older.
func (c *calendar) back(days int) { c.day = c.day.AddDate(0, 0, -days) }

// number gives the day as days since 1 January 1970, negative before it.
func (c *calendar) number() int64 { return c.day.Unix() / 86400 }
