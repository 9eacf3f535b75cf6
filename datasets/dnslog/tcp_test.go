package dnslog

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/layers"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"threatnet/datasets"
)

// prefixed is a message as TCP carries it.
func prefixed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
}

// Queries over TCP, in one segment or several, several in one, out of order, and cut off.
func TestPcapTCP(t *testing.T) {
	stream := prefixed(wireQuery(t, "one.example.", dns.TypeTXT))
	one := len(stream)
	stream = append(stream, prefixed(wireQuery(t, "two.example.", dns.TypeNULL))...)
	two := len(stream)
	const isn = 0xfffffff0 // the sequence numbers wrap around
	syn := ethernetTCP(t, layers.TCP{Seq: isn, SYN: true}, nil)
	part := func(from, to int) []byte {
		return ethernetTCP(t, layers.TCP{Seq: isn + 1 + uint32(from), ACK: true, PSH: true}, stream[from:to])
	}
	fin := func(at int) []byte {
		return ethernetTCP(t, layers.TCP{Seq: isn + 1 + uint32(at), ACK: true, FIN: true}, nil)
	}
	rst := ethernetTCP(t, layers.TCP{Seq: isn + 1 + uint32(two), RST: true}, nil)
	short := part(0, one)[:60] // of the segment six bytes were captured
	row := func(line int, name string) string {
		return fmt.Sprintf("%d 192.0.2.1 %s.example %s", line, name, map[string]string{"one": "TXT", "two": "NULL"}[name])
	}
	for name, c := range map[string]struct {
		packets [][]byte
		want    []string
	}{
		"one segment":             {[][]byte{syn, part(0, two), fin(two)}, []string{row(2, "one"), row(2, "two")}},
		"two segments":            {[][]byte{syn, part(0, 1), part(1, one+5), part(one+5, two)}, []string{row(3, "one"), row(4, "two")}},
		"no SYN":                  {[][]byte{part(0, 9), part(9, two), fin(two)}, []string{row(2, "one"), row(2, "two")}},
		"out of order":            {[][]byte{syn, part(one+5, two), part(7, one+5), part(0, 7)}, []string{row(4, "one"), row(4, "two")}},
		"again":                   {[][]byte{syn, part(0, 9), syn, part(0, one), part(9, two), part(0, two), fin(two), part(one, two)}, []string{row(4, "one"), row(5, "two")}},
		"ends within a message":   {[][]byte{syn, part(0, one+3), fin(one + 3)}, []string{row(2, "one"), "! f:3:1: incomplete TCP stream: it ends with 3 bytes of a message"}},
		"reset within a message":  {[][]byte{syn, part(0, one+3), rst}, []string{row(2, "one"), "! f:3:1: incomplete TCP stream: it ends with 3 bytes of a message"}},
		"capture ends":            {[][]byte{syn, part(0, 9)}, []string{"! f:2:1: incomplete TCP stream: it ends with 9 bytes of a message"}},
		"segment missing":         {[][]byte{syn, part(one, two)}, []string{fmt.Sprintf("! f:2:1: incomplete TCP stream: %d bytes are missing", one), row(2, "two")}},
		"segment missing, reset":  {[][]byte{syn, part(0, 3), part(one, two), rst}, []string{fmt.Sprintf("! f:4:1: incomplete TCP stream: %d bytes are missing", one-3), row(4, "two")}},
		"segment cut off":         {[][]byte{syn, short, part(one, two)}, []string{"! f:2:1: truncated packet", row(3, "two")}},
		"no message":              {[][]byte{syn, ethernetTCP(t, layers.TCP{Seq: isn + 1}, []byte{0, 3, 1, 2, 3})}, []string{"! f:2:1: bad DNS message: message of 3 bytes"}},
		"nothing":                 {[][]byte{syn, fin(0), ethernetTCP(t, layers.TCP{Seq: 7, ACK: true}, nil), rst}, nil},
		"the same ports again":    {[][]byte{syn, part(0, one), ethernetTCP(t, layers.TCP{Seq: 99, SYN: true}, nil), ethernetTCP(t, layers.TCP{Seq: 100}, stream[:one])}, []string{row(2, "one"), row(4, "one")}},
		"the same ports, no SYN":  {[][]byte{syn, part(0, one), ethernetTCP(t, layers.TCP{Seq: 1 << 30}, stream[:one])}, []string{row(2, "one"), row(3, "one")}},
		"query in the SYN":        {[][]byte{ethernetTCP(t, layers.TCP{Seq: isn, SYN: true}, stream[:one]), part(one, two)}, []string{row(1, "one"), row(2, "two")}},
		"the packet is cut short": {[][]byte{syn[:40]}, []string{"! f:1:1: truncated packet: TCP: Invalid TCP header. Length 6 less than 20"}},
	} {
		file := pcapFile(binary.LittleEndian, false, layers.LinkTypeEthernet, c.packets...)
		if diff := cmp.Diff(c.want, captureRows(pcapFormat, file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// collector keeps what an assembler finds.
func collector() (a *assembler, found *[]string) {
	found = new([]string)
	return &assembler{
		message: func(at packetOrigin, _ netip.Addr, message []byte) { *found = append(*found, string(message)) },
		lost: func(at packetOrigin, reason datasets.Reason, err error) {
			*found = append(*found, fmt.Sprintf("! %d %v", at.line, reason))
		},
	}, found
}

func portOf(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), uint16(1024+i))
}

// However a stream is cut into segments, whichever come twice or too early: its messages come out, in their order.
func TestAssemblerFindsAllMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []string
		var bytes []byte
		for _, n := range rapid.SliceOfN(rapid.IntRange(messageHeader, 300), 1, 10).Draw(t, "messages") {
			message := strings.Repeat(string(rune('a'+len(want))), n)
			want = append(want, message)
			bytes = append(bytes, prefixed([]byte(message))...)
		}
		isn := rapid.Uint32().Draw(t, "isn")
		var segments []segment
		for from := 0; from < len(bytes); {
			to := min(len(bytes), from+rapid.IntRange(1, 200).Draw(t, "length"))
			start := max(0, from-rapid.IntRange(0, 50).Draw(t, "overlap"))
			segments = append(segments, segment{client: portOf(1), seq: isn + 1 + uint32(start), data: bytes[start:to]})
			from = to
		}
		for i := range segments { // each may come later by some, or twice
			j := min(len(segments)-1, i+rapid.IntRange(0, 5).Draw(t, "later"))
			segments[i], segments[j] = segments[j], segments[i]
		}
		again := rapid.IntRange(0, len(segments)-1).Draw(t, "again")
		segments = slices.Insert(segments, again, segments[again])
		a, found := collector()
		a.add(segment{client: portOf(1), seq: isn, syn: true}, packetOrigin{})
		for i, s := range segments {
			a.add(s, packetOrigin{line: i})
		}
		a.end()
		if diff := cmp.Diff(want, *found); diff != "" || a.bytes != 0 {
			t.Fatalf("%d bytes are held; %s", a.bytes, diff)
		}
	})
}

