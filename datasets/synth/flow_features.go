package synth

import (
	"math"
	"math/bits"

	"threatnet/datasets"
)

// idleGap is the pause that divides a flow into active stretches, in microseconds: CICFlowMeter's five seconds.
const idleGap = 5_000_000

// measure computes the features of two packets or more, in the order of [datasets.FlowFeatures]: lengths are of payloads in
// bytes, times in microseconds, rates a second, deviations those of a sample (n − 1). Flags are counted, one for each packet
// that has them; subflows are the flow, and bulks none, as everywhere in CICIDS2017. Each packet counts once, where
// CICFlowMeter adds the first one's length twice to the lengths of the flow.
func measure(out *[datasets.NumFlowFeatures]float64, c *conversation) {
	var all, fwd, bwd direction
	for _, p := range c.packets {
		all.add(p)
		if p.forward {
			fwd.add(p)
		} else {
			bwd.add(p)
		}
	}
	length, forward, backward := moments(all.lengths), moments(fwd.lengths), moments(bwd.lengths)
	gaps, forwardGaps, backwardGaps := moments(all.gaps), moments(fwd.gaps), moments(bwd.gaps)
	active, idle := stretches(c.packets)
	duration := gaps.sum
	perSecond := func(n float64) float64 { return n * 1e6 / duration }

	i := 0
	put := func(values ...float64) { i += copy(out[i:], values) }
	put(duration, forward.n, backward.n, forward.sum, backward.sum)
	put(forward.max, forward.min, forward.mean, forward.std)
	put(backward.max, backward.min, backward.mean, backward.std)
	put(perSecond(length.sum), perSecond(length.n))
	put(gaps.mean, gaps.std, gaps.max, gaps.min)
	put(forwardGaps.sum, forwardGaps.mean, forwardGaps.std, forwardGaps.max, forwardGaps.min)
	put(backwardGaps.sum, backwardGaps.mean, backwardGaps.std, backwardGaps.max, backwardGaps.min)
	put(fwd.count(psh), bwd.count(psh), fwd.count(urg), bwd.count(urg), fwd.headers, bwd.headers)
	put(perSecond(forward.n), perSecond(backward.n))
	put(length.min, length.max, length.mean, length.std, length.variance)
	for _, flag := range []uint8{fin, syn, rst, psh, ack, urg, cwr, ece} {
		put(all.count(flag))
	}
	put(math.Floor(backward.n/forward.n), length.mean, forward.mean, backward.mean)
	put(0, 0, 0, 0, 0, 0) // bulks
	put(forward.n, forward.sum, backward.n, backward.sum)
	put(float64(c.window[0]), float64(c.window[1]), fwd.carrying, fwd.leastHeader)
	put(active.mean, active.std, active.max, active.min, idle.mean, idle.std, idle.max, idle.min)
	if i != len(out) {
		panic("synth: wrong number of flow features")
	}
}

// direction gathers the packets of one direction, or of both.
type direction struct {
	lengths, gaps []int64
	flags         [8]float64
	headers       float64 // bytes of all
	leastHeader   float64
	carrying      float64 // packets with a payload, after the first
	last          int64
}

func (d *direction) add(p packet) {
	header := float64(p.header)
	if len(d.lengths) == 0 {
		d.leastHeader = header
	} else {
		d.gaps = append(d.gaps, p.at-d.last)
		if p.length > 0 {
			d.carrying++
		}
	}
	d.last = p.at
	d.lengths = append(d.lengths, int64(p.length))
	d.headers += header
	d.leastHeader = min(d.leastHeader, header)
	for i := range d.flags {
		d.flags[i] += float64(p.flags >> i & 1)
	}
}

// count gives how many packets have a flag.
func (d *direction) count(flag uint8) float64 { return d.flags[bits.TrailingZeros8(flag)] }

// summary describes a sample, with zeros for an empty one.
type summary struct{ n, sum, min, max, mean, variance, std float64 }

func moments(sample []int64) summary {
	if len(sample) == 0 {
		return summary{}
	}
	s := summary{n: float64(len(sample)), min: float64(sample[0]), max: float64(sample[0])}
	for _, v := range sample {
		s.sum += float64(v)
		s.min, s.max = min(s.min, float64(v)), max(s.max, float64(v))
	}
	s.mean = s.sum / s.n
	if len(sample) == 1 {
		return s
	}
	for _, v := range sample {
		d := float64(v) - s.mean
		s.variance += float64(d * d) // the conversion keeps machines from fusing product and sum
	}
	s.variance /= s.n - 1
	s.std = math.Sqrt(s.variance)
	return s
}

// stretches gives the durations of a flow's active stretches and of the pauses between them, none of either if it never
// pauses.
func stretches(packets []packet) (active, idle summary) {
	var actives, idles []int64
	begin, last := int64(0), int64(0)
	for _, p := range packets[1:] {
		if p.at-last > idleGap {
			actives, idles = append(actives, last-begin), append(idles, p.at-last)
			begin = p.at
		}
		last = p.at
	}
	if len(idles) == 0 {
		return
	}
	return moments(append(actives, last-begin)), moments(idles)
}
