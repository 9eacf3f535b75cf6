package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	dnstap "github.com/dnstap/golang-dnstap"
	framestream "github.com/farsightsec/golang-framestream"
	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"google.golang.org/protobuf/proto"

	"threatnet/datasets"
)

// controlFrame is a control frame of a type, with the content types it names.
func controlFrame(kind uint32, contents ...string) []byte {
	body := binary.BigEndian.AppendUint32(nil, kind)
	for _, c := range contents {
		body = binary.BigEndian.AppendUint32(body, 1)
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(c))), c...)
	}
	return slices.Concat(make([]byte, 4), binary.BigEndian.AppendUint32(nil, uint32(len(body))), body)
}

func dataFrame(data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...)
}

// tap is a dnstap message of a type with a query, changed as asked for.
func tap(t testing.TB, kind dnstap.Message_Type, change func(*dnstap.Message)) []byte {
	t.Helper()
	m := &dnstap.Message{
		Type: &kind, SocketFamily: dnstap.SocketFamily_INET.Enum(), SocketProtocol: dnstap.SocketProtocol_UDP.Enum(),
		QueryAddress: netip.MustParseAddr(testClient).AsSlice(), QueryPort: proto.Uint32(40000),
		QueryTimeSec: proto.Uint64(uint64(firstPacket.Unix())), QueryTimeNsec: proto.Uint32(uint32(firstPacket.Nanosecond())),
		QueryMessage: wireQuery(t, "Tap.example.", dns.TypeCNAME), QueryZone: []byte{0},
	}
	if change != nil {
		change(m)
	}
	data, err := proto.Marshal(&dnstap.Dnstap{Type: dnstap.Dnstap_MESSAGE.Enum(), Identity: []byte("ns"), Version: []byte("1"), Message: m})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func clientTap(t testing.TB) []byte { return tap(t, dnstap.Message_CLIENT_QUERY, nil) }

func tapFrame(t testing.TB, data []byte) []byte {
	t.Helper()
	return dataFrame(data)
}

// What another implementation writes.
func TestDnstapOfAnotherWriter(t *testing.T) {
	var file bytes.Buffer
	w, err := framestream.NewWriter(&file, &framestream.WriterOptions{ContentTypes: [][]byte{[]byte(dnstapContent)}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.WriteFrame(clientTap(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !isDnstap(file.Bytes()[:64], Options{}) || isPcap(file.Bytes(), Options{}) || isPcapng(file.Bytes(), Options{}) {
		t.Error("not recognised")
	}
	n := 0
	for q, err := range readDnstap(bufio.NewReader(&file), Options{File: "f", Family: "x"}) {
		n++
		want := datasets.Query{Time: firstPacket, Client: testClient, Name: "Tap.example", Type: "CNAME", Label: "x", File: "f", Line: n}
		if diff := cmp.Diff(want, q); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	}
	if n != 2 {
		t.Errorf("%d queries", n)
	}
}

// What the messages hold.
func TestDnstapMessages(t *testing.T) {
	const row = "1 192.0.2.1 Tap.example CNAME"
	client := func(change func(*dnstap.Message)) []byte { return tap(t, dnstap.Message_CLIENT_QUERY, change) }
	group := append([]byte{7<<3 | 3, 7<<3 | 4}, clientTap(t)...) // of another version: a field 7, which is a group
	for name, c := range map[string]struct {
		frame []byte
		want  []string
	}{
		"CLIENT_QUERY":         {client(nil), []string{row}},
		"AUTH_QUERY":           {tap(t, dnstap.Message_AUTH_QUERY, nil), []string{row}},
		"STUB_QUERY":           {tap(t, dnstap.Message_STUB_QUERY, nil), []string{row}},
		"TOOL_QUERY":           {tap(t, dnstap.Message_TOOL_QUERY, nil), []string{row}},
		"RESOLVER_QUERY":       {tap(t, dnstap.Message_RESOLVER_QUERY, nil), nil},
		"FORWARDER_QUERY":      {tap(t, dnstap.Message_FORWARDER_QUERY, nil), nil},
		"CLIENT_RESPONSE":      {tap(t, dnstap.Message_CLIENT_RESPONSE, nil), nil},
		"UPDATE_QUERY":         {tap(t, dnstap.Message_UPDATE_QUERY, nil), nil},
		"IPv6":                 {client(func(m *dnstap.Message) { m.QueryAddress = netip.MustParseAddr(testClient6).AsSlice() }), []string{"1 2001:db8::1 Tap.example CNAME"}},
		"IPv4 in IPv6":         {client(func(m *dnstap.Message) { m.QueryAddress = netip.MustParseAddr("::ffff:192.0.2.1").AsSlice() }), []string{row}},
		"no address":           {client(func(m *dnstap.Message) { m.QueryAddress = nil }), []string{"1  Tap.example CNAME"}},
		"no message":           {client(func(m *dnstap.Message) { m.QueryMessage = nil }), []string{"! f:1:1: bad dnstap frame: a query without its message"}},
		"address of five":      {client(func(m *dnstap.Message) { m.QueryAddress = make([]byte, 5) }), []string{"! f:1:1: bad dnstap frame: an address of 5 bytes"}},
		"damaged DNS message":  {client(func(m *dnstap.Message) { m.QueryMessage = m.QueryMessage[:15] }), []string{"! f:1:1: bad DNS message: the message ends early"}},
		"a group":              {group, []string{row}},
		"no protobuf":          {[]byte("\xff\xff\xff"), []string{"! f:1:1: bad dnstap frame: unexpected EOF"}},
		"damaged inner":        {[]byte{dnstapType << 3, 1, dnstapMessage<<3 | 2, 1, 8}, []string{"! f:1:1: bad dnstap frame: unexpected EOF"}},
		"cut off":              {clientTap(t)[:40], []string{"! f:1:1: bad dnstap frame: unexpected EOF"}},
		"another kind of data": {[]byte{dnstapType << 3, 2}, nil},
	} {
		file := slices.Concat(controlFrame(framestream.CONTROL_START, dnstapContent), dataFrame(c.frame), dataFrame(clientTap(t)))
		want := slices.Concat(c.want, []string{"2 192.0.2.1 Tap.example CNAME"})
		if diff := cmp.Diff(want, captureRows(dnstapFormat, file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Times that are not there or cannot be.
func TestDnstapTimes(t *testing.T) {
	for _, seconds := range []*uint64{nil, proto.Uint64(1 << 60), proto.Uint64(1<<64 - 1)} {
		frame := tap(t, dnstap.Message_CLIENT_QUERY, func(m *dnstap.Message) { m.QueryTimeSec = seconds })
		file := append(controlFrame(framestream.CONTROL_START), dataFrame(frame)...)
		for q, err := range readDnstap(bufio.NewReader(bytes.NewReader(file)), Options{}) {
			if !q.Time.IsZero() || err != nil {
				t.Errorf("%v, %v", q.Time, err)
			}
		}
	}
}

// The frames around the messages.
func TestDnstapFrames(t *testing.T) {
	const (
		accept, start, stop = framestream.CONTROL_ACCEPT, framestream.CONTROL_START, framestream.CONTROL_STOP
		ready, finish       = framestream.CONTROL_READY, framestream.CONTROL_FINISH
	)
	data := dataFrame(clientTap(t))
	row := func(line string) string { return line + " 192.0.2.1 Tap.example CNAME" }
	head := controlFrame(start, dnstapContent)
	for name, c := range map[string]struct {
		file       []byte
		recognized bool
		want       []string
	}{
		"no content type":  {slices.Concat(controlFrame(start), data), true, []string{row("1")}},
		"a socket's":       {slices.Concat(controlFrame(ready, "x", dnstapContent), head, data, controlFrame(stop)), true, []string{row("1")}},
		"both sides":       {slices.Concat(controlFrame(ready, dnstapContent), controlFrame(accept, dnstapContent), head, data, controlFrame(stop), controlFrame(finish)), true, []string{row("1")}},
		"two streams":      {slices.Concat(head, data, controlFrame(stop), head, data, controlFrame(stop)), true, []string{row("1"), row("2")}},
		"no stop":          {slices.Concat(head, data), true, []string{row("1")}},
		"empty":            {head, true, nil},
		"long frame":       {slices.Concat(head, dataFrame(make([]byte, maxFrame+1)), data), true, []string{"! f:1:1: bad dnstap frame: more than 1048576 bytes", row("2")}},
		"other content":    {slices.Concat(controlFrame(start, "protobuf:x"), data), false, []string{`! control frame before frame 1: a stream of ["protobuf:x"]`}},
		"no start":         {data, false, []string{"! control frame before frame 1: a stream does not begin with a control frame"}},
		"behind the stop":  {slices.Concat(head, data, controlFrame(stop), data), true, []string{row("1"), "! control frame before frame 2: a stream does not begin with a control frame"}},
		"ready, no start":  {slices.Concat(controlFrame(ready, dnstapContent), data), true, []string{"! control frame before frame 1: a stream does not begin with a control frame"}},
		"control type":     {slices.Concat(head, data, controlFrame(77)), true, []string{row("1"), "! control frame before frame 2: control type 77"}},
		"long control":     {slices.Concat(head, data, controlFrame(start, strings.Repeat("x", 600))), true, []string{row("1"), "! control frame before frame 2: decoding error"}},
		"control of 0":     {slices.Concat(head, make([]byte, 8)), true, []string{"! control frame before frame 1: decoding error"}},
		"cut off in a row": {slices.Concat(head, data, data[:30]), true, []string{row("1"), "! f:2:1: truncated packet: the file ends within it"}},
		"cut off, length":  {slices.Concat(head, data, data[:2]), true, []string{row("1"), "! f:2:1: truncated packet: the file ends within it"}},
		"cut off, no data": {slices.Concat(head, data, data[:4]), true, []string{row("1"), "! f:2:1: truncated packet: the file ends within it"}},
		"cut off, start":   {head[:20], false, []string{"! header of the stream: unexpected EOF"}},
		"cut off, escape":  {head[:4], false, []string{"! header of the stream: unexpected EOF"}},
		"nothing":          {nil, false, []string{"! header of the stream: unexpected EOF"}},
	} {
		if got := isDnstap(c.file, Options{}); got != c.recognized {
			t.Errorf("%s: recognised %v", name, got)
		}
		if diff := cmp.Diff(c.want, captureRows(dnstapFormat, c.file, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
