package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	framestream "github.com/farsightsec/golang-framestream"

	"threatnet/datasets"
)

// dnstapFormat is a log of a DNS server in dnstap's Frame Streams files (dnstap.info), also as a socket takes them, with the
// READY frame of the bidirectional handshake, and several streams in one file.
//
// Records are the queries that the server was asked: CLIENT_QUERY and, of an authoritative server, AUTH_QUERY; and those of
// clients that log themselves: STUB_QUERY and TOOL_QUERY. Queries of the server to others (RESOLVER_QUERY, FORWARDER_QUERY),
// which ask again what it was asked, updates and responses are passed over. The line of a record is the number of its frame.
//
// Control frames that are damaged and streams of another content are final errors; what a data frame holds, and the end of
// a file that is cut off, are bad rows at most.
var dnstapFormat = Format{
	Name:        "dnstap",
	Description: "Frame Streams of dnstap: queries of clients",
	Strict:      true,
	Recognize:   isDnstap,
	Header:      noHeader,
	Read:        readDnstap,
}

const (
	dnstapContent = "protobuf:dnstap.Dnstap"
	maxFrame      = framestream.DEFAULT_MAX_PAYLOAD_SIZE
)

// isDnstap looks for the first control frame: START or READY, of the right content if it names one.
func isDnstap(head []byte, _ Options) bool {
	const escape, length, kind = 0, 4, 8
	if len(head) < 12 || binary.BigEndian.Uint32(head[escape:]) != 0 {
		return false
	}
	size, control := binary.BigEndian.Uint32(head[length:]), binary.BigEndian.Uint32(head[kind:])
	if size < 4 || size > framestream.CONTROL_FRAME_LENGTH_MAX || control != framestream.CONTROL_START && control != framestream.CONTROL_READY {
		return false
	}
	fields := head[kind+4:]
	return size == 4 || bytes.Contains(fields[:min(len(fields), int(size)-4)], []byte(dnstapContent))
}

func readDnstap(text *bufio.Reader, opt Options) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		m := newMessages(opt, yield)
		r := &frameReader{file: text}
		for !m.stopped {
			frame, err := r.next()
			switch {
			case isShort(err) && !r.begun:
				m.fail(fmt.Errorf("header of the stream: %w", noEOF(err)))
			case err == io.EOF:
				return
			case err == errLongFrame:
				m.packet(time.Time{})
				m.bad(m.present, BadFrame, err)
			case isShort(err):
				m.cutOff(text)
				return
			case err != nil:
				m.fail(fmt.Errorf("control frame before frame %d: %w", m.present.line+1, err))
			default:
				m.frame(frame)
			}
		}
	}
}

// frameReader reads the data frames of streams (Frame Streams, github.com/farsightsec/fstrm).
type frameReader struct {
	file    *bufio.Reader
	begun   bool // a control frame was read
	started bool
	buf     []byte
}

var errLongFrame = fmt.Errorf("more than %d bytes", maxFrame)

// next gives the next data frame, valid until the one after it. The error is io.EOF between frames and
// io.ErrUnexpectedEOF within one, where the file ends.
func (r *frameReader) next() ([]byte, error) {
	for {
		var head [4]byte
		if _, err := io.ReadFull(r.file, head[:]); err != nil {
			return nil, err
		}
		switch length := binary.BigEndian.Uint32(head[:]); {
		case length == 0:
			if err := r.control(); err != nil {
				return nil, err
			}
		case !r.started:
			return nil, errors.New("a stream does not begin with a control frame")
		case length > maxFrame:
			if _, err := io.CopyN(io.Discard, r.file, int64(length)); err != nil {
				return nil, noEOF(err)
			}
			return nil, errLongFrame
		default:
			if len(r.buf) < int(length) {
				r.buf = make([]byte, length)
			}
			if _, err := io.ReadFull(r.file, r.buf[:length]); err != nil {
				return nil, noEOF(err)
			}
			return r.buf[:length], nil
		}
	}
}

// control reads a control frame behind its escape.
func (r *frameReader) control() error {
	var frame framestream.ControlFrame
	if err := frame.Decode(r.file); err != nil {
		return noEOF(err)
	}
	r.begun = true
	switch frame.ControlType {
	case framestream.CONTROL_READY, framestream.CONTROL_START:
		if !frame.MatchContentType([]byte(dnstapContent)) {
			return fmt.Errorf("a stream of %q", frame.ContentTypes)
		}
		r.started = frame.ControlType == framestream.CONTROL_START
	case framestream.CONTROL_STOP:
		r.started = false
	case framestream.CONTROL_ACCEPT, framestream.CONTROL_FINISH: // of the other side
	default:
		return fmt.Errorf("control type %d", frame.ControlType)
	}
	return nil
}
