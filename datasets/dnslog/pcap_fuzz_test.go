package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gopacket/gopacket/layers"
	"github.com/miekg/dns"

	"threatnet/datasets"
)

// fuzzCapture reads any bytes in a format: names are names, what is damaged is located, nothing follows a final error, and
// a second reading gives the same.
func fuzzCapture(f *testing.F, format Format) {
	f.Fuzz(func(t *testing.T, file []byte) {
		format.Recognize(file, Options{})
		rows, final := 0, false
		var first []datasets.Query
		for q, err := range format.Read(bufio.NewReader(bytes.NewReader(file)), Options{File: "f"}) {
			if final {
				t.Fatal("a row behind the final error")
			}
			if rows++; rows > len(file)+maxStreams {
				t.Fatalf("%d rows in %d bytes", rows, len(file))
			}
			bad, skippable := datasets.BadRow(err)
			switch {
			case skippable:
				if bad.Pos.File != "f" || bad.Pos.Line < 1 || bad.Pos.Column != 1 || bad.Reason == "" {
					t.Fatalf("badly located: %+v", bad)
				}
			case err != nil:
				final = true
			case q.File != "f" || q.Line < 1 || q.Type == "" || len(q.Name) > maxName-2 || q.Time.Year() > 9999:
				t.Fatalf("%+v", q)
			default:
				first = append(first, q)
			}
		}
		for q, err := range format.Read(bufio.NewReader(bytes.NewReader(file)), Options{File: "f"}) {
			if err != nil {
				continue
			}
			if len(first) == 0 || first[0].Name != q.Name || first[0].Line != q.Line || !first[0].Time.Equal(q.Time) {
				t.Fatalf("%+v at the second reading", q)
			}
			first = first[1:]
		}
	})
}

// fuzzPackets are packets of all kinds, with their link types.
func fuzzPackets(f *testing.F) map[layers.LinkType][][]byte {
	f.Helper()
	query := wireQuery(f, "a.example.", dns.TypeTXT)
	ip4, ip6 := rawUDP(f, testClient, testServer, dnsPort, query), rawUDP(f, testClient6, testServer6, dnsPort, query)
	stream := prefixed(query)
	vlan := serialize(f, ethernetOf(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 7, Type: layers.EthernetTypeIPv4})
	return map[layers.LinkType][][]byte{
		layers.LinkTypeEthernet: {
			ethernetUDP(f, testClient, testServer, query),
			ethernetTCP(f, layers.TCP{Seq: 1, SYN: true}, nil), ethernetTCP(f, layers.TCP{Seq: 7}, stream[5:]),
			ethernetTCP(f, layers.TCP{Seq: 2}, stream[:7]), ethernetTCP(f, layers.TCP{Seq: 2 + uint32(len(stream)), FIN: true}, nil),
			append(vlan[:18], ip4...),
		},
		layers.LinkTypeRaw:       {ip4, ip6},
		layers.LinkTypeNull:      {append([]byte{2, 0, 0, 0}, ip4...)},
		layers.LinkTypeLinuxSLL:  {append(append(make([]byte, 14), 8, 0), ip4...)},
		layers.LinkTypeLinuxSLL2: {append(append([]byte{0x86, 0xdd}, make([]byte, 18)...), ip6...)},
	}
}

func FuzzPcap(f *testing.F) {
	for link, packets := range fuzzPackets(f) {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			f.Add(pcapFile(order, link == layers.LinkTypeRaw, link, packets...))
		}
	}
	fixtureSeeds(f, "*.pcap")
	fuzzCapture(f, pcapFormat)
}

func FuzzPcapng(f *testing.F) {
	for link, packets := range fuzzPackets(f) {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			file := slices.Concat(sectionBlock(order), interfaceBlock(order, link, uint16(9), uint16(1), uint32(9), uint32(0)))
			for i, p := range packets {
				file = append(file, enhancedBlock(order, 0, uint64(i), p)...)
				file = append(file, block(order, simplePacket, uint32(len(p)), p)...)
			}
			f.Add(file)
		}
	}
	fixtureSeeds(f, "*.pcapng")
	fuzzCapture(f, pcapngFormat)
}

func FuzzDnstap(f *testing.F) {
	head := controlFrame(2, dnstapContent)
	f.Add(slices.Concat(head, dataFrame(clientTap(f)), controlFrame(3)))
	f.Add(slices.Concat(controlFrame(4, dnstapContent), head, dataFrame(clientTap(f)), []byte{0xff, 0xff, 0xff}))
	fixtureSeeds(f, "*.dnstap")
	fuzzCapture(f, dnstapFormat)
}

func fixtureSeeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
}
