package pytorch

import (
	"errors"
	"math"
	"slices"
)

func (u *unpickler) push(value any) { u.stack = append(u.stack, value) }

// top is the uppermost value above the last mark, or nil.
func (u *unpickler) top() any {
	if len(u.stack) == u.floor() {
		return nil
	}
	return u.stack[len(u.stack)-1]
}

func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}

func (u *unpickler) pop() (any, bool) {
	if len(u.stack) == u.floor() {
		return nil, false
	}
	value := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return value, true
}

// popMark removes the last mark and what is above it.
func (u *unpickler) popMark() ([]any, bool) {
	if len(u.marks) == 0 {
		return nil, false
	}
	values := slices.Clone(u.stack[u.floor():])
	u.stack = u.stack[:u.floor()]
	u.marks = u.marks[:len(u.marks)-1]
	return values, true
}

// popN removes n values.
func (u *unpickler) popN(n int) ([]any, bool) {
	if len(u.stack)-u.floor() < n {
		return nil, false
	}
	at := len(u.stack) - n
	values := slices.Clone(u.stack[at:])
	u.stack = u.stack[:at]
	return values, true
}

func (u *unpickler) remember(op byte) error {
	var key uint64
	var ok bool
	switch op {
	case 'q', 'h':
		key, ok = u.number(1)
	case 'r', 'j':
		key, ok = u.number(4)
	case 0x94:
		key, ok = uint64(len(u.memo)), true
	}
	if !ok || key > math.MaxUint32 {
		return errEarly
	}
	if op == 'h' || op == 'j' {
		value, ok := u.memo[uint32(key)]
		if !ok {
			return errors.New("nothing was remembered there")
		}
		u.push(value)
		return nil
	}
	if len(u.stack) == u.floor() {
		return errStack
	}
	u.memo[uint32(key)] = u.top()
	return nil
}
