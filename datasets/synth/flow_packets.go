package synth

import "time"

// A packet is one of a flow.
type packet struct {
	at      int64 // microseconds from the first
	forward bool  // from the side that began
	length  int   // of the payload, bytes
	header  int   // of the transport, bytes
	flags   uint8
}

// Flags of TCP (RFC 9293), in their order in the header.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
	urg
	ece
	cwr
)

// A conversation is a flow in the making: its packets in the order of time, no two at the same.
type conversation struct {
	rng     *splitMix
	packets []packet
	window  [2]int // of the first packet forward and backward; −1 for what is no TCP
	options int    // bytes of TCP options after the handshake
	clock   int64  // microseconds
}

// mss is the payload of a full packet on an Ethernet, with TCP timestamps.
const mss = 1448

// pause lets an exponential time go by.
func (c *conversation) pause(mean time.Duration) { c.clock += c.rng.wait(mean).Microseconds() }

// send adds a packet, a microsecond after the last at the least.
func (c *conversation) send(forward bool, length, header int, flags uint8) {
	if n := len(c.packets); n > 0 {
		c.clock = max(c.clock, c.packets[n-1].at+1)
	} else {
		c.clock = 0
	}
	c.packets = append(c.packets, packet{c.clock, forward, length, header, flags})
}

// open is the handshake of TCP, round trip included.
func (c *conversation) open(rtt time.Duration, forward, backward int) {
	c.window = [2]int{forward, backward}
	c.send(true, 0, 20+c.options+8, syn)
	c.pause(rtt)
	c.send(false, 0, 20+c.options+8, syn|ack)
	c.pause(rtt / 20)
	c.send(true, 0, 20+c.options, ack)
}

// data sends so many bytes in full packets, PSH on the last, every second one acknowledged.
func (c *conversation) data(forward bool, bytes int, gap time.Duration) {
	for i := 1; bytes > 0; i++ {
		n, flags := min(bytes, mss), uint8(ack)
		if bytes -= n; bytes == 0 {
			flags |= psh
		}
		c.send(forward, n, 20+c.options, flags)
		c.pause(gap)
		if i%2 == 0 {
			c.send(!forward, 0, 20+c.options, ack)
			c.pause(gap)
		}
	}
}

// end closes a connection of TCP in order.
func (c *conversation) end(rtt time.Duration) {
	c.send(true, 0, 20+c.options, fin|ack)
	c.pause(rtt)
	c.send(false, 0, 20+c.options, fin|ack)
	c.pause(rtt / 20)
	c.send(true, 0, 20+c.options, ack)
}
