package dnslog_test

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/dnslog"
)

func Example() {
	text := "05-Jan-2024 10:00:00.123 queries: info: client @0x7f0a 198.51.100.7#53124 (a\\032b.example.org): query: a\\032b.example.org IN TXT +E(0)K (192.0.2.53)\n" +
		"05-Jan-2024 10:00:01.000 general: info: all zones loaded\n" +
		"05-Jan-2024 10:00:02.000 queries: info: client @0x7f0a 198.51.100.7#53125 (exa\n"
	opt := dnslog.Options{File: "query.log"}
	format, _ := dnslog.Recognize([]byte(text), opt)
	fmt.Println(format.Name)
	for q, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if bad, ok := datasets.BadRow(err); ok {
			fmt.Println("skipped:", bad)
			continue
		}
		fmt.Printf("%s %s %s %q\n", q.Time.Format(time.RFC3339Nano), q.Client, q.Type, q.Name)
	}
	// Output:
	// bind
	// 2024-01-05T10:00:00.123Z 198.51.100.7 TXT "a b.example.org"
	// skipped: query.log:3:79: not a line of this log: the line ends too early
}

// The pair of files that Splunk's DSDL stages: the settings beside the rows say which column is the label.
func ExampleStagedOptions() {
	settings := `{"feature_variables":["src","query","rank"],"target_variables":["is_exfiltration"]}`
	rows := "is_exfiltration,src,query,rank\n" +
		"0,198.51.100.7,www.example.com,1\n" +
		"1,198.51.100.7,aGVsbG8.t.example.org,2\n"
	opt, err := dnslog.StagedOptions([]byte(settings), dnslog.Options{File: "staged.csv"})
	if err != nil {
		fmt.Println(err)
		return
	}
	format, _ := dnslog.Lookup("splunk")
	for q, err := range format.Read(bufio.NewReader(strings.NewReader(rows)), opt) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(q.Client, q.Name, q.Rank, q.Label)
	}
	// Output:
	// 198.51.100.7 www.example.com 1 benign
	// 198.51.100.7 aGVsbG8.t.example.org 2 exfiltration
}
