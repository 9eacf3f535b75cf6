package dnslog

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	dnstap "github.com/dnstap/golang-dnstap"
	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/layers"
	"github.com/miekg/dns"
)

var updateCaptures = flag.Bool("update", false, "write the captures in testdata anew")

// captureFixtures are small captures of the same queries: of two clients, over UDP and TCP, with bytes in a name, and with a
// damaged message.
func captureFixtures(t *testing.T) map[string][]byte {
	t.Helper()
	queries := [][]byte{
		wireQuery(t, "www.Example.com.", dns.TypeA), wireQuery(t, `\000\255x\..tunnel.example.`, dns.TypeNULL),
		wireQuery(t, "mail.example.com.", dns.TypeMX), wireQuery(t, "big.tunnel.example.", dns.TypeTXT),
	}
	damaged := queries[0][:20]
	stream := slices.Concat(prefixed(queries[2]), prefixed(queries[3]))
	packets := [][]byte{
		ethernetUDP(t, testClient, testServer, queries[0]), ethernetUDP(t, testClient6, testServer6, queries[1]),
		ethernetTCP(t, layers.TCP{Seq: 1, SYN: true}, nil), ethernetTCP(t, layers.TCP{Seq: 2}, stream[:10]),
		ethernetTCP(t, layers.TCP{Seq: 12}, stream[10:]), ethernetUDP(t, testClient, testServer, damaged),
	}
	order := binary.BigEndian
	ng := slices.Concat(sectionBlock(order), interfaceBlock(order, layers.LinkTypeEthernet))
	for _, p := range packets {
		ng = append(ng, enhancedBlock(order, 0, uint64(firstPacket.UnixMicro()), p)...)
	}
	taps := controlFrame(2, dnstapContent)
	for _, q := range append(queries, damaged) {
		frame := tap(t, dnstap.Message_CLIENT_QUERY, func(m *dnstap.Message) { m.QueryMessage = q })
		taps = append(taps, dataFrame(frame)...)
	}
	return map[string][]byte{
		"queries.pcap":   pcapFile(binary.LittleEndian, false, layers.LinkTypeEthernet, packets...),
		"queries.pcapng": ng,
		"queries.dnstap": append(taps, controlFrame(3)...),
	}
}

func TestCaptureFixtures(t *testing.T) {
	for name, file := range captureFixtures(t) {
		path := filepath.Join("testdata", name)
		if *updateCaptures {
			if err := os.WriteFile(path, file, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		saved, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(saved, file) {
			t.Errorf("%s is not as it is made now: run the test with -update", name)
		}
		format := recognizedCapture(saved)
		if format == nil || "."+format.Name != filepath.Ext(name) {
			t.Fatalf("%s is recognised as %v", name, format)
		}
		want := []string{
			"1 192.0.2.1 www.Example.com A", `2 2001:db8::1 \000\255x..tunnel.example NULL`, "5 192.0.2.1 mail.example.com MX",
			"5 192.0.2.1 big.tunnel.example TXT", "! f:6:1: bad DNS message: the message ends early",
		}
		if format.Name == dnstapFormat.Name { // one frame for each, of one client
			for i := range want {
				want[i] = strings.Replace(want[i], "2001:db8::1", testClient, 1)
				want[i] = strings.Replace(want[i], "f:6", "f:5", 1)
			}
			want[2], want[3] = "3"+want[2][1:], "4"+want[3][1:]
		}
		if diff := cmp.Diff(want, captureRows(*format, saved, Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
