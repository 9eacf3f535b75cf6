package dnslog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/miekg/dns"
)

// question is one entry of the question section of a DNS message.
type question struct {
	name  string // the bytes of the labels, joined by dots; "" is the root
	qtype uint16
}

// Sizes of RFC 1035, sections 2.3.4 and 4.1.1.
const (
	messageHeader = 12
	maxName       = 255 // with the bytes that hold the lengths, and the root
	maxLabel      = 63
)

var errMessageEnds = errors.New("the message ends early")

// questionsOf iterates over the questions of a message as it is sent (RFC 1035, section 4.1). A message that is no standard
// query has none: responses, and the opcodes other than 0. An error is the last that is given, after the questions before it.
// What follows the questions is not looked at.
func questionsOf(message []byte) iter.Seq2[question, error] {
	return func(yield func(question, error) bool) {
		if len(message) < messageHeader {
			yield(question{}, errMessageEnds)
			return
		}
		if message[2]&0xf8 != 0 { // QR and opcode
			return
		}
		offset := messageHeader
		for range binary.BigEndian.Uint16(message[4:]) {
			name, next, err := wireName(message, offset)
			if err == nil && len(message) < next+4 {
				err = errMessageEnds
			}
			if err != nil {
				yield(question{}, err)
				return
			}
			if !yield(question{name, binary.BigEndian.Uint16(message[next:])}, nil) {
				return
			}
			offset = next + 4
		}
	}
}

// wireName reads the name at an offset of a message, and gives the offset of what follows it. A compression pointer (RFC
// 1035, section 4.1.4) must point before the labels that it ends, so that there is no loop.
func wireName(message []byte, offset int) (name string, next int, err error) {
	var buf [maxName]byte
	text := buf[:0]
	size, start := 1, offset // size counts the root
	for {
		if offset >= len(message) {
			return "", 0, errMessageEnds
		}
		switch n := int(message[offset]); {
		case n == 0:
			return string(text), max(next, offset+1), nil
		case n <= maxLabel:
			end := offset + 1 + n
			if end > len(message) {
				return "", 0, errMessageEnds
			}
			if size += 1 + n; size > maxName {
				return "", 0, errors.New("the name is too long")
			}
			if len(text) > 0 {
				text = append(text, '.')
			}
			text = append(text, message[offset+1:end]...)
			offset = end
		case n >= 0xc0:
			if offset+2 > len(message) {
				return "", 0, errMessageEnds
			}
			target := int(binary.BigEndian.Uint16(message[offset:]) & 0x3fff)
			if target < messageHeader || target >= start {
				return "", 0, errors.New("a compression pointer does not point back to a name")
			}
			next = max(next, offset+2) // of the first pointer: the others lie before it
			offset, start = target, target
		default:
			return "", 0, fmt.Errorf("label type %#x", n&0xc0)
		}
	}
}

// typeName gives the mnemonic of a record type, or TYPE and its number (RFC 3597, section 5).
func typeName(qtype uint16) string {
	switch name, ok := dns.TypeToString[qtype]; {
	case !ok, qtype == dns.TypeNone, qtype == dns.TypeReserved: // the table has words for these, which are no mnemonics
		return "TYPE" + strconv.Itoa(int(qtype))
	default:
		return name
	}
}