// Whatever comes, the memory is bounded, and what was held is accounted for.
func TestAssemblerBounds(t *testing.T) {
	a, found := collector()
	big := make([]byte, 60000)
	binary.BigEndian.PutUint16(big, 65535)
	for i := range 3 * maxStreams {
		a.add(segment{client: portOf(i), seq: 5, data: big}, packetOrigin{line: i})
		a.add(segment{client: portOf(i), seq: 100000, data: big[:30000]}, packetOrigin{line: i})
		if len(a.streams) > maxStreams || a.bytes > maxStreamsBytes || a.order.Len() != len(a.streams) {
			t.Fatalf("%d streams of %d bytes", len(a.streams), a.bytes)
		}
	}
	a.end()
	if a.bytes != 0 || len(a.streams) != 0 {
		t.Errorf("%d bytes in %d streams at the end", a.bytes, len(a.streams))
	}
	if want := 3 * maxStreams; len(*found) < want {
		t.Errorf("%d losses of %d", len(*found), want)
	}

	a, found = collector()
	a.add(segment{client: portOf(1), seq: 0, syn: true}, packetOrigin{})
	for i := range maxHeldSegments + 1 { // behind a gap that stays
		a.add(segment{client: portOf(1), seq: uint32(100 + 16*i), data: prefixed([]byte(fmt.Sprintf("message of %3d", i)))}, packetOrigin{line: i})
	}
	if got := (*found)[:2]; len(*found) != maxHeldSegments+2 || got[0] != "! 64 incomplete TCP stream" || got[1] != "message of   0" {
		t.Errorf("%d, %q", len(*found), got)
	}
}

// A silent stream is given up, by the clock of the capture, which may also go back.
func TestAssemblerExpiry(t *testing.T) {
	a, found := collector()
	a.add(segment{client: portOf(1), data: []byte{0, 20, 1}}, packetOrigin{1, firstPacket})
	a.add(segment{client: portOf(2), data: []byte{0, 20, 1}}, packetOrigin{2, firstPacket.Add(-time.Hour)})
	a.add(segment{client: portOf(3), syn: true}, packetOrigin{3, firstPacket.Add(streamExpiry)})
	if len(*found) != 0 {
		t.Errorf("%q", *found)
	}
	a.add(segment{client: portOf(3), syn: true}, packetOrigin{4, firstPacket.Add(streamExpiry + 1)})
	if diff := cmp.Diff([]string{"! 1 incomplete TCP stream", "! 2 incomplete TCP stream"}, *found); diff != "" {
		t.Error(diff)
	}
}
