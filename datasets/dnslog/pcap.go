package dnslog

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"threatnet/datasets"
)

// pcapFormat is what libpcap and tcpdump write, with times in microseconds or nanoseconds, in either byte order (PCAP
// Capture File Format, draft-ietf-opsawg-pcap).
//
// A header of the file or of a packet that is damaged is a final error, as nothing behind it can be found; what a packet
// holds, or the end of a file that is cut off, is a bad row at most. Packets of capture files are read as [capture] says.
var pcapFormat = Format{
	Name:        "pcap",
	Description: "packets of tcpdump or libpcap: queries to port 53 over UDP and TCP",
	Strict:      true,
	Recognize:   isPcap,
	Header:      noHeader,
	Read:        readPcap,
}

// maxPacket is the longest packet of libpcap.
const maxPacket = 262144

// isPcap looks for the four magic numbers.
func isPcap(head []byte, _ Options) bool {
	const microseconds, nanoseconds = 0xa1b2c3d4, 0xa1b23c4d
	if len(head) < 4 {
		return false
	}
	either := []uint32{binary.LittleEndian.Uint32(head), binary.BigEndian.Uint32(head)}
	return slices.Contains(either, microseconds) || slices.Contains(either, nanoseconds)
}

func readPcap(text *bufio.Reader, opt Options) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		c := newCapture(opt, yield)
		file := bufio.NewReader(text) // the buffer that pcapgo will use too: text itself unless that is tiny
		reader, err := pcapgo.NewReader(file)
		if err != nil {
			c.fail(fmt.Errorf("header of the capture: %w", noEOF(err)))
			return
		}
		if _, ok := firstLayer(reader.LinkType(), nil); !ok {
			c.fail(fmt.Errorf("%w: %v", UnknownLink, reader.LinkType()))
			return
		}
		reader.SetSnaplen(maxPacket)
		for !c.stopped {
			data, info, err := reader.ZeroCopyReadPacketData()
			switch {
			case err == nil:
				c.add(reader.LinkType(), info.Timestamp, data, info.Length)
			case err == io.EOF && info.CaptureLength == 0:
				c.tcp.end()
				return
			case isShort(err):
				c.cutOff(file)
				c.tcp.end()
				return
			case info.CaptureLength > info.Length && info.CaptureLength <= maxPacket:
				c.packet(info.Timestamp)
				c.bad(c.present, BadPacket, fmt.Errorf("%d bytes captured of %d", info.CaptureLength, info.Length))
				if _, err := file.Discard(info.CaptureLength); err != nil {
					c.cutOff(file)
					c.tcp.end()
					return
				}
			default:
				c.fail(fmt.Errorf("packet %d: %w", c.present.line+1, err))
			}
		}
	}
}

// capture makes records of the packets of a capture file. It reads Ethernet with VLAN tags, Linux cooked mode, loopback and
// raw IP; of IP, version 4 and 6 with extension headers; and of UDP and TCP, what goes to port 53. Everything else is passed
// over: other protocols and ports, multicast DNS on port 5353, and the answers of servers.
//
// IP fragments are not put together: the first fragment of what goes to port 53 is a bad row, and the others, which have no
// ports, are passed over. TCP streams are (see [assembler]); a query is of the packet that completed it.
type capture struct {
	messages
	layers packetLayers
	tcp    assembler
}

func newCapture(opt Options, yield func(datasets.Query, error) bool) *capture {
	c := &capture{messages: newMessages(opt, yield)}
	c.tcp.lost = c.bad
	c.tcp.message = func(at packetOrigin, client netip.Addr, message []byte) { c.message(at, client, message, false) }
	return c
}

// add reads a packet of which the first bytes were captured; length is that of the whole packet.
func (c *capture) add(link layers.LinkType, at time.Time, data []byte, length int) {
	c.packet(at)
	first, ok := firstLayer(link, data)
	if !ok {
		c.bad(c.present, UnknownLink, fmt.Errorf("%v", link))
		return
	}
	d, err := c.layers.decode(first, data)
	truncated := d.missing > 0 || len(data) < length
	switch {
	case err == errNotDNS:
	case err == errFragment:
		c.bad(c.present, IPFragment, nil)
	case err != nil && truncated:
		c.bad(c.present, TruncatedPacket, err)
	case err != nil:
		c.bad(c.present, BadPacket, err)
	case d.udp != nil:
		c.message(c.present, d.client.Addr(), d.udp.Payload, truncated)
	default:
		c.tcp.add(segment{
			client: d.client, server: d.server, seq: d.tcp.Seq, data: d.tcp.Payload, missing: d.missing,
			syn: d.tcp.SYN, fin: d.tcp.FIN, rst: d.tcp.RST,
		}, c.present)
	}
}
