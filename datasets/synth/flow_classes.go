package synth

import (
	"slices"
	"time"

	"threatnet/datasets"
)

// A flowClass is a kind of traffic.
type flowClass struct {
	label string
	share float64 // of all flows, in percent
	talk  func(*conversation)
}

// flowClasses are the kinds of traffic. Counts, sizes and times of the attacks are of the order of those in CICIDS2017.
//
// I. Sharafaldin, A. Habibi Lashkari, A. A. Ghorbani, "Toward Generating a New Intrusion Detection Dataset and Intrusion
// Traffic Characterization", ICISSP 2018.
var flowClasses = []flowClass{
	{datasets.Benign, 45, web},
	{datasets.Benign, 25, lookup},
	{datasets.Benign, 10, bulk},
	{"DoS Hulk", 8, hulk},
	{"PortScan", 6, scan},
	{"SSH-Patator", 3, guess},
	{"Bot", 3, beacon},
}

var flowShares = func() weighting {
	shares := make([]float64, len(flowClasses))
	for i, class := range flowClasses {
		shares[i] = class.share
	}
	return newWeighting(shares...)
}()

// FlowClasses names the labels of [Flows].
func FlowClasses() []string {
	var labels []string
	for _, class := range flowClasses {
		labels = append(labels, class.label)
	}
	return slices.Compact(labels)
}

// web is a connection of a browser: requests of some hundred bytes, answers of a few packets, pauses between them.
func web(c *conversation) {
	r := c.rng
	c.options = 12 * r.below(2)
	rtt := r.within(2*time.Millisecond, 120*time.Millisecond)
	c.open(rtt, []int{8192, 29200, 64240, 65535}[r.below(4)], []int{14480, 28960, 42540, 65535}[r.below(4)])
	c.data(true, r.between(180, 640), rtt/10) // the greeting of TLS, or the first request
	for i := range r.geometric(.35) {
		if i > 0 {
			c.pause(4 * time.Second)
			c.data(true, r.between(90, 900), rtt/10)
		}
		c.pause(rtt)
		c.data(false, 150+r.about(6000), 200*time.Microsecond)
	}
	if r.chance(.3) { // idle until the server gives up
		c.pause(40 * time.Second)
	}
	if r.chance(.8) {
		c.end(rtt)
	} else {
		c.send(true, 0, 20, rst)
	}
}

// lookup is a query of DNS over UDP, its answer, and for some a second pair.
func lookup(c *conversation) {
	r := c.rng
	c.window = [2]int{-1, -1}
	query, answer := r.between(28, 60), r.between(16, 220)
	pairs := 1 + r.below(2)
	for range pairs {
		c.send(true, query, 8, 0)
		c.pause(300 * time.Microsecond)
	}
	c.pause(25 * time.Millisecond)
	for range pairs {
		c.send(false, query+answer, 8, 0)
		c.pause(2 * time.Millisecond)
	}
}

// bulk is a download of up to hundreds of packets.
func bulk(c *conversation) {
	r := c.rng
	c.options = 12
	rtt := r.within(5*time.Millisecond, 80*time.Millisecond)
	c.open(rtt, 64240, 65535)
	c.data(true, r.between(200, 700), rtt/10)
	c.pause(rtt)
	c.data(false, 30_000+r.about(150_000), r.within(100*time.Microsecond, 3*time.Millisecond))
	c.end(rtt)
}

// hulk is a request that holds a server's connection: answered, then left open for a minute and a half, or dropped.
func hulk(c *conversation) {
	r := c.rng
	c.options = 12
	c.open(300*time.Microsecond, []int{0, 251, 274, 29200}[r.below(4)], 235)
	c.data(true, r.between(300, 420), time.Millisecond)
	c.pause(time.Duration(r.between(1, 12)) * time.Millisecond)
	c.data(false, 11_595, 500*time.Microsecond)
	if r.chance(.6) {
		c.clock += r.within(84*time.Second, 100*time.Second).Microseconds()
	}
	c.send(true, 0, 32, []uint8{rst, fin | ack}[r.below(2)])
}

// scan is a probe of a port that is closed, or open and left at once.
func scan(c *conversation) {
	r := c.rng
	c.window = [2]int{[]int{1024, 29200}[r.below(2)], 0}
	c.send(true, 0, []int{24, 40}[r.below(2)], syn)
	c.clock += int64(r.between(25, 110))
	if r.chance(.9) {
		c.send(false, 0, 20, rst|ack)
		return
	}
	c.window[1] = 29200
	c.send(false, 0, 40, syn|ack)
	c.clock += int64(r.between(10, 60))
	c.send(true, 0, 20, rst)
}

// guess is a connection of SSH with a few wrong passwords: the packets of the key exchange, then a pair for each guess.
func guess(c *conversation) {
	r := c.rng
	c.options = 12
	const rtt = 600 * time.Microsecond
	c.open(rtt, 29200, 247)
	for i, size := range []int{22, 41, 976, 1080, 80, 280, 16, 0, 52, 52} { // client and server in turn
		c.send(i%2 == 0, size, 32, ack|psh)
		c.pause(4 * time.Millisecond)
	}
	for range r.between(2, 6) {
		c.send(true, 16*r.between(5, 9), 32, ack|psh)
		c.clock += r.within(1500*time.Millisecond, 2800*time.Millisecond).Microseconds()
		c.send(false, 52, 32, ack|psh)
		c.pause(time.Millisecond)
	}
	c.end(rtt)
}

// beacon is a bot that asks its controller for orders, and gets none or few.
func beacon(c *conversation) {
	r := c.rng
	const rtt = 25 * time.Millisecond
	if r.chance(.5) { // the controller is away: tried again after half a second
		c.window = [2]int{8192, 0}
		for range 3 {
			c.send(true, 0, 28, syn)
			c.clock += r.within(300*time.Microsecond, 600*time.Microsecond).Microseconds()
			c.send(false, 0, 20, rst|ack)
			c.clock += r.within(495*time.Millisecond, 505*time.Millisecond).Microseconds()
		}
		return
	}
	c.open(rtt, 8192, 237)
	c.data(true, r.between(190, 215), time.Millisecond)
	c.pause(rtt)
	c.data(false, r.between(120, 330), time.Millisecond)
	c.end(rtt)
}
