package pytorch

import (
	"errors"
)

const (
	maxPickle = 16 << 20 // bytes; a tensor takes about 150
	maxSteps  = 1 << 20  // instructions of one byte or more; a tensor takes about 45
)

// Values of a pickle: nil, string, int64, tuple, *list, *dict, *storage, *view, function, *dtype; all that neither names
// nor measures a tensor is opaque.
type (
	opaque   struct{}
	long     string // an integer of more than 64 bits, little endian
	tuple    []any
	list     struct{ items []any }
	dict     struct{ items []item }
	item     struct{ key, value any }
	function func(u *unpickler, args tuple) (any, error)
)

// unpickler is the pickle machine without its dangerous half: it makes no objects but those above and calls only the
// functions of the list of globals.
type unpickler struct {
	data    []byte
	pos     int // of the next byte
	steps   int // done
	stack   []any
	marks   []int // heights of the stack
	memo    map[uint32]any
	storage func(id tuple) (*storage, error) // what a persistent id stands for; nil: none may occur
}

// load runs one pickle, up to its STOP, and returns its value.
func (u *unpickler) load() (any, error) {
	u.stack, u.marks, u.memo, u.steps = nil, nil, map[uint32]any{}, 0
	for ; u.steps <= u.maxSteps(); u.steps++ {
		at := u.pos
		op := u.take(1)
		if op == nil {
			return nil, malformed("its pickle ends early")
		}
		if op[0] == '.' {
			value, ok := u.pop()
			if !ok {
				return nil, malformed("its pickle has no value")
			}
			return value, nil
		}
		if err := u.step(op[0]); errors.Is(err, ErrRefused) || errors.Is(err, ErrFormat) {
			return nil, err
		} else if err != nil {
			return nil, malformed("byte %d of its pickle, instruction 0x%02x: %v", at, op[0], err)
		}
	}
	return nil, errSteps
}

// maxSteps is also below the pickle's size: instructions that do more than their length says are counted more than once.
func (u *unpickler) maxSteps() int { return min(maxSteps, len(u.data)) }

var (
	errEarly = errors.New("the pickle ends early")
	errStack = errors.New("not the operands it needs")
	errSteps = malformed("its pickle takes too many steps")
)

func (u *unpickler) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		if v := u.take(1); v == nil || v[0] > 5 {
			return errors.New("unknown protocol")
		}
	case 0x95: // FRAME: its length is of no use here
		if u.take(8) == nil {
			return errEarly
		}
	case '(': // MARK
		u.marks = append(u.marks, len(u.stack))
	case 'N': // NONE
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(opaque{})
	case 'K', 'M', 'J', 0x8a: // BININT1, BININT2, BININT, LONG1
		return u.integer(op)
	case 'G': // BINFLOAT
		if u.take(8) == nil {
			return errEarly
		}
		u.push(opaque{})
	case 0x8c, 'X', 0x8d, 'U', 'T': // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8, and the strings of Python 2
		text := u.counted(op)
		if text == nil {
			return errEarly
		}
		u.push(string(text))
	case 'C', 'B', 0x8e, 0x96: // SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
		if u.counted(op) == nil {
			return errEarly
		}
		u.push(opaque{})
	case 'q', 'r', 0x94, 'h', 'j': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
		return u.remember(op)
	case '}': // EMPTY_DICT
		u.push(&dict{})
	case ']': // EMPTY_LIST
		u.push(&list{})
	case ')': // EMPTY_TUPLE
		u.push(tuple{})
	case 't', 0x85, 0x86, 0x87: // TUPLE, TUPLE1, TUPLE2, TUPLE3
		return u.tuple(op)
	case 'a', 'e': // APPEND, APPENDS
		return u.extend(op == 'e')
	case 's', 'u': // SETITEM, SETITEMS
		return u.set(op == 'u')
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return u.global(op)
	case 'R': // REDUCE
		return u.call()
	case 'b': // BUILD: the attributes of an OrderedDict, where Module.state_dict keeps versions
		_, ok := u.pop()
		if !ok {
			return errStack
		}
		if _, ok := u.top().(*dict); !ok {
			return errors.New("attributes of what is no OrderedDict")
		}
	case 'Q': // BINPERSID
		return u.persistent()
	default:
		return errors.New("not one that PyTorch writes")
	}
	return nil
}
