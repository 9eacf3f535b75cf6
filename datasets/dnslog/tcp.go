package dnslog

import (
	"container/list"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"threatnet/datasets"
)

// Bounds of what is held of TCP streams.
const (
	maxStreams      = 1024
	maxStreamsBytes = 16 << 20 // of all streams
	maxHeldBytes    = 64 << 10 // of one stream, behind a gap
	maxHeldSegments = 64
	maxSequenceJump = 1 << 20 // a larger one is another connection between the same ports
	streamExpiry    = 2 * time.Minute
	lengthPrefix    = 2 // before each message (RFC 1035, section 4.2.2)
)

// segment is what a TCP packet to a server carries.
type segment struct {
	client        netip.AddrPort
	server        netip.AddrPort
	seq           uint32 // of the first byte of data, or of the SYN
	data          []byte
	missing       int // bytes behind data that the capture does not have
	syn, fin, rst bool
}

// end is the sequence number behind the data.
func (s *segment) end() uint32 { return s.seq + uint32(len(s.data)) + uint32(s.missing) }

// assembler finds the messages in TCP streams to servers, in bounded memory.
//
// A stream of which the beginning is not in the capture is taken to begin with a message at its first segment. Where bytes
// are missing for good, the message they belong to is lost, which is a bad row, and the next segment is taken to begin with
// a message. For good means: more than the bounds above has come behind the gap, or the stream ended, was silent for
// streamExpiry, or had to make room.
type assembler struct {
	message func(at packetOrigin, client netip.Addr, message []byte)
	lost    func(at packetOrigin, reason datasets.Reason, err error)

	streams map[streamKey]*list.Element
	order   list.List // of *stream, the one that was silent for longest first
	bytes   int       // held of all streams
}

type streamKey struct{ client, server netip.AddrPort }

type stream struct {
	key     streamKey
	isn     uint32       // sequence number of its SYN
	next    uint32       // sequence number of the next byte to come
	pending []byte       // the beginning of a message
	held    []segment    // behind a gap, in their order, their data copied
	size    int          // bytes pending and held
	last    packetOrigin // its last packet
}

// add takes the next packet, whose data it does not keep.
func (a *assembler) add(in segment, at packetOrigin) {
	a.expire(at.time)
	s := a.stream(&in)
	if s == nil {
		return
	}
	s.last = at
	if in.syn {
		in.seq++
	}
	if in.rst {
		a.remove(s)
		return
	}
	if len(in.data)+in.missing > 0 {
		a.place(s, in)
	}
	if in.fin && s.next == in.end() { // it is kept, for segments that come again
		a.giveUp(s)
	}
	a.account(s)
	for a.bytes > maxStreamsBytes {
		a.remove(a.oldest())
	}
}

// stream gives the stream that a segment belongs to, if it carries anything.
func (a *assembler) stream(in *segment) *stream {
	key := streamKey{in.client, in.server}
	if e, ok := a.streams[key]; ok {
		s := e.Value.(*stream)
		jump := int32(in.seq - s.next)
		again := in.syn && in.seq == s.isn
		if again || !in.syn && -maxSequenceJump < jump && jump < maxSequenceJump {
			a.order.MoveToBack(e)
			return s
		}
		a.remove(s)
	}
	if !in.syn && len(in.data)+in.missing == 0 {
		return nil
	}
	s := &stream{key: key, isn: in.seq, next: in.seq}
	if in.syn {
		s.next++
	} else {
		s.isn--
	}
	if a.streams == nil {
		a.streams = make(map[streamKey]*list.Element)
	}
	a.streams[key] = a.order.PushBack(s)
	for len(a.streams) > maxStreams {
		a.remove(a.oldest())
	}
	return s
}

// place takes the data of a segment where it comes next, and holds it where it does not.
func (a *assembler) place(s *stream, in segment) {
	if int32(in.seq-s.next) <= 0 {
		a.accept(s, in)
		a.closeGap(s)
		return
	}
	in.data = slices.Clone(in.data)
	i, _ := slices.BinarySearchFunc(s.held, in.seq, func(h segment, seq uint32) int { return int(int32(h.seq - seq)) })
	s.held = slices.Insert(s.held, i, in)
	held := 0
	for _, h := range s.held {
		held += len(h.data)
	}
	if held > maxHeldBytes || len(s.held) > maxHeldSegments {
		a.skipGap(s)
	}
}

// closeGap accepts the segments that are held as far as they follow.
func (a *assembler) closeGap(s *stream) {
	for len(s.held) > 0 && int32(s.held[0].seq-s.next) <= 0 {
		first := s.held[0]
		s.held = slices.Delete(s.held, 0, 1)
		a.accept(s, first)
	}
}

// skipGap gives up the bytes that are missing before the first segment held.
func (a *assembler) skipGap(s *stream) {
	a.lost(s.last, IncompleteStream, fmt.Errorf("%d bytes are missing", s.held[0].seq-s.next))
	s.pending, s.next = nil, s.held[0].seq
	a.closeGap(s)
}

// accept takes the data of a segment that begins at the next byte or before it.
func (a *assembler) accept(s *stream, in segment) {
	seen := int(s.next - in.seq)
	if seen >= len(in.data)+in.missing {
		return
	}
	if seen < len(in.data) {
		a.read(s, in.data[seen:])
	}
	s.next = in.end()
	if in.missing > 0 {
		s.pending = nil
		a.lost(s.last, TruncatedPacket, nil)
	}
}

// read takes the next bytes of a stream.
func (a *assembler) read(s *stream, data []byte) {
	if len(s.pending) > 0 {
		s.pending = append(s.pending, data...)
		data = s.pending
	}
	whole := len(data)
	for len(data) >= lengthPrefix {
		n := int(binary.BigEndian.Uint16(data))
		if n < messageHeader {
			a.lost(s.last, BadMessage, fmt.Errorf("message of %d bytes", n))
			data = nil
			break
		}
		end := lengthPrefix + n
		if len(data) < end {
			break
		}
		a.message(s.last, s.key.client.Addr(), data[lengthPrefix:end])
		data = data[end:]
	}
	switch {
	case len(data) == 0:
		s.pending = nil
	case len(data) < whole || len(s.pending) == 0:
		s.pending = slices.Clone(data)
	}
}

// expire removes the streams that have been silent for long.
func (a *assembler) expire(now time.Time) {
	for a.order.Len() > 0 {
		s := a.oldest()
		if now.Sub(s.last.time) <= streamExpiry {
			return
		}
		a.remove(s)
	}
}

// end removes all streams, in the order of their last packets.
func (a *assembler) end() {
	for a.order.Len() > 0 {
		a.remove(a.oldest())
	}
}

// remove ends a stream. What was held is read, and what remains is lost.
func (a *assembler) remove(s *stream) {
	for len(s.held) > 0 {
		a.skipGap(s)
	}
	a.giveUp(s)
	a.account(s)
	a.order.Remove(a.streams[s.key])
	delete(a.streams, s.key)
}

// giveUp gives up the message that has begun.
func (a *assembler) giveUp(s *stream) {
	if n := len(s.pending); n > 0 {
		a.lost(s.last, IncompleteStream, fmt.Errorf("it ends with %d bytes of a message", n))
		s.pending = nil
	}
}

// account brings the number of bytes held up to date.
func (a *assembler) account(s *stream) {
	size := cap(s.pending)
	for _, h := range s.held {
		size += len(h.data)
	}
	a.bytes += size - s.size
	s.size = size
}

func (a *assembler) oldest() *stream { return a.order.Front().Value.(*stream) }
