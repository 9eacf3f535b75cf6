package dnslog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// dnsPort is the port of DNS servers, over UDP and TCP.
const dnsPort = 53

// datagram is what a packet carries to a DNS server.
type datagram struct {
	client  netip.AddrPort
	server  netip.AddrPort
	udp     *layers.UDP // one of the two, valid until the next packet
	tcp     *layers.TCP
	missing int // bytes of the IP packet that the capture does not have
}

var (
	errNotDNS   = errors.New("no packet to a DNS server")
	errFragment = errors.New("fragments are not put together")
)

// packetLayers decodes packets down to UDP or TCP. It is reused from packet to packet.
type packetLayers struct {
	ethernet  layers.Ethernet
	vlan      layers.Dot1Q
	linux     layers.LinuxSLL
	linux2    layers.LinuxSLL2
	loopback  layers.Loopback
	ip4       layers.IPv4
	ip6       layers.IPv6
	extension layers.IPv6ExtensionSkipper
	fragment  layers.IPv6Fragment
	udp       layers.UDP
	tcp       layers.TCP
}

// firstLayer gives what a packet of a link type begins with.
func firstLayer(link layers.LinkType, data []byte) (gopacket.LayerType, bool) {
	const rawBSD, rawOpenBSD = 12, 14 // DLT_RAW of these systems, found in old files
	switch link {
	case layers.LinkTypeEthernet:
		return layers.LayerTypeEthernet, true
	case layers.LinkTypeLinuxSLL:
		return layers.LayerTypeLinuxSLL, true
	case layers.LinkTypeLinuxSLL2:
		return layers.LayerTypeLinuxSLL2, true
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		return layers.LayerTypeLoopback, true
	case layers.LinkTypeIPv4:
		return layers.LayerTypeIPv4, true
	case layers.LinkTypeIPv6:
		return layers.LayerTypeIPv6, true
	case layers.LinkTypeRaw, rawBSD, rawOpenBSD:
		if len(data) > 0 && data[0]>>4 == 6 {
			return layers.LayerTypeIPv6, true
		}
		return layers.LayerTypeIPv4, true
	}
	return 0, false
}

// layer gives the decoder of a layer, nil for what is passed over.
func (p *packetLayers) layer(t gopacket.LayerType) gopacket.DecodingLayer {
	switch t {
	case layers.LayerTypeEthernet:
		return &p.ethernet
	case layers.LayerTypeDot1Q:
		return &p.vlan
	case layers.LayerTypeLinuxSLL:
		return &p.linux
	case layers.LayerTypeLinuxSLL2:
		return &p.linux2
	case layers.LayerTypeLoopback:
		return &p.loopback
	case layers.LayerTypeIPv4:
		return &p.ip4
	case layers.LayerTypeIPv6:
		return &p.ip6
	case layers.LayerTypeIPv6HopByHop, layers.LayerTypeIPv6Routing, layers.LayerTypeIPv6Destination:
		return &p.extension
	case layers.LayerTypeIPv6Fragment:
		return &p.fragment
	case layers.LayerTypeUDP:
		return &p.udp
	case layers.LayerTypeTCP:
		return &p.tcp
	}
	return nil
}

// decode finds what a packet carries to a DNS server: errNotDNS if nothing, errFragment if the first part of something. Other
// errors are of damaged packets. Of IP in IP the innermost addresses count.
func (p *packetLayers) decode(first gopacket.LayerType, data []byte) (datagram, error) {
	var (
		d        datagram
		protocol layers.IPProtocol // of a fragment
		offset   uint16
	)
	for next := first; ; {
		switch {
		case next == gopacket.LayerTypeFragment && offset == 0 && isTransport(protocol.LayerType()) && toServer(data):
			return d, errFragment
		case isTransport(next) && len(data) >= 4 && !toServer(data):
			return d, errNotDNS // before a damaged header becomes an error
		}
		layer := p.layer(next)
		if layer == nil {
			return d, errNotDNS
		}
		if err := layer.DecodeFromBytes(data, gopacket.NilDecodeFeedback); err != nil {
			return d, fmt.Errorf("%v: %w", next, err)
		}
		switch next {
		case layers.LayerTypeIPv4:
			d.between(p.ip4.SrcIP, p.ip4.DstIP, int(p.ip4.Length)-len(data))
			protocol, offset = p.ip4.Protocol, p.ip4.FragOffset
		case layers.LayerTypeIPv6:
			const header = 40
			d.between(p.ip6.SrcIP, p.ip6.DstIP, header+int(p.ip6.Length)-len(data))
		case layers.LayerTypeIPv6Fragment:
			protocol, offset = p.fragment.NextHeader, p.fragment.FragmentOffset
		case layers.LayerTypeUDP:
			d.udp = &p.udp
			d.ports(uint16(p.udp.SrcPort), uint16(p.udp.DstPort))
			return d, nil
		case layers.LayerTypeTCP:
			d.tcp = &p.tcp
			d.ports(uint16(p.tcp.SrcPort), uint16(p.tcp.DstPort))
			return d, nil
		}
		next, data = layer.NextLayerType(), layer.LayerPayload()
	}
}

// between sets the addresses, and how many bytes are missing if any.
func (d *datagram) between(source, destination []byte, missing int) {
	client, _ := netip.AddrFromSlice(source)
	server, _ := netip.AddrFromSlice(destination)
	d.client, d.server = netip.AddrPortFrom(client, 0), netip.AddrPortFrom(server, 0)
	d.missing = max(0, missing)
}

func (d *datagram) ports(source, destination uint16) {
	d.client = netip.AddrPortFrom(d.client.Addr(), source)
	d.server = netip.AddrPortFrom(d.server.Addr(), destination)
}

func isTransport(t gopacket.LayerType) bool {
	return t == layers.LayerTypeUDP || t == layers.LayerTypeTCP
}

// toServer tells whether a UDP or TCP header has the destination port of DNS.
func toServer(header []byte) bool {
	return len(header) >= 4 && binary.BigEndian.Uint16(header[2:]) == dnsPort
}
