package dnslog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/miekg/dns"

	"threatnet/datasets"
)

// captureRows gives what a format makes of a file: "line client name type" for a query, the message for an error.
func captureRows(f Format, file []byte, opt Options) (rows []string) {
	if opt.File == "" {
		opt.File = "f"
	}
	for q, err := range f.Read(bufio.NewReader(bytes.NewReader(file)), opt) {
		if err != nil {
			rows = append(rows, "! "+err.Error())
			continue
		}
		rows = append(rows, fmt.Sprintf("%d %s %s %s", q.Line, q.Client, datasets.EscapeName(q.Name), q.Type))
	}
	return rows
}

// wireQuery is a query for a name in presentation format.
func wireQuery(t testing.TB, name string, qtype uint16) []byte {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(name, qtype)
	m.Id = 1
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

const (
	testClient = "192.0.2.1"
	testServer = "198.51.100.53"
)

// ipLayers are those of a packet between two addresses that carries a transport layer.
func ipLayers(client, server string, protocol layers.IPProtocol) (ip gopacket.SerializableLayer, flow gopacket.NetworkLayer) {
	from, to := netip.MustParseAddr(client), netip.MustParseAddr(server)
	if from.Is6() {
		ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: net.IP(from.AsSlice()), DstIP: net.IP(to.AsSlice())}
		return ip, ip
	}
	ip4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: net.IP(from.AsSlice()), DstIP: net.IP(to.AsSlice())}
	return ip4, ip4
}

func ethernetOf(kind layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: kind}
}

// serialize makes a packet of its layers, with their lengths and checksums.
func serialize(t testing.TB, all ...gopacket.SerializableLayer) []byte {
	t.Helper()
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(buf.Bytes())
}

// rawUDP is an IP packet.
func rawUDP(t testing.TB, client, server string, port int, payload []byte) []byte {
	t.Helper()
	ip, flow := ipLayers(client, server, layers.IPProtocolUDP)
	udp := &layers.UDP{SrcPort: 40000, DstPort: layers.UDPPort(port)}
	if err := udp.SetNetworkLayerForChecksum(flow); err != nil {
		t.Fatal(err)
	}
	return serialize(t, ip, udp, gopacket.Payload(payload))
}

// ethernetUDP is an Ethernet frame to port 53.
func ethernetUDP(t testing.TB, client, server string, payload []byte) []byte {
	t.Helper()
	kind := layers.EthernetTypeIPv4
	if strings.Contains(client, ":") {
		kind = layers.EthernetTypeIPv6
	}
	return serialize(t, ethernetOf(kind), gopacket.Payload(rawUDP(t, client, server, dnsPort, payload)))
}

// ethernetTCP is an Ethernet frame to port 53.
func ethernetTCP(t testing.TB, tcp layers.TCP, payload []byte) []byte {
	t.Helper()
	ip, flow := ipLayers(testClient, testServer, layers.IPProtocolTCP)
	tcp.SrcPort, tcp.DstPort, tcp.Window = 40000, dnsPort, 1024
	if err := tcp.SetNetworkLayerForChecksum(flow); err != nil {
		t.Fatal(err)
	}
	return serialize(t, ethernetOf(layers.EthernetTypeIPv4), ip, &tcp, gopacket.Payload(payload))
}

// firstPacket is when the first packet of the captures in tests was seen; the others follow by a second each.
var firstPacket = time.Date(2024, 2, 29, 12, 0, 0, 123456789, time.UTC)

// pcapFile is a capture as the specification has it.
func pcapFile(order binary.AppendByteOrder, nanoseconds bool, link layers.LinkType, packets ...[]byte) []byte {
	magic, unit := uint32(0xa1b2c3d4), 1000
	if nanoseconds {
		magic, unit = 0xa1b23c4d, 1
	}
	file := order.AppendUint32(nil, magic)
	file = order.AppendUint16(file, 2)
	file = order.AppendUint16(file, 4)
	for _, v := range []uint32{0, 0, 65535, uint32(link)} {
		file = order.AppendUint32(file, v)
	}
	for i, p := range packets {
		at := firstPacket.Add(time.Duration(i) * time.Second)
		for _, v := range []int{int(at.Unix()), at.Nanosecond() / unit, len(p), len(p)} {
			file = order.AppendUint32(file, uint32(v))
		}
		file = append(file, p...)
	}
	return file
}

// block is a block of a pcapng file. The parts of its body are integers and bytes.
func block(order binary.AppendByteOrder, kind uint32, parts ...any) []byte {
	var body []byte
	for _, part := range parts {
		switch v := part.(type) {
		case uint16:
			body = order.AppendUint16(body, v)
		case uint32:
			body = order.AppendUint32(body, v)
		case uint64:
			body = order.AppendUint64(body, v)
		case []byte:
			body = append(body, v...)
		default:
			panic("dnslog: part of a block")
		}
	}
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	length := uint32(len(body) + blockFrame)
	file := order.AppendUint32(order.AppendUint32(nil, kind), length)
	return order.AppendUint32(append(file, body...), length)
}

func sectionBlock(order binary.AppendByteOrder) []byte {
	return block(order, sectionHeader, byteOrderMagic, uint16(1), uint16(0), ^uint64(0))
}

func interfaceBlock(order binary.AppendByteOrder, link layers.LinkType, options ...any) []byte {
	return block(order, interfaceDescription, append([]any{uint16(link), uint16(0), uint32(262144)}, options...)...)
}

func enhancedBlock(order binary.AppendByteOrder, id int, units uint64, packet []byte) []byte {
	n := uint32(len(packet))
	return block(order, enhancedPacket, uint32(id), uint32(units>>32), uint32(units), n, n, packet)
}
