package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/miekg/dns"

	"threatnet/datasets"
)

const (
	testClient6 = "2001:db8::1"
	testServer6 = "2001:db8::53"
)

// Every link type and what lies between it and the query.
func TestPcapLayers(t *testing.T) {
	query := wireQuery(t, "Example.COM.", dns.TypeA)
	ip4, ip6 := rawUDP(t, testClient, testServer, dnsPort, query), rawUDP(t, testClient6, testServer6, dnsPort, query)
	frame := ethernetUDP(t, testClient, testServer, query)
	tagged := func(outer layers.EthernetType, tags ...gopacket.SerializableLayer) []byte {
		return serialize(t, append(append([]gopacket.SerializableLayer{ethernetOf(outer)}, tags...), gopacket.Payload(ip4))...)
	}
	dot1q := func(next layers.EthernetType) *layers.Dot1Q { return &layers.Dot1Q{VLANIdentifier: 7, Type: next} }
	const row4, row6 = "1 192.0.2.1 Example.COM A", "1 2001:db8::1 Example.COM A"
	for name, c := range map[string]struct {
		link   layers.LinkType
		packet []byte
		want   string
	}{
		"Ethernet":       {layers.LinkTypeEthernet, frame, row4},
		"Ethernet, IPv6": {layers.LinkTypeEthernet, ethernetUDP(t, testClient6, testServer6, query), row6},
		"with a trailer": {layers.LinkTypeEthernet, append(bytes.Clone(frame), "trailer"...), row4},
		"VLAN":           {layers.LinkTypeEthernet, tagged(layers.EthernetTypeDot1Q, dot1q(layers.EthernetTypeIPv4)), row4},
		"QinQ": {
			layers.LinkTypeEthernet,
			tagged(layers.EthernetTypeQinQ, dot1q(layers.EthernetTypeDot1Q), dot1q(layers.EthernetTypeIPv4)), row4,
		},
		"raw, IPv4":           {layers.LinkTypeRaw, ip4, row4},
		"raw, IPv6":           {layers.LinkTypeRaw, ip6, row6},
		"raw of BSD":          {12, ip4, row4},
		"raw of OpenBSD":      {14, ip6, row6},
		"IPv4":                {layers.LinkTypeIPv4, ip4, row4},
		"IPv6":                {layers.LinkTypeIPv6, ip6, row6},
		"Linux cooked":        {layers.LinkTypeLinuxSLL, append([]byte("\x00\x04\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00"), ip4...), row4},
		"Linux cooked, IPv6":  {layers.LinkTypeLinuxSLL, append([]byte("\x00\x04\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x86\xdd"), ip6...), row6},
		"Linux cooked 2":      {layers.LinkTypeLinuxSLL2, append([]byte("\x08\x00\x00\x00\x00\x00\x00\x03\x00\x01\x04\x06\x02\x00\x00\x00\x00\x01\x00\x00"), ip4...), row4},
		"null":                {layers.LinkTypeNull, append([]byte{2, 0, 0, 0}, ip4...), row4},
		"null, big-endian":    {layers.LinkTypeNull, append([]byte{0, 0, 0, 2}, ip4...), row4},
		"null, IPv6 of macOS": {layers.LinkTypeNull, append([]byte{30, 0, 0, 0}, ip6...), row6},
		"loop":                {layers.LinkTypeLoop, append([]byte{0, 0, 0, 24}, ip6...), row6},
	} {
		file := pcapFile(binary.LittleEndian, false, c.link, c.packet)
		if diff := cmp.Diff([]string{c.want}, captureRows(pcapFormat, file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// extended puts extension headers between an IPv6 header and what it carries.
func extended(t *testing.T, packet []byte, first layers.IPProtocol, headers ...[]byte) []byte {
	t.Helper()
	const header = 40
	all := bytes.Clone(packet[:header])
	all[6] = byte(first)
	for _, h := range headers {
		all = append(all, h...)
	}
	all = append(all, packet[header:]...)
	binary.BigEndian.PutUint16(all[4:], uint16(len(all)-header))
	return all
}

func TestPcapExtensionHeaders(t *testing.T) {
	packet := rawUDP(t, testClient6, testServer6, dnsPort, wireQuery(t, "a.", dns.TypeAAAA))
	const udp = 17
	hopByHop := func(next byte) []byte { return []byte{next, 0, 1, 4, 0, 0, 0, 0} }
	routing := func(next byte) []byte { return []byte{next, 0, 4, 0, 0, 0, 0, 0} }
	fragment := func(offset uint16, more byte) []byte {
		return []byte{udp, 0, byte(offset >> 5), byte(offset<<3) | more, 0, 0, 0, 9}
	}
	file := pcapFile(binary.LittleEndian, false, layers.LinkTypeIPv6,
		extended(t, packet, layers.IPProtocolIPv6HopByHop, hopByHop(60), hopByHop(43), routing(udp)),
		extended(t, packet, layers.IPProtocolIPv6Fragment, fragment(0, 0)), // atomic (RFC 6946)
		extended(t, packet, layers.IPProtocolIPv6Fragment, fragment(0, 1)),
		extended(t, packet, layers.IPProtocolIPv6Fragment, fragment(10, 0)),
		extended(t, packet, layers.IPProtocolIPv6Destination, []byte{udp, 255, 0, 0, 0, 0, 0, 0}),
		extended(t, packet, layers.IPProtocolESP, hopByHop(udp)),
	)
	want := []string{
		"1 2001:db8::1 a AAAA", "2 2001:db8::1 a AAAA", "! f:3:1: IP fragment",
		"! f:5:1: bad packet: IPv6Destination: Invalid ip6-extension header. Length 35 less than specified length 2048",
	}
	if diff := cmp.Diff(want, captureRows(pcapFormat, file, Options{})); diff != "" {
		t.Error(diff)
	}
}

// Both byte orders, both units of time.
func TestPcapTimes(t *testing.T) {
	packet := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, nanoseconds := range []bool{false, true} {
			file := pcapFile(order, nanoseconds, layers.LinkTypeEthernet, packet, packet)
			if !isPcap(file[:24], Options{}) || isPcapng(file, Options{}) || isDnstap(file, Options{}) {
				t.Errorf("%v: not recognised", order)
			}
			want, n := firstPacket, 0
			if !nanoseconds {
				want = want.Truncate(time.Microsecond)
			}
			for q, err := range readPcap(bufio.NewReader(bytes.NewReader(file)), Options{File: "x", Family: "Iodine"}) {
				n++
				expected := datasets.Query{Time: want, Client: testClient, Name: "a", Type: "A", Label: "Iodine", File: "x", Line: n}
				if diff := cmp.Diff(expected, q); diff != "" || err != nil {
					t.Errorf("%v: %v %s", order, err, diff)
				}
				want = want.Add(time.Second)
			}
			if n != 2 {
				t.Errorf("%v: %d queries", order, n)
			}
		}
	}
}

func TestPcapLabels(t *testing.T) {
	file := pcapFile(binary.LittleEndian, false, layers.LinkTypeRaw, rawUDP(t, testClient, testServer, dnsPort, wireQuery(t, "a.", dns.TypeA)))
	for want, opt := range map[string]Options{"": {}, "dnscat2": {Family: "dnscat2"}, datasets.Benign: {Family: "dnscat2", Benign: true}} {
		for q, err := range readPcap(bufio.NewReader(bytes.NewReader(file)), opt) {
			if q.Label != want || err != nil {
				t.Errorf("%+v, %v", q, err)
			}
		}
	}
}

// What is passed over, what is a bad row, and what comes after it.
func TestPcapRows(t *testing.T) {
	query := wireQuery(t, "a.example.", dns.TypeTXT)
	frame := ethernetUDP(t, testClient, testServer, query)
	const ip = 14 // offset of the IP header
	with := func(at int, b ...byte) []byte {
		changed := bytes.Clone(frame)
		copy(changed[at:], b)
		return changed
	}
	response := bytes.Clone(query)
	response[2] |= 0x80
	loop := append([]byte(queryHeader(1)), 0xc0, 12, 0, 1, 0, 1)
	two := append([]byte(queryHeader(2)), "\x01a\x00\x00\x01\x00\x01\x01b\xc0\x0c\x00\xff\x00\x01"...)
	inside := bytes.Clone(rawUDP(t, testClient, testServer, dnsPort, query))
	tunnel, _ := ipLayers("203.0.113.1", "203.0.113.2", layers.IPProtocolIPv4)
	for name, c := range map[string]struct {
		packet []byte
		want   []string
	}{
		"query":                        {frame, []string{"1 192.0.2.1 a.example TXT"}},
		"two questions":                {ethernetUDP(t, testClient, testServer, two), []string{"1 192.0.2.1 a A", "1 192.0.2.1 b.a ANY"}},
		"response":                     {ethernetUDP(t, testClient, testServer, response), nil},
		"from port 53":                 {with(ip+20, 0, 53, 0x9c, 0x40), nil},
		"mDNS":                         {with(ip+22, 0x14, 0xe9), nil},
		"ARP":                          {with(12, 8, 6), nil},
		"802.3":                        {with(12, 0, 60), nil},
		"ICMP":                         {with(ip+9, 1), nil},
		"protocol 132":                 {with(ip+9, 132), nil},
		"hop-by-hop in IPv4":           {with(ip+9, 0), nil},
		"IP in IP":                     {serialize(t, ethernetOf(layers.EthernetTypeIPv4), tunnel, gopacket.Payload(inside)), []string{"1 192.0.2.1 a.example TXT"}},
		"first fragment":               {with(ip+6, 0x20, 0), []string{"! f:1:1: IP fragment"}},
		"last fragment":                {with(ip+6, 0, 9), nil},
		"first fragment, another port": {with(ip+6, 0x20, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 53, 0, 1, 0, 1), nil},
		"compression loop":             {ethernetUDP(t, testClient, testServer, loop), []string{"! f:1:1: bad DNS message: a compression pointer does not point back to a name"}},
		"empty":                        {ethernetUDP(t, testClient, testServer, nil), []string{"! f:1:1: bad DNS message: the message ends early"}},
		"no Ethernet header":           {frame[:9], []string{"! f:1:1: bad packet: Ethernet: Ethernet packet too small"}},
		"no IP header":                 {frame[:ip+9], []string{"! f:1:1: bad packet: IPv4: Invalid ip4 header. Length 9 less than 20"}},
		"IP header of 4 bytes":         {with(ip, 0x41), []string{"! f:1:1: bad packet: IPv4: Invalid (too small) IP header length (1 < 5)"}},
		"UDP header of 7 bytes":        {with(ip+24, 0, 7), []string{"! f:1:1: bad packet: UDP: UDP packet too small: 7 bytes"}},
		"UDP shorter than the query":   {with(ip+24, 0, 30), []string{"! f:1:1: bad DNS message: the message ends early"}},
		"IP longer than the capture":   {frame[:len(frame)-3], []string{"! f:1:1: truncated packet"}},
		"IP length 0 of offloading":    {with(ip+2, 0, 0), []string{"1 192.0.2.1 a.example TXT"}},
	} {
		file := pcapFile(binary.LittleEndian, false, layers.LinkTypeEthernet, c.packet, frame)
		want := slices.Concat(c.want, []string{"2 192.0.2.1 a.example TXT"})
		if diff := cmp.Diff(want, captureRows(pcapFormat, file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A packet of which only the first bytes were captured is read as far as it goes.
func TestPcapSnapLength(t *testing.T) {
	m := new(dns.Msg)
	m.SetQuestion("a.", dns.TypeA)
	m.SetEdns0(1232, true)
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	frame := ethernetUDP(t, testClient, testServer, wire)
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(64, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{len(frame), 61, 60, 40, 20, 10} {
		info := gopacket.CaptureInfo{Timestamp: firstPacket, CaptureLength: n, Length: len(frame)}
		if err := w.WritePacket(info, frame[:n]); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"1 192.0.2.1 a A", "2 192.0.2.1 a A", "! f:3:1: truncated packet",
		"! f:4:1: truncated packet: UDP: Invalid UDP header. Length 6 less than 8",
		"! f:5:1: truncated packet: IPv4: Invalid ip4 header. Length 6 less than 20",
		"! f:6:1: truncated packet: Ethernet: Ethernet packet too small",
	}
	if diff := cmp.Diff(want, captureRows(pcapFormat, file.Bytes(), Options{})); diff != "" {
		t.Error(diff)
	}
}

// A capture that is cut off anywhere gives its whole packets and one bad row, at its end.
func TestPcapCutOff(t *testing.T) {
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	file := pcapFile(binary.LittleEndian, false, layers.LinkTypeEthernet, frame, frame)
	const header = 24
	for n := range len(file) {
		rows := captureRows(pcapFormat, file[:n], Options{})
		var want []string
		switch record := 16 + len(frame); {
		case n < header:
			want = []string{"! header of the capture: unexpected EOF"}
		case n == header:
		case n < header+record:
			want = []string{"! f:1:1: truncated packet: the file ends within it"}
		case n == header+record:
			want = []string{"1 192.0.2.1 a A"}
		default:
			want = []string{"1 192.0.2.1 a A", "! f:2:1: truncated packet: the file ends within it"}
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%d bytes: %s", n, diff)
		}
	}
}

// Where nothing behind the damage can be found the error is final.
func TestPcapFinalErrors(t *testing.T) {
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	file := pcapFile(binary.LittleEndian, false, layers.LinkTypeEthernet, frame, frame)
	with := func(at int, b ...byte) []byte {
		changed := bytes.Clone(file)
		copy(changed[at:], b)
		return changed
	}
	second := 24 + 16 + len(frame)
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"magic":              {with(0, 0), []string{"! header of the capture: Unknown magic a1b2c300"}},
		"version":            {with(4, 3), []string{"! header of the capture: Unknown major version 3"}},
		"link type":          {with(20, 105), []string{"! unknown link type: 802.11"}},
		"captured length":    {with(second+8, 0, 0, 0, 0x70, 0, 0, 0, 0x70), []string{"1 192.0.2.1 a A", "! packet 2: capture length exceeds snap length: 1879048192 > 262144"}},
		"captured too much":  {with(24+12, 20), []string{"! f:1:1: bad packet: 61 bytes captured of 20", "2 192.0.2.1 a A"}},
		"it is the last one": {with(second+12, 20)[:len(file)-1], []string{"1 192.0.2.1 a A", "! f:2:1: bad packet: 61 bytes captured of 20", "! f:3:1: truncated packet: the file ends within it"}},
	} {
		if diff := cmp.Diff(c.want, captureRows(pcapFormat, c.file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Where the source fails, as a compressed file does that is cut off, its error is the final one, wherever it comes.
func TestCapturesOfBrokenSources(t *testing.T) {
	for name, file := range captureFixtures(t) {
		format := recognizedCapture(file)
		for _, broken := range []error{errors.New("broken"), io.ErrUnexpectedEOF} {
			for n := range file {
				var last error
				rows := 0
				for _, err := range format.Read(bufio.NewReader(io.MultiReader(bytes.NewReader(file[:n]), &failing{broken})), Options{}) {
					last, rows = err, rows+1
				}
				if _, bad := datasets.BadRow(last); bad || !errors.Is(last, broken) || rows > 6 {
					t.Fatalf("%s after %d bytes: %d rows, %v", name, n, rows, last)
				}
			}
		}
	}
}

// failing is a source that fails.
type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// Records come as the packets do, and no more is read once the reader has enough.
func TestCapturesStream(t *testing.T) {
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	order := binary.LittleEndian
	parts := [][]byte{pcapFile(order, false, layers.LinkTypeEthernet, frame)}
	parts = append(parts, parts[0][24:], parts[0][24:])
	ng := [][]byte{append(append(sectionBlock(order), interfaceBlock(order, layers.LinkTypeEthernet)...), enhancedBlock(order, 0, 1, frame)...)}
	ng = append(ng, enhancedBlock(order, 0, 1, frame), enhancedBlock(order, 0, 1, frame))
	tap := tapFrame(t, clientTap(t))
	taps := [][]byte{append(controlFrame(2, dnstapContent), tap...), tap, tap}
	for format, parts := range map[*Format][][]byte{&pcapFormat: parts, &pcapngFormat: ng, &dnstapFormat: taps} {
		source := &partReader{parts: parts}
		rows := 0
		for _, err := range format.Read(bufio.NewReader(source), Options{}) {
			if rows++; err != nil || source.given != rows {
				t.Fatalf("%s: %d parts were read for row %d, %v", format.Name, source.given, rows, err)
			}
			if rows == 2 {
				break
			}
		}
		if source.given != 2 {
			t.Errorf("%s: %d parts were read", format.Name, source.given)
		}
	}
}

// partReader gives a part at each call.
type partReader struct {
	parts [][]byte
	given int
}

func (r *partReader) Read(p []byte) (int, error) {
	if r.given == len(r.parts) {
		return 0, io.EOF
	}
	n := copy(p, r.parts[r.given])
	r.given++
	return n, nil
}

// Lengths in a file make nobody allocate what is not there.
func TestCapturesAllocateLittle(t *testing.T) {
	order := binary.LittleEndian
	huge := uint32(0xfffffff0)
	frame := ethernetUDP(t, testClient, testServer, wireQuery(t, "a.", dns.TypeA))
	pcap := pcapFile(order, false, layers.LinkTypeEthernet, frame)
	order.PutUint32(pcap[16:], huge)
	pcapLong := bytes.Clone(pcap)
	order.PutUint32(pcapLong[24+8:], huge)
	order.PutUint32(pcapLong[24+12:], huge)
	head := append(sectionBlock(order), interfaceBlock(order, layers.LinkTypeEthernet)...)
	long := func(kind uint32) []byte {
		packet := block(order, kind, uint32(0), uint32(0), uint32(0), huge, huge, frame)
		order.PutUint32(packet[4:], huge)
		return append(bytes.Clone(head), packet...)
	}
	tap := append(controlFrame(2, dnstapContent), 0xff, 0xff, 0xff, 0xff, 1)
	for name, c := range map[string]struct {
		format Format
		file   []byte
	}{
		"snap length": {pcapFormat, pcap}, "captured length": {pcapFormat, pcapLong}, "enhanced packet": {pcapngFormat, long(enhancedPacket)},
		"simple packet": {pcapngFormat, long(simplePacket)}, "secrets": {pcapngFormat, long(10)}, "interface": {pcapngFormat, long(interfaceDescription)},
		"frame": {dnstapFormat, tap},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows := captureRows(c.format, c.file, Options{})
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 || len(rows) != 1 {
			t.Errorf("%s: %d bytes for %s", name, n, strings.Join(rows, "\n"))
		}
	}
}
