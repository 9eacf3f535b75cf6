package dnslog

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

// readAs gives what a format makes of a text: "line time client type name label rank" for a query, the message for an error.
func readAs(f Format, text string, opt Options) (rows []string) {
	for q, err := range f.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if err != nil {
			rows = append(rows, "! "+err.Error())
			continue
		}
		when := "-"
		if !q.Time.IsZero() {
			when = q.Time.UTC().Format("2006-01-02T15:04:05.999999999")
		}
		row := fmt.Sprintf("%d %s %s %s %s", q.Line, when, or(q.Client), or(q.Type), or(datasets.EscapeName(q.Name)))
		if q.Label != "" {
			row += " " + q.Label
		}
		if q.Rank != 0 {
			row += fmt.Sprint(" ", q.Rank)
		}
		rows = append(rows, row)
	}
	return rows
}

// or marks nothing.
func or(text string) string {
	if text == "" {
		return "<>"
	}
	return text
}

func lookup(t testing.TB, name string) Format {
	t.Helper()
	f, ok := Lookup(name)
	if !ok {
		t.Fatalf("no format %q", name)
	}
	return f
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fixtures are the samples of each format.
var fixtures = map[string]string{
	"zeek": "zeek.log", "zeek-json": "zeek.json", "suricata": "eve.json", "coredns": "coredns.log", "bind": "bind.log",
	"route53": "route53.json", "unbound": "unbound.log", "dnsmasq": "dnsmasq.log", "splunk": "splunk.csv", "pairs": "pairs.csv",
}

func TestFixtures(t *testing.T) {
	want := map[string][]string{
		"zeek": {
			"9 2024-01-05T10:00:00.123456 198.51.100.7 A www.example.com",
			`10 2024-01-05T10:00:01.5 2001:db8::7 TXT a\\b\009\255.t.example.org`,
			"11 2024-01-05T10:00:02 198.51.100.7 NS <>",
			"! f:12:67: empty name",
			"13 2024-01-05T10:00:04 198.51.100.8 ANY _ipp._tcp.local",
			"14 2024-01-05T10:00:05 198.51.100.8 NIMLOC WORKGROUP",
			"15 2024-01-05T10:00:06 198.51.100.9 HTTPS -",
			"23 2024-01-05T11:00:00 198.51.100.10 MX later.example.net",
		},
		"zeek-json": {
			"1 2024-01-05T10:00:00.123456 198.51.100.7 A www.example.com",
			`2 2024-01-05T10:00:01.5 2001:db8::7 HTTPS a\\b\255\195\169.t.example.org`,
			"3 2024-01-05T10:00:02 198.51.100.7 NS <>",
			"! f:4:1: empty name",
		},
		"suricata": {
			"2 2024-01-05T10:00:01.25 198.51.100.7 A v1.example.com",
			`4 2024-01-05T10:00:02 2001:db8::7 TXT \255\\x41V2.t.example.org`,
			"6 2024-01-05T10:00:03 198.51.100.8 A one.example.com",
			"6 2024-01-05T10:00:03 198.51.100.8 HTTPS two.example.com",
			"8 2024-01-05T10:00:04 198.51.100.9 A alert2.example.com",
			"9 2024-01-05T10:00:05 198.51.100.9 A alert3.example.com",
			"12 2024-01-05T10:00:08 198.51.100.9 NS <>",
		},
		"coredns": {
			"6 - 198.51.100.7 A www.example.com",
			`7 - 2001:db8::7 TXT a\032b"\255\\c.t.example.org`,
			"9 2024-01-05T10:00:02.5 198.51.100.8 NS <>",
			"10 0000-01-05T10:00:03 198.51.100.9 TYPE65280 v.example",
		},
		"bind": {
			"1 2024-01-05T10:00:00.123 198.51.100.7 A www.example.com",
			`2 2024-01-05T10:00:01 2001:db8::7 TXT a\032b.c.t.example.org`,
			"3 2024-01-05T10:00:02 198.51.100.8 NS older.example.com",
			"4 - 198.51.100.9 HTTPS bare.example.com",
			"5 0000-01-05T10:00:04 198.51.100.10 SOA signed.example.com",
			"6 0000-01-05T10:00:05 fe80::1%eth0 NS <>",
			"7 2024-01-05T10:00:06.25 198.51.100.10 ANY iso.example.com",
		},
		"route53": {
			"1 2024-01-05T10:00:00 198.51.100.7 A www.example.com",
			`2 2024-01-05T10:00:01 198.51.100.8 TXT *.A\032b.t.example.org`,
			"3 2024-01-05T10:00:02 198.51.100.8 NS <>",
		},
		"unbound": {
			"3 2024-01-05T10:00:00 198.51.100.6 A early.example.com",
			"4 2024-01-05T10:00:01 198.51.100.7 A www.example.com",
			"6 0000-01-05T10:00:03 2001:db8:: HTTPS a?b.t.example.org",
			"7 0000-01-05T10:00:04 198.51.100.8 NS <>",
		},
		"dnsmasq": {
			"2 0000-12-31T23:59:59 198.51.100.7 A www.example.com",
			`5 0001-01-01T00:00:01 198.51.100.8 HTTPS a\032from\032b.t.example.org`,
			"7 0001-01-01T00:00:03 2001:db8::7 NS <>",
			"8 - 198.51.100.9 AAAA untimed.example.com",
		},
		"splunk": {
			"2 2023-01-02T03:04:05.678 198.51.100.7 A WWW.Example.com benign 1",
			"3 2023-01-02T03:04:06.25 198.51.100.7 TXT q1W2e3R4.t.example.org. exfiltration 2",
			"4 2023-01-02T03:04:07 198.51.100.7 A null iodine 3",
			"8 2023-01-02T03:04:08 198.51.100.8 A 1234 benign",
			"9 2023-01-02T03:04:09 198.51.100.8 A NA 5",
			"10 2023-01-02T03:04:10 198.51.100.8 NS <> benign 6",
		},
		"pairs": {
			"2 - <> <> example.com benign",
			"3 - <> <> gE2x+/.t.example.org exfiltration",
		},
	}
	for name, file := range fixtures {
		text := fixture(t, file)
		f, ok := Recognize([]byte(text), Options{})
		if !ok || f.Name != name {
			t.Errorf("%s: recognised as %q", file, f.Name)
			continue
		}
		if f.Strict == (name == "splunk" || name == "pairs") {
			t.Errorf("%s: strict %v", name, f.Strict)
		}
		if diff := cmp.Diff(want[name], readAs(f, text, Options{File: "f"})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Damaged lines are located, and the lines after them are read.
func TestBadRows(t *testing.T) {
	const zeekHead = "#separator \\x09\n#fields\tts\tquery\tid.orig_h\n"
	for name, c := range map[string]struct {
		format, text string
		opt          Options
		want         []string
	}{
		"zeek": {
			"zeek", zeekHead + "1\ta.example\n1\ta.example\tx\ty\nsoon\ta.example\tx\n1\t-\tx\n1\t\tx\n\n1\tb.example\t-\n",
			Options{},
			[]string{
				"! f:3:1: wrong number of fields: 2 instead of 3", "! f:4:1: wrong number of fields: 4 instead of 3",
				"! f:5:1: bad date: " + errTime.Error(), "! f:6:3: empty name", "! f:7:3: empty name",
				"9 1970-01-01T00:00:01 <> <> b.example",
			},
		},
		"zeek without fields": {"zeek", "1\ta.example\n", Options{}, []string{"! f:1:1: not a line of this log: no #fields line before it"}},
		"zeek, another log": {
			"zeek", zeekHead + "1\ta.example\tx\n#fields\tts\tuid\n1\tx\n",
			Options{},
			[]string{"3 1970-01-01T00:00:01 x <> a.example", `! no such column: "query" is not among "ts", "uid", the fields of a log of Zeek`},
		},
		"zeek, columns": {
			"zeek", "#separator ,\n#unset_field,NONE\n#fields,host,label,query\nx.example,Malicious,y.example\nNONE,NONE,y\n\\x2c,NONE,y\n",
			Options{NameColumn: "host", Family: "tunnel"},
			[]string{"4 - <> <> x.example Malicious", "! f:5:1: empty name", "6 - <> <> , tunnel"},
		},
		"zeek-json": {
			"zeek-json", "{\"query\":\"a.example\"\n{\"query\":[1]}\n[]\n{\"query\":\"a\",\"ts\":\"soon\"}\n{\"query\":1234,\"ts\":null}\n{} {}\n{\"query\":\"\xff\\u0041\xfe.example\"}\n",
			Options{},
			[]string{
				"! f:1:20: bad JSON: unexpected end of JSON input", "! f:2:1: bad JSON: " + errNoText.Error(),
				"! f:3:1: bad JSON: json: cannot unmarshal array into Go value of type struct", "! f:4:14: bad date: " + errTime.Error(),
				"5 - <> <> 1234", "! f:6:4: bad JSON: invalid character '{' after top-level value", `7 - <> <> \255A\254.example`,
			},
		},
		"label in JSON": {
			"zeek-json", `{"query":"a","tool":"iodine"}` + "\n" + `{"query":"a","tool":0}` + "\n" + `{"query":"a"}` + "\n" + `{"query":"a","tool":{}}` + "\n",
			Options{Label: "tool"},
			[]string{"1 - <> <> a iodine", "2 - <> <> a benign", "3 - <> <> a", "! f:4:14: bad JSON: " + errNoText.Error()},
		},
		"suricata": {
			"suricata", `{"event_type":"dns"}` + "\n{}\n" + `{"event_type":"dns","dns":{"type":"query"}}` + "\n" + `{"event_type":"dns","dns":{"type":"maybe","rrname":"a"}}` + "\n" +
				`{"event_type":"dns","dns":{"type":"request","queries":[{"rrname":"a.example"},{"rrtype":"A"}]}}` + "\n" + `{"event_type":"flow"` + "\n" +
				`{"event_type":"dns","timestamp":"2024-13-01T00:00:00+0000","dns":{"type":"query","rrname":"a"}}` + "\n",
			Options{},
			[]string{
				"! f:1:1: not a line of this log: " + errNoDNS.Error(), "! f:2:1: not a line of this log: " + errNoEvent.Error(), "! f:3:1: empty name",
				"! f:4:21: not a line of this log: " + errKind.Error(), "5 - <> <> a.example", "! f:5:57: empty name",
				"! f:6:20: bad JSON: unexpected end of JSON input", "! f:7:21: bad date: " + errTime.Error(),
			},
		},
		"coredns": {
			"coredns", `[INFO] 192.0.2.1:53 - 1 "A IN a.exam` + "\n" + `[INFO] 192.0.2.1:53 - 1 "A IN a.example. udp" NOERROR` + "\n" + `[INFO] 192.0.2.1:53 - 1 "A IN a\300. udp 1 false 2" -` + "\n" +
				`[INFO] 192.0.2.1:53 - 1 "A IN a\1. udp 1 false 2" -` + "\n" + "[INFO] 192.0.2.1:53\nrubbish\n" + `2024-02-30T00:00:00Z [INFO] 192.0.2.1:53 - 1 "A IN a. udp 1 false 2" -` + "\n" +
				`192.0.2.1:53 - 1 "A IN b. udp 1 false 2" -` + "\n",
			Options{},
			[]string{
				"! f:1:37: bad quotes: the line ends too early", "! f:2:26: wrong number of fields: 4 words instead of 7",
				"! f:3:32: bad escape: a byte is at most 255", "! f:4:32: bad escape: want three digits after the backslash",
				"! f:5:20: not a line of this log: the line ends too early", "! f:6:1: not a line of this log: " + errUnknown.err.Error(),
				"! f:7:1: bad date: no such day or time", "8 - 192.0.2.1 A b",
			},
		},
		"bind": {
			"bind", "client @0x1 192.0\nclient 192.0.2.1#1 (a\nclient 192.0.2.1#1 (a): que\nclient 192.0.2.1#1 (a): query: a IN\nclient 192.0.2.1#1 (a): query: a IN A x\n" +
				"client 192.0.2.1#1 (a): query: a\\2 IN A +\n32-Jan-2024 10:00:00 client 192.0.2.1#1 (a): query: a IN A +\nrubbish\n01-Jan-2024 10:60:00 client 192.0.2.1#1 (a): query: a IN A +\nclient @0x1 (no-peer) (a): query: a IN A +\n",
			Options{Benign: true},
			[]string{
				"! f:1:18: not a line of this log: the line ends too early", "! f:2:22: not a line of this log: the line ends too early",
				"! f:3:25: not a line of this log: the line ends too early", "! f:4:32: wrong number of fields: the line ends too early",
				"! f:5:39: not a line of this log: " + errFlags.Error(), "! f:6:33: bad escape: want three digits after the backslash",
				"! f:7:1: bad date: no such day or time", "! f:8:1: not a line of this log: " + errUnknown.err.Error(),
				"! f:9:1: bad date: no such day or time", "10 - <> A a benign",
			},
		},
		"route53": {
			"route53", `{"query_name":""}` + "\n" + `{"x":1,"query_name":null}` + "\n" + `{"query_name":"a.","query_timestamp":"2024-01-05T25:00:00Z"}` + "\n" + `{"query_name":"\\400\\1.","query_type":"A"}` + "\nx\n",
			Options{Family: "iodine"},
			[]string{
				"! f:1:2: empty name", "! f:2:8: empty name", "! f:3:20: bad date: " + errTime.Error(), `4 - <> A \\400\\1 iodine`,
				"! f:5:1: bad JSON: invalid character 'x' looking for beginning of value",
			},
		},
		"unbound": {
			"unbound", "[1704448800] unbound[1:0] info: 192.0.2.1 a. A\n[1704448800] unbound[1:0] reply: 192.0.2.1 - - - FORMERR - - -\nrubbish\n[1704448800] unbound-control[3]: x\n",
			Options{},
			[]string{
				"! f:1:33: wrong number of fields: the line ends too early", "! f:2:44: empty name", "! f:3:1: not a line of this log: " + errUnknown.err.Error(),
			},
		},
		"dnsmasq": {
			"dnsmasq", "dnsmasq[1]: que\ndnsmasq[1]: query[A] a.example\ndnsmasq[1]: query[A] a.example from 192.0.2\nJan  5 10:00:00 other[2]: x\nother[2]: x\nrubbish\ndnsmasq[1]: query[A from 192.0.2.1\n",
			Options{},
			[]string{
				"! f:1:16: not a line of this log: the line ends too early", "! f:2:13: wrong number of fields: the line ends too early",
				`! f:3:37: not a line of this log: ParseAddr("192.0.2"): IPv4 address too short`,
				"! f:6:1: not a line of this log: " + errUnknown.err.Error(), "! f:7:13: wrong number of fields: the line ends too early",
			},
		},
		"splunk": {
			"splunk", "# export\n_time,query,rank\n1,a.example\nsoon,a.example,1\n1,,1\n1,a.example,first\n_time,query,rank\n1,\"a\"b,1\n1,\"a.example,1\n1,b.example,2.0\n",
			Options{Family: "Legit", Line: 10},
			[]string{
				"! f:13:1: wrong number of fields: 2 instead of 3", "! f:14:1: bad date: " + errTime.Error(), "! f:15:3: empty name",
				"! f:16:13: bad rank: want a whole number", "! f:17:7: header repeated", "! f:18:6: bad quotes: closing quote is not followed by a separator",
				"! f:19:3: bad quotes: no closing quote", "20 1970-01-01T00:00:01 <> <> b.example benign 2",
			},
		},
		"splunk, another time": {
			"splunk", "time,query;\nnoon,a.example\n1,b.example\n",
			Options{NameColumn: "2"},
			[]string{"2 - <> <> a.example", "3 - <> <> b.example"},
		},
		"splunk, a time to be kept": {
			"splunk", "time;DNS.query;DNS.src\n;a;x\n2024-01-05;b;y\nnoon;c;z\n",
			Options{},
			[]string{"2 - x <> a", "3 2024-01-05T00:00:00 y <> b", "! f:4:1: bad date: " + errTime.Error()},
		},
		"splunk, labels": {
			"splunk", "query,is_exfiltration,family,label\na,1,,\nb,1,iodine,1\nc,0,iodine,1\nd,,,\ne,1.0,,false\n",
			Options{},
			[]string{"2 - <> <> a exfiltration", "3 - <> <> b iodine", "4 - <> <> c benign", "5 - <> <> d", "6 - <> <> e benign"},
		},
		"splunk, all benign":   {"splunk", "query,label\na,1\n", Options{Benign: true, Label: "none"}, []string{"2 - <> <> a benign"}},
		"splunk, no names":     {"splunk", "host,label\na,1\n", Options{}, []string{`! no such column: "query" is not among "host", "label"`}},
		"splunk, no label":     {"splunk", "query\na\n", Options{Label: "kind"}, []string{`! no such column: "kind" is not among "query"`}},
		"splunk, name's label": {"splunk", "query\na\n", Options{Label: "Query"}, []string{`! no such column: "Query" is the one with the names`}},
		"pairs": {
			"pairs", "0,a.example.\n1\n1,b,c\n,d\n1,\nlabel,qname\n0,\"e\niodine,f.example\n",
			Options{},
			[]string{
				"1 - <> <> a.example benign", "! f:2:1: wrong number of fields: 1 instead of 2", "! f:3:1: wrong number of fields: 3 instead of 2",
				"! f:4:1: empty label", "! f:5:3: empty name", "! f:6:1: header repeated", "! f:7:3: bad quotes: no closing quote", "8 - <> <> f.example iodine",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.opt.File = "f"
			got := readAs(lookup(t, c.format), c.text, c.opt)
			for i, row := range got { // not the fields of the anonymous struct
				if before, _, ok := strings.Cut(row, " {"); ok && strings.HasSuffix(before, "of type struct") {
					got[i] = before
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecognize(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "#fields\tts\tquery": "", "# a\n": "", "a.example\nb.example\n": "", "1,google.com\n2,youtube.com\n": "", "1,a.example\n": "pairs",
		"0,a\n1,b\n1,c,d\n": "", "label,qname\n": "pairs", "label,query\n": "splunk", "domain,family\na,b\n": "", "\ufeff_time;Query\n": "splunk",
		"#separator \\x09\n#path\tconn\n#fields\tts\tuid\nx\ty\n":                         "",
		"#fields\tts\tquery\n#close\n":                                                    "zeek",
		"{\"a\":1}\n":                                                                     "",
		"{\"event_type\":\"x\"}\n":                                                        "",
		"rubbish\n{\"timestamp\":1,\"event_type\":\"dns\",\"dns\":{}}\n":                  "suricata",
		"{\"ts\":1,\"id.orig_h\":\"192.0.2.1\",\"proto\":\"tcp\"}\n":                      "",
		"Jan  5 10:00:00 h sshd[1]: session opened\n":                                     "",
		"Jan  5 10:00:00 h sshd[1]: x\nJan  5 10:00:00 dnsmasq: query[A] a from ::1\n":    "dnsmasq",
		"rubbish\nmore\nclient 192.0.2.1#1: query: a IN A +\n":                            "",
		strings.Repeat("client 192.0.2.1#1 (a): query: a IN A +\n", 3) + "client 192.0.2": "bind",
	} {
		if f, _ := Recognize([]byte(text), Options{}); f.Name != want {
			t.Errorf("%q: %q, not %q", text, f.Name, want)
		}
	}
	if f, ok := Recognize([]byte("time,host\n"), Options{NameColumn: "host"}); !ok || f.Name != "splunk" {
		t.Error(f.Name)
	}
	if _, ok := Lookup("none"); ok {
		t.Error("a format that is none")
	}
}

func TestHeader(t *testing.T) {
	for name, want := range map[string][]string{
		"zeek":   strings.Fields(strings.Split(fixture(t, "zeek.log"), "\n")[6])[1:],
		"splunk": {"_time", "src", "query", "rank", "record_type", "is_exfiltration"}, "pairs": {"label", "qname"}, "bind": nil,
	} {
		if diff := cmp.Diff(want, lookup(t, name).Header([]byte(fixture(t, fixtures[name])), Options{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := pairs.Header([]byte("0,a\n"), Options{}); got != nil {
		t.Error(got)
	}
}

func TestFields(t *testing.T) {
	for name, want := range map[string]string{
		"zeek":   `1704448801.5|Cx2|2001:db8::7|53124|192.0.2.53|53|udp|4242|-|a\x5cb\x09\xff.t.example.org|1|C_INTERNET|16|TXT|0|NOERROR|F|F|T|T|0|-|-|F`,
		"splunk": "1672628646.25|198.51.100.7|q1W2e3R4.t.example.org.|2|TXT|1", "pairs": "1|gE2x+/.t.example.org.", "bind": "",
	} {
		n := 0
		for q, err := range lookup(t, name).Read(bufio.NewReader(strings.NewReader(fixture(t, fixtures[name]))), Options{}) {
			if n++; n == 2 && (err != nil || strings.Join(q.Fields, "|") != want) {
				t.Errorf("%s: %q, %v", name, q.Fields, err)
			}
		}
	}
}

// A record is there before the line after it has been written.
func TestStreaming(t *testing.T) {
	for name, file := range fixtures {
		if name == "splunk" { // whose sample has a record of several lines
			file = "staged.csv"
		}
		f, text := lookup(t, name), fixture(t, file)
		in, out := io.Pipe()
		got := make(chan bool)
		go func() {
			read, end := 0, 0
			for _, line := range strings.SplitAfter(text, "\n") {
				end += len(line)
				_, _ = io.WriteString(out, line)
				for range len(readAs(f, text[:end], Options{})) - read {
					<-got
					read++
				}
			}
			_ = out.Close()
		}()
		n := 0
		for _, err := range f.Read(bufio.NewReader(in), Options{}) {
			if _, bad := datasets.BadRow(err); err != nil && !bad {
				t.Errorf("%s: %v", name, err)
			}
			got <- true
			n++
		}
		if n == 0 {
			t.Errorf("%s: no records", name)
		}
	}
}

// Reading may be given up at any record.
func TestBreak(t *testing.T) {
	for name, file := range fixtures {
		f, text := lookup(t, name), fixture(t, file)
		for last := range readAs(f, text, Options{}) {
			n := 0
			f.Read(bufio.NewReader(strings.NewReader(text)), Options{})(func(datasets.Query, error) bool {
				n++
				return n <= last
			})
			if n != last+1 {
				t.Errorf("%s: %d records after giving up at %d", name, n, last+1)
			}
		}
	}
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, file := range fixtures {
		text := fixture(t, file)
		for _, begin := range []string{"", text} {
			var last error
			for _, err := range lookup(t, name).Read(bufio.NewReader(io.MultiReader(strings.NewReader(begin), errorReader{broken})), Options{}) {
				last = err
			}
			if !errors.Is(last, broken) {
				t.Errorf("%s: %v", name, last)
			}
		}
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// Lines of megabytes and nests of brackets are bad rows, and lines after them are read.
func TestLongLines(t *testing.T) {
	for name, file := range fixtures {
		text := fixture(t, file)
		f := lookup(t, name)
		want := len(readAs(f, text, Options{}))
		for reason, line := range map[datasets.Reason]string{
			datasets.LineTooLong: strings.Repeat("client ", 1<<18),
			"":                   strings.Repeat("client dnsmasq[ \" - ", 1<<15),
			BadJSON:              `{"query":` + strings.Repeat("[", 1<<18),
		} {
			got, found := 0, false
			for _, err := range f.Read(bufio.NewReader(strings.NewReader(text+line+"\n"+text)), Options{}) {
				got++
				bad, ok := datasets.BadRow(err)
				found = found || ok && bad.Reason == reason
			}
			if got < 2*want || !found && reason == datasets.LineTooLong || !found && reason == BadJSON && strings.HasSuffix(file, ".json") {
				t.Errorf("%s: %d rows, not %d or more (%q)", name, got, 2*want, reason)
			}
		}
	}
}

func TestStaged(t *testing.T) {
	opt, err := StagedOptions([]byte(fixture(t, "staged.json")), Options{File: "f"})
	if err != nil || opt.Label != "is_exfiltration" || opt.File != "f" {
		t.Fatal(opt, err)
	}
	want := []string{"2 - 198.51.100.7 <> www.example.com benign 1", "3 - 198.51.100.7 <> aGVsbG8.t.example.org exfiltration 2"}
	if diff := cmp.Diff(want, readAs(splunk, fixture(t, "staged.csv"), opt)); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		`{"options":{"target_variable":["y"]}}`: "y", `{"feature_variables":["src"]}`: "", `{"target_variables":[]}`: "",
	} {
		if opt, err := StagedOptions([]byte(text), Options{}); err != nil || opt.Label != want {
			t.Errorf("%s: %q, %v", text, opt.Label, err)
		}
	}
	if opt, err := StagedOptions([]byte(`{"target_variables":["y"]}`), Options{Label: "x"}); err != nil || opt.Label != "x" {
		t.Error(opt, err)
	}
	for _, text := range []string{"", "[]", `{"target_variables":["x","y"]}`, `{"target_variables":"x"}`} {
		if _, err := StagedOptions([]byte(text), Options{}); err == nil {
			t.Error(text)
		}
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"1672628645.678": "2023-01-02T03:04:05.678Z", "1672628645": "2023-01-02T03:04:05Z", "1672628645678": "2023-01-02T03:04:05.678Z",
		"1672628645.123456789": "2023-01-02T03:04:05.123456789Z", "1672628645.1234567891": "2023-01-02T03:04:05.123456789Z",
		"1.672628645e9": "2023-01-02T03:04:05Z", "0": "1970-01-01T00:00:00Z", "-0.5": "1969-12-31T23:59:59.5Z", "1.": "1970-01-01T00:00:01Z",
		"2023-01-02T03:04:05.678+0000": "2023-01-02T03:04:05.678Z", "2023-01-02T03:04:05,678+01:30": "2023-01-02T01:34:05.678Z",
		"2023-01-02 03:04:05": "2023-01-02T03:04:05Z", " 2023-01-02T03:04:05-05 ": "2023-01-02T08:04:05Z", "2023-01-02 03:04:05 UTC": "2023-01-02T03:04:05Z",
		"2023-01-02t03:04:05z": "2023-01-02T03:04:05Z", "2023-01-02": "2023-01-02T00:00:00Z", "2024-02-29": "2024-02-29T00:00:00Z",
		"2023-01-02T03:04:05 +0200": "2023-01-02T01:04:05Z",
	} {
		got, err := ParseTime(text)
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %s, %v", text, got.Format(time.RFC3339Nano), err)
		}
	}
	for _, text := range []string{
		"", "-", "nan", "inf", "1e300", "99999999999999999999", "253402300800000", "soon", "2023-02-29", "2023-13-01", "2023-01-02T24:00:00", "2023-01-02T03:04",
		"2023-01-02T03:04:05x", "2023-01-02 03:04:05 CET", "2023-01-02T03:04:05+1", "2023-01-02x", "2023-01-02T03:04:05.", "1.2.3", "0x10",
	} {
		if got, err := ParseTime(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPrefixTime(t *testing.T) {
	for prefix, want := range map[string]string{
		"":                               "",
		"host prog[12]: ":                "",
		"Jan  5 10:00:00 host ":          "0000-01-05T10:00:00Z",
		"<30>Feb 29 10:00:00 host ":      "0000-02-29T10:00:00Z",
		"<30>1 2024-01-05T10:00:00.5Z h": "2024-01-05T10:00:00.5Z",
		"Jan  5 10:00:00 h p: 06-Feb-2024 11:00:00.25 queries:": "2024-02-06T11:00:00.25Z",
		"[1704448800] ":               "2024-01-05T10:00:00Z",
		"[12345.678] [x] <> <x Jan x": "",
		"Jan 32 10:00:00 ":            "",
		"May 5 ":                      "",
		"anF 5 10:00:00 ":             "",
	} {
		var c clock
		got, err := c.of(prefix)
		text := ""
		if !got.IsZero() {
			text = got.Format(time.RFC3339Nano)
		}
		if err != nil || text != want {
			t.Errorf("%q: %s, %v", prefix, text, err)
		}
	}
	for _, prefix := range []string{"2024-01-05T10:00 ", "05-Jxn-2024 10:00:00", "05-Jan-2024", "2024-99-05 "} {
		var c clock
		if got, err := c.of(prefix); err == nil {
			t.Errorf("%q: %v", prefix, got)
		}
	}
}

// Time stamps without a year go on from December to January, and a late line is of the year before.
func TestYears(t *testing.T) {
	var c clock
	for _, s := range []struct {
		stamp string
		year  int
	}{
		{"Dec 31 23:59:59", 0}, {"Jan  1 00:00:01", 1}, {"Dec 31 23:59:58", 0}, {"Jan  1 00:00:02", 1}, {"Jun  1 00:00:00", 1}, {"May  1 00:00:00", 1}, {"Jan  1 00:00:00", 1},
	} {
		if got, err := c.of(s.stamp + " "); err != nil || got.Year() != s.year {
			t.Errorf("%s: %v, %v", s.stamp, got, err)
		}
	}
}

func TestEscapes(t *testing.T) {
	for text, want := range map[string]string{
		"": "", ".": "", "a.": "a", `a\.`: "a.", `a\..`: "a.", `\065\\\"`: `A\"`, `\000\255`: "\x00\xff", "a..": "a.",
	} {
		if got, at, err := presentation(text); got != want || err != nil {
			t.Errorf("presentation %q: %q, %d, %v", text, got, at, err)
		}
	}
	for text, want := range map[string]int{`a\`: 1, `\25`: 0, `ab\256`: 2, `\2x5`: 0} {
		if _, at, err := presentation(text); at != want || err == nil {
			t.Errorf("presentation %q: %d, %v", text, at, err)
		}
	}
	for text, want := range map[string]string{
		"": "", `\x41\xFF`: "A\xff", `\\x41`: `\x41`, `\x4`: `\x4`, `\xg1\`: `\xg1\`, `a\x5c\x5c`: `a\\`,
	} {
		if got := unhex(text, 0); got != want {
			t.Errorf("unhex %q: %q", text, got)
		}
	}
	if got := unhex(`\x7f\\\x80`, 0x80); got != `\x7f\\`+"\x80" {
		t.Errorf("%q", got)
	}
	for text, want := range map[string]string{"": "", `\101\377`: "A\xff", `\400\1`: `\400\1`, `\089`: `\089`} {
		if got := unoctal(text); got != want {
			t.Errorf("unoctal %q: %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"A": "A", "1": "A", "TYPE65": "HTTPS", "type=65": "HTTPS", "query-65280": "TYPE65280", "*": "ANY", "65536": "65536", "": "", "0": "TYPE0", "Query": "Query",
	} {
		if got := recordType(text); got != want {
			t.Errorf("record type %q: %q", text, got)
		}
	}
}

// Undoing escapes gives back any bytes that were escaped.
func TestEscapesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := strings.TrimRight(string(rapid.SliceOf(rapid.Byte()).Draw(t, "name")), ".")
		for _, dot := range []string{"", "."} {
			if got, _, err := presentation(datasets.EscapeName(name) + dot); got != name || err != nil {
				t.Fatalf("%q: %q, %v", name, got, err)
			}
		}
		var hex, octal strings.Builder
		for _, c := range []byte(name) {
			if c > ' ' && c < 0x7f && c != '\\' {
				hex.WriteByte(c)
				octal.WriteByte(c)
				continue
			}
			fmt.Fprintf(&hex, `\x%02x`, c)
			fmt.Fprintf(&octal, `\%03o`, c)
		}
		if got := unhex(hex.String(), 0); got != name {
			t.Fatalf("%q: %q", name, got)
		}
		if got := unoctal(octal.String()); got != name {
			t.Fatalf("%q: %q", name, got)
		}
	})
}

// What is remembered stays bounded.
func TestRemembered(t *testing.T) {
	r := remembered{}
	for i := range 3 * maxRemembered {
		if got := r.keep(fmt.Sprint(i)); got != fmt.Sprint(i) {
			t.Fatal(got)
		}
	}
	if len(r) > maxRemembered {
		t.Error(len(r))
	}
}

// The published lists of labelled pairs: their first rows, all of them well formed.
func TestNetrack(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"train": {"exfiltration": 5000}, "validate": {"exfiltration": 4000, "benign": 1000}, "plain_names": {"benign": 4999},
	} {
		const lines = 5000
		f, err := os.Open(golden.Data(t, "dns/netrack/"+file+".csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text := bufio.NewReaderSize(z, 1<<16)
		head, err := text.Peek(1 << 15)
		if err != nil {
			t.Fatal(err)
		}
		if format, ok := Recognize(head, Options{}); !ok || format.Name != "pairs" {
			t.Errorf("%s: recognised as %q", file, format.Name)
		}
		got := map[string]int{}
		for q, err := range pairs.Read(text, Options{File: file}) {
			if err != nil {
				t.Fatal(err)
			}
			if q.Line > lines {
				break
			}
			if q.Name == "" || strings.HasSuffix(q.Name, ".") || q.File != file {
				t.Fatalf("%+v", q)
			}
			got[q.Label]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		_ = f.Close()
	}
}
