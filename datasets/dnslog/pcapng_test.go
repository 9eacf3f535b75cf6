package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/miekg/dns"

	"threatnet/datasets"
)

// What another implementation writes: two interfaces of different link types, options, statistics, and a second section.
func TestPcapngOfAnotherWriter(t *testing.T) {
	query := wireQuery(t, "a.", dns.TypeA)
	frame, raw := ethernetUDP(t, testClient, testServer, query), rawUDP(t, testClient6, testServer6, dnsPort, query)
	var file bytes.Buffer
	for range 2 {
		w, err := pcapgo.NewNgWriterInterface(&file, pcapgo.NgInterface{
			Name: "eth0", OS: "Linux", Filter: "port 53", LinkType: layers.LinkTypeEthernet, SnapLength: 262144,
		}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Hardware: "x", Comment: "y"}})
		if err != nil {
			t.Fatal(err)
		}
		id, err := w.AddInterface(pcapgo.NgInterface{Name: "tun0", LinkType: layers.LinkTypeRaw})
		if err != nil {
			t.Fatal(err)
		}
		for i, packet := range [][]byte{frame, raw} {
			info := gopacket.CaptureInfo{Timestamp: firstPacket, CaptureLength: len(packet), Length: len(packet), InterfaceIndex: i * id}
			if err := w.WritePacket(info, packet); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.WriteInterfaceStats(id, pcapgo.NgInterfaceStatistics{LastUpdate: firstPacket}); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if !isPcapng(file.Bytes()[:20], Options{}) || isPcap(file.Bytes(), Options{}) || isDnstap(file.Bytes(), Options{}) {
		t.Error("not recognised")
	}
	var got []datasets.Query
	for q, err := range readPcapng(bufio.NewReader(bytes.NewReader(file.Bytes())), Options{File: "f", Benign: true}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, q)
	}
	want := make([]datasets.Query, 4)
	for i := range want {
		want[i] = datasets.Query{Time: firstPacket, Client: testClient, Name: "a", Type: "A", Label: datasets.Benign, File: "f", Line: i + 1}
		if i%2 == 1 {
			want[i].Client = testClient6
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The blocks of the specification in both byte orders, one of which follows the other.
func TestPcapngBlocks(t *testing.T) {
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	n := uint32(len(frame))
	at := uint64(firstPacket.UnixMicro())
	var file []byte
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		file = slices.Concat(
			file,
			sectionBlock(order),
			block(order, 0x0bad, []byte("a block of another kind")),
			interfaceBlock(order, layers.LinkTypeEthernet),
			interfaceBlock(order, layers.LinkTypeLinuxUSB),
			enhancedBlock(order, 0, at, frame),
			block(order, obsoletePacket, uint16(0), uint16(7), uint32(at>>32), uint32(at), n, n, frame),
			block(order, simplePacket, n, frame),
			enhancedBlock(order, 1, at, frame),
			enhancedBlock(order, 2, at, frame),
			block(order, enhancedPacket, uint32(0), uint32(0)),
			block(order, enhancedPacket, uint32(0), uint32(at>>32), uint32(at), n+4, n+4, frame),
			block(order, simplePacket),
			block(order, simplePacket, n, frame[:n-4]),
		)
	}
	times := map[int]time.Time{}
	for q, err := range readPcapng(bufio.NewReader(bytes.NewReader(file)), Options{}) {
		if err == nil {
			times[q.Line] = q.Time
		}
	}
	micro := firstPacket.Truncate(time.Microsecond)
	if diff := cmp.Diff(map[int]time.Time{1: micro, 2: micro, 3: {}, 10: micro, 11: micro, 12: {}}, times); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"1 192.0.2.1 a A", "2 192.0.2.1 a A", "3 192.0.2.1 a A", "! f:4:1: unknown link type: USB",
		"! f:5:1: bad packet: interface 2 is not described", "! f:6:1: bad packet: a short packet block",
		"! f:7:1: bad packet: 65 bytes captured, of which the block has 64",
		"! f:8:1: bad packet: a short packet block, or no interface is described", "! f:9:1: truncated packet",
		"10 192.0.2.1 a A", "11 192.0.2.1 a A", "12 192.0.2.1 a A", "! f:13:1: unknown link type: USB",
		"! f:14:1: bad packet: interface 2 is not described", "! f:15:1: bad packet: a short packet block",
		"! f:16:1: bad packet: 65 bytes captured, of which the block has 64",
		"! f:17:1: bad packet: a short packet block, or no interface is described", "! f:18:1: truncated packet",
	}
	if diff := cmp.Diff(want, captureRows(pcapngFormat, file, Options{})); diff != "" {
		t.Error(diff)
	}
}

