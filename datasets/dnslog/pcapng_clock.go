package dnslog

import (
	"fmt"
	"math/bits"
	"time"
)

// pcapngClock tells what the times of an interface mean: units since offset seconds after 1970.
type pcapngClock struct {
	perSecond uint64 // units
	offset    int64  // seconds
}

// clock reads the options of an interface description that are of its times: if_tsresol and if_tsoffset. Options behind a
// damaged one are passed over.
func (r *pcapngReader) clock(options []byte) (pcapngClock, error) {
	const end, resolution, offset = 0, 9, 14
	clock := pcapngClock{perSecond: 1e6}
	for len(options) >= 4 {
		code, length := r.order.Uint16(options), int(r.order.Uint16(options[2:]))
		padded := 4 + (length+3)&^3
		if code == end || padded > len(options) {
			break
		}
		switch value := options[4 : 4+length]; {
		case code == resolution && length >= 1:
			var ok bool
			if clock.perSecond, ok = unitsPerSecond(value[0]); !ok {
				return clock, fmt.Errorf("a clock of resolution %#x", value[0])
			}
		case code == offset && length >= 8:
			clock.offset = int64(r.order.Uint64(value))
		}
		options = options[padded:]
	}
	return clock, nil
}

// unitsPerSecond reads if_tsresol: a negative power of 10, or of 2 if the highest bit is set.
func unitsPerSecond(resolution byte) (units uint64, ok bool) {
	const binary, maxBinary, maxDecimal = 0x80, 63, 19 // what 64 bits hold
	exponent := resolution &^ binary
	if resolution&binary != 0 {
		return 1 << (exponent & maxBinary), exponent <= maxBinary
	}
	units = 1
	for range min(exponent, maxDecimal) {
		units *= 10
	}
	return units, exponent <= maxDecimal
}

func (c pcapngClock) time(units uint64) time.Time {
	high, low := bits.Mul64(units%c.perSecond, 1e9)
	nanoseconds, _ := bits.Div64(high, low, c.perSecond)
	return captureTime(units/c.perSecond+uint64(c.offset), int64(nanoseconds))
}
