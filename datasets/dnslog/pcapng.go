package dnslog

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket/layers"

	"threatnet/datasets"
)

// pcapngFormat is what Wireshark writes (PCAP Next Generation Capture File Format, draft-ietf-opsawg-pcapng), in either byte
// order, with any number of sections and interfaces, and packets in enhanced, simple and the obsolete packet blocks. Other
// blocks are passed over.
//
// A block whose lengths make no sense, and a damaged section header or interface description, are final errors: nothing
// behind them can be read. What a packet block holds, or the end of a file that is cut off, is a bad row at most. Simple
// packet blocks have no time. Packets of capture files are read as [capture] says.
var pcapngFormat = Format{
	Name:        "pcapng",
	Description: "packets of Wireshark: queries to port 53 over UDP and TCP",
	Strict:      true,
	Recognize:   isPcapng,
	Header:      noHeader,
	Read:        readPcapng,
}

// Block types.
const (
	sectionHeader        = 0x0a0d0d0a // the same in either byte order
	interfaceDescription = 1
	obsoletePacket       = 2
	simplePacket         = 3
	enhancedPacket       = 6
)

const (
	byteOrderMagic = uint32(0x1a2b3c4d)
	blockFrame     = 12 // type, and length before and behind the body
	maxInterfaces  = 4096
	maxBody        = maxPacket + 64 // of what is read of a block: a packet and its header
)

func isPcapng(head []byte, _ Options) bool {
	if len(head) < blockFrame || binary.BigEndian.Uint32(head) != sectionHeader {
		return false
	}
	return binary.LittleEndian.Uint32(head[8:]) == byteOrderMagic || binary.BigEndian.Uint32(head[8:]) == byteOrderMagic
}

func readPcapng(text *bufio.Reader, opt Options) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		c := newCapture(opt, yield)
		r := &pcapngReader{file: text}
		head, err := text.Peek(blockFrame)
		switch {
		case err != nil:
			c.fail(fmt.Errorf("header of the capture: %w", noEOF(err)))
		case !isPcapng(head, opt):
			c.fail(errors.New("header of the capture: no pcapng section header"))
		}
		for !c.stopped {
			switch err := r.block(c); {
			case err == io.EOF:
				c.tcp.end()
				return
			case isShort(err):
				c.cutOff(text)
				c.tcp.end()
				return
			case err != nil:
				c.fail(fmt.Errorf("block before packet %d: %w", c.present.line+1, err))
			}
		}
	}
}

// pcapngReader reads the blocks of a file.
type pcapngReader struct {
	file       *bufio.Reader
	order      binary.ByteOrder
	interfaces []pcapngInterface // of the section
	body       []byte            // reused
}

// pcapngInterface is what must be known of an interface to read its packets.
type pcapngInterface struct {
	link  layers.LinkType
	snap  uint32 // 0 is no limit
	clock pcapngClock
}

// block reads one block, and gives its packet, if it holds one, to c. The error is io.EOF before a block and
// io.ErrUnexpectedEOF within one, where the file ends.
func (r *pcapngReader) block(c *capture) error {
	var head [blockFrame]byte
	if _, err := io.ReadFull(r.file, head[:8]); err != nil {
		return err
	}
	read := 8
	if binary.BigEndian.Uint32(head[:]) == sectionHeader {
		if err := r.readRest(head[8:]); err != nil {
			return err
		}
		read = blockFrame
		switch byteOrderMagic {
		case binary.LittleEndian.Uint32(head[8:]):
			r.order = binary.LittleEndian
		case binary.BigEndian.Uint32(head[8:]):
			r.order = binary.BigEndian
		default:
			return errors.New("no byte order in a section header")
		}
	}
	kind, length := r.order.Uint32(head[:]), r.order.Uint32(head[4:])
	if int64(length) < int64(read)+4 || length%4 != 0 {
		return fmt.Errorf("a block of %d bytes", length)
	}
	body, err := r.readBody(kind, int64(length)-int64(read)-4)
	if err != nil {
		return err
	}
	if err := r.readRest(head[:4]); err != nil {
		return err
	}
	if again := r.order.Uint32(head[:]); again != length {
		return fmt.Errorf("a block of %d bytes that ends as one of %d", length, again)
	}
	return r.content(c, kind, body)
}