// Units of time, by the options of the interface.
func TestPcapngClock(t *testing.T) {
	order := binary.BigEndian
	option := func(code uint16, value ...byte) []byte {
		o := order.AppendUint16(order.AppendUint16(nil, code), uint16(len(value)))
		return append(append(o, value...), make([]byte, -len(value)&3)...)
	}
	name, end := option(2, 'e', 'n', '0'), option(0)
	for what, c := range map[string]struct {
		options []byte
		units   uint64
		want    time.Time
	}{
		"microseconds":           {nil, 1500000, time.Unix(1, 5e8)},
		"nanoseconds":            {slices.Concat(name, option(9, 9), end), 1500000001, time.Unix(1, 500000001)},
		"seconds":                {option(9, 0), 5, time.Unix(5, 0)},
		"picoseconds":            {option(9, 12), 1500000000999, time.Unix(1, 500000000)},
		"10^-19 seconds":         {option(9, 19), 15e18, time.Unix(1, 5e8)},
		"2^-32 seconds":          {option(9, 0x80|32), 3<<31 + 1<<20, time.Unix(1, 500244140)},
		"2^-63 seconds":          {option(9, 0x80|63), 3 << 62, time.Unix(1, 5e8)},
		"an offset":              {option(14, 0, 0, 0, 0, 0, 0, 1, 0), 5e5, time.Unix(256, 5e8)},
		"an offset back":         {option(14, 255, 255, 255, 255, 255, 255, 255, 255), 2e6, time.Unix(1, 0)},
		"before 1970":            {option(14, 255, 255, 255, 255, 255, 255, 255, 255), 5e5, time.Time{}},
		"too late":               {option(9, 0), 1 << 40, time.Time{}},
		"options of no length":   {slices.Concat(option(9), option(14)), 1e6, time.Unix(1, 0)},
		"behind the end":         {slices.Concat(end, option(9, 9)), 1e6, time.Unix(1, 0)},
		"behind a damaged one":   {slices.Concat([]byte{0, 2, 1, 0}, option(9, 9)), 1e6, time.Unix(1, 0)},
		"half a header":          {[]byte{0, 9}, 1e6, time.Unix(1, 0)},
		"no room for its length": {[]byte{0, 9, 0, 1}, 1e6, time.Unix(1, 0)},
	} {
		clock, err := (&pcapngReader{order: order}).clock(c.options)
		if got := clock.time(c.units); err != nil || !got.Equal(c.want) {
			t.Errorf("%s: %v instead of %v, %v", what, got, c.want.UTC(), err)
		}
	}
	for _, resolution := range []byte{20, 0x7f, 0x80 | 64, 0xff} {
		if _, err := (&pcapngReader{order: order}).clock(option(9, resolution)); err == nil {
			t.Errorf("resolution %#x is no error", resolution)
		}
	}
}

// A file that is cut off anywhere gives its whole packets and one bad row at most, at its end.
func TestPcapngCutOff(t *testing.T) {
	order := binary.LittleEndian
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	parts := [][]byte{sectionBlock(order), interfaceBlock(order, layers.LinkTypeEthernet), enhancedBlock(order, 0, 1, frame), block(order, 5, frame)}
	file := slices.Concat(parts...)
	whole := map[int]bool{}
	for i := range parts {
		whole[len(slices.Concat(parts[:i+1]...))] = true
	}
	packet := len(slices.Concat(parts[:3]...))
	for n := range len(file) + 1 {
		var want []string
		switch {
		case n < blockFrame:
			want = []string{"! header of the capture: unexpected EOF"}
		case n >= packet:
			want = []string{"1 192.0.2.1 a A"}
			if !whole[n] {
				want = append(want, "! f:2:1: truncated packet: the file ends within it")
			}
		case !whole[n]:
			want = []string{"! f:1:1: truncated packet: the file ends within it"}
		}
		if diff := cmp.Diff(want, captureRows(pcapngFormat, file[:n], Options{})); diff != "" {
			t.Errorf("%d bytes: %s", n, diff)
		}
	}
}

func TestPcapngFinalErrors(t *testing.T) {
	order := binary.LittleEndian
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	head := slices.Concat(sectionBlock(order), interfaceBlock(order, layers.LinkTypeEthernet), enhancedBlock(order, 0, 1, frame))
	with := func(data []byte, at int, b ...byte) []byte {
		changed := bytes.Clone(data)
		copy(changed[at:], b)
		return changed
	}
	packet := enhancedBlock(order, 0, 1, frame)
	const row = "1 192.0.2.1 a A"
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"no magic":              {with(head, 0, 1), []string{"! header of the capture: no pcapng section header"}},
		"no byte order":         {with(head, 8, 1), []string{"! header of the capture: no pcapng section header"}},
		"version":               {with(head, 12, 2), []string{"! block before packet 1: version 2 of the format"}},
		"lengths differ":        {append(bytes.Clone(head), with(packet, len(packet)-4, 1)...), []string{row, "! block before packet 2: a block of 96 bytes that ends as one of 1"}},
		"length 0":              {append(bytes.Clone(head), with(packet, 4, 0)...), []string{row, "! block before packet 2: a block of 0 bytes"}},
		"length 97":             {append(bytes.Clone(head), with(packet, 4, 97)...), []string{row, "! block before packet 2: a block of 97 bytes"}},
		"section of 12 bytes":   {slices.Concat(head, with(head, 4, 12)), []string{row, "! block before packet 2: a block of 12 bytes"}},
		"section, no version":   {slices.Concat(head, block(order, sectionHeader, byteOrderMagic)), []string{row, "! block before packet 2: a section header without a version"}},
		"second section":        {slices.Concat(head, with(head, 8, 1)), []string{row, "! block before packet 2: no byte order in a section header"}},
		"interface":             {slices.Concat(head, block(order, interfaceDescription, uint32(1))), []string{row, "! block before packet 2: a short interface description"}},
		"resolution":            {slices.Concat(head, interfaceBlock(order, 1, uint16(9), uint16(1), uint32(99))), []string{row, "! block before packet 2: a clock of resolution 0x63"}},
		"very many interfaces":  {append(sectionBlock(order), bytes.Repeat(interfaceBlock(order, 1), maxInterfaces+1)...), []string{"! block before packet 1: more than 4096 interfaces"}},
		"interfaces of another": {slices.Concat(head, sectionBlock(order), packet), []string{row, "! f:2:1: bad packet: interface 0 is not described"}},
		"nothing":               {nil, []string{"! header of the capture: unexpected EOF"}},
	} {
		if diff := cmp.Diff(c.want, captureRows(pcapngFormat, c.file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
