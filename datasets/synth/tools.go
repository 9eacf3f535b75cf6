package synth

import (
	"fmt"
	"time"
)

// tools are the invented tunnels, alike to no product in particular. What they have in common with real ones: encoded
// payloads in labels of up to 63 bytes, headers with counters and session identifiers, handshakes, and short queries that
// ask for data, or keep the tunnel up, and look harmless alone.
var tools = []tool{
	{ // a network interface: base32, most of a name filled, short pings while idle
		name: "burrow", types: []string{"NULL", "TXT", "CNAME", "A", "MX"}, pace: 450 * time.Millisecond, queries: 100,
		next: func(s *session) (string, time.Duration) {
			switch r := &s.rng; {
			case s.sent == 0:
				return "v" + base32Lower.text(r, 8), r.wait(50 * time.Millisecond)
			case s.sent == 1:
				return "l" + base32Lower.text(r, 28), r.wait(50 * time.Millisecond)
			case s.sending(.1, 12):
				header := s.id[:1] + base32Lower([]byte{byte(s.sent), byte(s.sent >> 3)})
				return s.fill(base32Lower, header, r.between(60, maxTunnelName), 57), r.wait(30 * time.Millisecond)
			default:
				return "p" + s.id[:1] + base32Lower.text(r, 4), r.wait(time.Second)
			}
		},
	},
	{ // TCP connections: base64 with case, acknowledgements of one header each
		name: "mole", types: []string{"KEY", "TXT"}, pace: 150 * time.Millisecond, queries: 80,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			header := base64URL([]byte{s.id[0], s.id[1], s.id[2], byte(s.sent >> 8), byte(s.sent), byte(r.below(4))})
			if s.sent < 2 || !s.sending(.15, 6) {
				return header + base64URL.text(r, 2), r.wait(200 * time.Millisecond)
			}
			return s.fill(base64URL, header, r.between(40, maxTunnelName), 63), r.wait(60 * time.Millisecond)
		},
	},
	{ // a remote shell: hexadecimal packets with session and sequence numbers, polled every second
		name: "ferret", types: []string{"TXT", "CNAME", "MX"}, mixed: true, pace: 700 * time.Millisecond, queries: 80,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			header := base16(r.bytes(2)) + "01" + s.id[:4] + fmt.Sprintf("%04x", s.sent)
			if !s.sending(.08, 8) {
				return header + base16.text(r, 4), r.within(900*time.Millisecond, 1100*time.Millisecond)
			}
			return s.fill(base16, header, r.between(40, 240), 60), r.wait(250 * time.Millisecond)
		},
	},
	{ // a file, piece by piece: number, one to three labels of upper-case base32, name of the file
		name: "courier", types: []string{"A", "AAAA"}, pace: 400 * time.Millisecond, queries: 60,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			if s.sent == 0 {
				return "start." + s.id, r.wait(time.Second)
			}
			n := r.between(40, 60)
			data := labels(base32Upper.text(r, n*r.between(1, 3)), n)
			return fmt.Sprintf("%d.%s.%s", s.sent, data, s.id), r.wait(400 * time.Millisecond)
		},
	},
	{ // many short labels instead of a few long ones
		name: "spindle", types: []string{"MX", "TXT"}, mixed: true, pace: 1500 * time.Millisecond, queries: 60,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			n := r.between(7, 16)
			return labels(base32Hex.text(r, n*r.between(3, 6)), n) + "." + s.id[:3], r.wait(1500 * time.Millisecond)
		},
	},
	{ // card numbers from a till: a handful of short records, then a pause
		name: "till", types: []string{"A"}, pace: 20 * time.Second, queries: 40,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			host := s.id[:6] + "." + base16.text(r, r.between(32, 62))
			if s.sending(.2, 5) {
				return host, r.wait(2 * time.Second)
			}
			return host, r.wait(45 * time.Second)
		},
	},
	{ // an implant that calls home twice a minute and sometimes has something to report
		name: "lookout", types: []string{"TXT", "A"}, pace: 22 * time.Second, queries: 40,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			if s.sending(.1, 4) {
				return s.fill(base64URL, "", r.between(30, 120), r.between(30, 63)) + "." + s.id, r.wait(4 * time.Second)
			}
			return fmt.Sprintf("%s%d.%s", r.pick(calls), s.sent, s.id), r.within(27*time.Second, 33*time.Second)
		},
	},
	{ // a dozen characters at a time, seldom
		name: "whisper", types: []string{"A", "AAAA"}, pace: 40 * time.Second, queries: 40,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			return base32Lower.text(r, r.between(6, 14)) + fmt.Sprintf("%02x", s.sent%256), r.within(20*time.Second, time.Minute)
		},
	},
	{ // one label a minute
		name: "dripper", types: []string{"A", "TXT"}, pace: time.Minute, queries: 40,
		next: func(s *session) (string, time.Duration) {
			r := &s.rng
			host := fmt.Sprintf("c%03d-%s", s.sent, base32Hex.text(r, r.between(20, 48)))
			return host, r.within(55*time.Second, 65*time.Second)
		},
	},
}

// calls are what an implant says when it has nothing to say.
var calls = []string{"up", "ok", "ping", "task", "hello", "next"}

// TunnelTools names the tools of [KindTunnels] and [KindQueries].
func TunnelTools() []string {
	names := make([]string, len(tools))
	for i := range tools {
		names[i] = tools[i].name
	}
	return names
}