// readBody reads the body of a block, as far as it may be of use.
func (r *pcapngReader) readBody(kind uint32, length int64) ([]byte, error) {
	kept := int64(0)
	switch kind {
	case sectionHeader, interfaceDescription, obsoletePacket, simplePacket, enhancedPacket:
		kept = min(length, maxBody)
	}
	if int64(len(r.body)) < kept {
		r.body = make([]byte, max(kept, 4096))
	}
	if err := r.readRest(r.body[:kept]); err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, r.file, length-kept); err != nil {
		return nil, noEOF(err)
	}
	return r.body[:kept], nil
}

// readRest reads more of a block.
func (r *pcapngReader) readRest(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if _, err := io.ReadFull(r.file, data); err != nil {
		return noEOF(err)
	}
	return nil
}

func (r *pcapngReader) content(c *capture, kind uint32, body []byte) error {
	switch kind {
	case sectionHeader:
		if len(body) < 4 {
			return errors.New("a section header without a version")
		}
		if major := r.order.Uint16(body); major != 1 {
			return fmt.Errorf("version %d of the format", major)
		}
		r.interfaces = r.interfaces[:0]
	case interfaceDescription:
		return r.describe(body)
	case obsoletePacket, enhancedPacket:
		r.timed(c, kind, body)
	case simplePacket:
		r.simple(c, body)
	}
	return nil
}

// describe adds the interface of an interface description block.
func (r *pcapngReader) describe(body []byte) error {
	if len(body) < 8 {
		return errors.New("a short interface description")
	}
	if len(r.interfaces) == maxInterfaces {
		return fmt.Errorf("more than %d interfaces", maxInterfaces)
	}
	clock, err := r.clock(body[8:])
	r.interfaces = append(r.interfaces, pcapngInterface{layers.LinkType(r.order.Uint16(body)), r.order.Uint32(body[4:]), clock})
	return err
}

// timed reads an enhanced packet block or an obsolete packet block, which differ in their first four bytes.
func (r *pcapngReader) timed(c *capture, kind uint32, body []byte) {
	const header = 20
	if len(body) < header {
		c.packet(time.Time{})
		c.bad(c.present, BadPacket, errors.New("a short packet block"))
		return
	}
	id := r.order.Uint32(body)
	if kind == obsoletePacket {
		id = uint32(r.order.Uint16(body))
	}
	if int64(id) >= int64(len(r.interfaces)) {
		c.packet(time.Time{})
		c.bad(c.present, BadPacket, fmt.Errorf("interface %d is not described", id))
		return
	}
	from := r.interfaces[id]
	at := from.clock.time(uint64(r.order.Uint32(body[4:]))<<32 | uint64(r.order.Uint32(body[8:])))
	captured, length := r.order.Uint32(body[12:]), r.order.Uint32(body[16:])
	data := body[header:]
	if int64(captured) > int64(len(data)) {
		c.packet(at)
		c.bad(c.present, BadPacket, fmt.Errorf("%d bytes captured, of which the block has %d", captured, len(data)))
		return
	}
	c.add(from.link, at, data[:captured], int(min(length, maxPacket)))
}

// simple reads a simple packet block: a packet of the first interface, without its time.
func (r *pcapngReader) simple(c *capture, body []byte) {
	if len(body) < 4 || len(r.interfaces) == 0 {
		c.packet(time.Time{})
		c.bad(c.present, BadPacket, errors.New("a short packet block, or no interface is described"))
		return
	}
	from, length, data := r.interfaces[0], r.order.Uint32(body), body[4:]
	captured := min(int64(length), int64(len(data)))
	if from.snap > 0 {
		captured = min(captured, int64(from.snap))
	}
	c.add(from.link, time.Time{}, data[:captured], int(min(length, maxPacket)))
}
