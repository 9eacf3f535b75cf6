package pytorch

import (
	"bytes"
	"encoding/binary"
)

// take returns the next n bytes, or nil when there are fewer.
func (u *unpickler) take(n uint64) []byte {
	if n > uint64(len(u.data)-u.pos) {
		return nil
	}
	b := u.data[u.pos:][:n]
	u.pos += int(n)
	return b
}

// number reads an unsigned integer of width bytes.
func (u *unpickler) number(width uint64) (uint64, bool) {
	b := u.take(width)
	if b == nil {
		return 0, false
	}
	var full [8]byte
	copy(full[:], b)
	return binary.LittleEndian.Uint64(full[:]), true
}

// counted reads the bytes of a string: its length, then as many; nil when they are not there.
func (u *unpickler) counted(op byte) []byte {
	width := uint64(4)
	switch op {
	case 0x8c, 'U', 'C':
		width = 1
	case 0x8d, 0x8e, 0x96:
		width = 8
	}
	n, ok := u.number(width)
	if !ok {
		return nil
	}
	return u.take(n)
}

// line reads up to the next newline.
func (u *unpickler) line() (string, bool) {
	n := bytes.IndexByte(u.data[u.pos:], '\n')
	if n < 0 {
		return "", false
	}
	text := string(u.data[u.pos:][:n])
	u.pos += n + 1
	return text, true
}

func (u *unpickler) integer(op byte) error {
	width := map[byte]uint64{'K': 1, 'M': 2, 'J': 4, 0x8a: 1}[op]
	v, ok := u.number(width)
	if !ok {
		return errEarly
	}
	switch {
	case op == 'J':
		u.push(int64(int32(v)))
	case op != 0x8a:
		u.push(int64(v))
	default: // v bytes of two's complement
		b := u.take(v)
		switch {
		case b == nil:
			return errEarly
		case len(b) > 8:
			u.push(long(b))
		default:
			var full [8]byte
			if len(b) > 0 && b[len(b)-1] >= 0x80 {
				full = [8]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
			}
			copy(full[:], b)
			u.push(int64(binary.LittleEndian.Uint64(full[:])))
		}
	}
	return nil
}
