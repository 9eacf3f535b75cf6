package dnslog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"threatnet/datasets"
)

// The reasons for which a row of a capture is bad.
const (
	TruncatedPacket  datasets.Reason = "truncated packet"
	BadPacket        datasets.Reason = "bad packet"
	BadMessage       datasets.Reason = "bad DNS message"
	IPFragment       datasets.Reason = "IP fragment"
	IncompleteStream datasets.Reason = "incomplete TCP stream"
	UnknownLink      datasets.Reason = "unknown link type"
	BadFrame         datasets.Reason = "bad dnstap frame"
)

// messages makes records of the DNS messages in the packets of a capture, and bad rows of what is damaged. Once the
// iteration is stopped it does nothing any more.
type messages struct {
	opt     Options
	yield   func(datasets.Query, error) bool
	stopped bool
	present packetOrigin // of the packet that was read last
}

// packetOrigin is a packet of a capture.
type packetOrigin struct {
	line int // its number
	time time.Time
}

func newMessages(opt Options, yield func(datasets.Query, error) bool) messages {
	return messages{opt: opt, yield: yield}
}

// packet begins the next packet.
func (m *messages) packet(at time.Time) {
	m.present = packetOrigin{m.present.line + 1, at}
}

// message gives the queries in a message, the end of which may be missing in the capture.
func (m *messages) message(at packetOrigin, client netip.Addr, message []byte, truncated bool) {
	if m.stopped {
		return
	}
	from := ""
	if client.IsValid() {
		from = client.Unmap().String()
	}
	for q, err := range questionsOf(message) {
		switch {
		case err == errMessageEnds && truncated:
			m.bad(at, TruncatedPacket, nil)
		case err != nil:
			m.bad(at, BadMessage, err)
		default:
			m.give(datasets.Query{
				Time: at.time, Client: from, Name: q.name, Type: typeName(q.qtype), Label: m.opt.label(""),
				File: m.opt.File, Line: m.opt.Line + at.line,
			}, nil)
		}
		if m.stopped {
			return
		}
	}
}

// bad gives a bad row.
func (m *messages) bad(at packetOrigin, reason datasets.Reason, err error) {
	m.give(datasets.Query{}, m.opt.rowError(at.line, 1, reason, err))
}

// fail gives the final error.
func (m *messages) fail(err error) {
	m.give(datasets.Query{}, err)
	m.stopped = true
}

func (m *messages) give(q datasets.Query, err error) {
	if !m.stopped {
		m.stopped = !m.yield(q, err)
	}
}

// cutOff ends a file that ends within a packet: a bad row, unless the source itself failed.
func (m *messages) cutOff(file *bufio.Reader) {
	if _, err := file.Peek(1); err != io.EOF {
		m.fail(fmt.Errorf("packet %d: %w", m.present.line+1, noEOF(err)))
		return
	}
	m.packet(time.Time{})
	m.bad(m.present, TruncatedPacket, errCutOff)
}

var errCutOff = errors.New("the file ends within it")

// isShort tells whether reading failed because the bytes are not all there.
func isShort(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// noEOF makes an error of the end of the source, where it must not be.
func noEOF(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// captureTime gives the time of a clock that may be damaged: none where it has no text form, from the year 10000 on.
func captureTime(seconds uint64, nanoseconds int64) time.Time {
	if seconds >= latest {
		return time.Time{}
	}
	return time.Unix(int64(seconds), nanoseconds).UTC()
}
