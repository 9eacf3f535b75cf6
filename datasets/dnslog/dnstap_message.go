package dnslog

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields that are read, by dnstap.proto.
const (
	dnstapMessage = 14
	dnstapType    = 15

	messageType          = 1
	messageQueryAddress  = 4
	messageQuerySeconds  = 8
	messageQueryNano     = 9
	messageQueryContents = 10
)

// Values of Dnstap.type and Message.type.
const (
	typeMessage = 1

	authQuery   = 1
	clientQuery = 5
	stubQuery   = 9
	toolQuery   = 11
)

// protoField is one field of a protobuf message.
type protoField struct {
	number protowire.Number
	value  uint64 // of the kinds that are numbers
	bytes  []byte // of the kind that is bytes, else nil
}

// eachField gives the fields of a protobuf message, but for groups.
func eachField(message []byte, visit func(protoField)) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		f := protoField{number: number}
		switch kind {
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			f.value = uint64(v)
		case protowire.Fixed64Type:
			f.value, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		visit(f)
	}
	return nil
}

// tapped is what a dnstap message says of a query.
type tapped struct {
	kind    uint64
	address []byte
	seconds uint64
	nano    uint64
	message []byte
}

// isQuery tells whether the message is a query of a client.
func (t *tapped) isQuery() bool {
	switch t.kind {
	case authQuery, clientQuery, stubQuery, toolQuery:
		return true
	}
	return false
}

// frame reads a data frame.
func (m *messages) frame(frame []byte) {
	var (
		t       tapped
		content uint64
		inner   []byte
	)
	err := eachField(frame, func(f protoField) {
		switch f.number {
		case dnstapType:
			content = f.value
		case dnstapMessage:
			inner = f.bytes
		}
	})
	if err == nil && content == typeMessage {
		err = eachField(inner, t.set)
	}
	m.packet(t.time())
	if err != nil {
		m.bad(m.present, BadFrame, err)
		return
	}
	if !t.isQuery() {
		return
	}
	if t.message == nil {
		m.bad(m.present, BadFrame, errors.New("a query without its message"))
		return
	}
	var client netip.Addr
	if len(t.address) > 0 {
		var ok bool
		if client, ok = netip.AddrFromSlice(t.address); !ok {
			m.bad(m.present, BadFrame, fmt.Errorf("an address of %d bytes", len(t.address)))
			return
		}
	}
	m.message(m.present, client, t.message, false)
}

func (t *tapped) set(f protoField) {
	switch f.number {
	case messageType:
		t.kind = f.value
	case messageQueryAddress:
		t.address = f.bytes
	case messageQuerySeconds:
		t.seconds = f.value
	case messageQueryNano:
		t.nano = f.value
	case messageQueryContents:
		t.message = f.bytes
	}
}

// time is none where the message has none.
func (t *tapped) time() time.Time {
	if t.seconds == 0 {
		return time.Time{}
	}
	return captureTime(t.seconds, int64(t.nano))
}
