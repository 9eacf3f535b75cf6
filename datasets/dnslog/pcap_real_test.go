package dnslog

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/miekg/dns"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

// Captures of normal traffic and of tunnels: how many queries the first packets hold, and the hash of the numbers, clients,
// names, types and times that a program written for this alone found in them.
func TestRealCaptures(t *testing.T) {
	const packets = 5000
	for file, c := range map[string]struct {
		format  string
		queries int
		sum     string
	}{
		"normal":       {"pcapng", 2500, "2a0120d999db24a13e75679b12c9eb20cbeef1408a6a93e217ff7abe9178c8ed"},
		"iodine-cname": {"pcap", 2619, "fed77c9ef9a2e97371d342d1f0837a91b67a4bd2ae9c7b24bc43a753a7494001"},
		"dns2tcp-key":  {"pcapng", 2527, "15f1b949fb42234a66ade11a68559dd0aa56dbf969627a179712e94ecaec1dda"},
	} {
		t.Run(file, func(t *testing.T) {
			f, err := os.Open(golden.Data(t, "dns/pcap/"+file+".pcap.gz"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			plain, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			text := bufio.NewReader(plain)
			head, err := text.Peek(1024)
			if err != nil {
				t.Fatal(err)
			}
			format := recognizedCapture(head)
			if format == nil || format.Name != c.format {
				t.Fatalf("recognised as %v", format)
			}
			n, sum := 0, sha256.New()
			for q, err := range format.Read(text, Options{File: file, Family: "normal"}) {
				if err != nil {
					t.Fatal(err)
				}
				if q.Line > packets {
					break
				}
				if q.Label != datasets.Benign {
					t.Fatalf("%+v", q)
				}
				n++
				fmt.Fprintf(sum, "%d %s %s %d %d\n", q.Line, q.Client, q.Name, dns.StringToType[q.Type], q.Time.UnixMicro())
			}
			if got := hex.EncodeToString(sum.Sum(nil)); n != c.queries || got != c.sum {
				t.Errorf("%d queries, %s", n, got)
			}
		})
	}
}

// recognizedCapture gives the one format that a head is recognised as.
func recognizedCapture(head []byte) (found *Format) {
	for _, f := range []*Format{&pcapFormat, &pcapngFormat, &dnstapFormat} {
		if f.Recognize(head, Options{}) {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}
