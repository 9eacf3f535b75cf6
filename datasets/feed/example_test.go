package feed_test

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/feed"
)

func Example() {
	text := "domain,family,label\n" +
		"river-stone.net,tranco,0\n" +
		"Heavenlight.NET.,suppobox,1\n" +
		"bad name,suppobox,1\n"
	opt := feed.Options{File: "names.csv"}
	format, _ := feed.Recognize([]byte(text), opt)
	fmt.Println(format.Name, format.Header([]byte(text), opt))
	for d, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if bad, ok := datasets.BadRow(err); ok {
			fmt.Println("skipped:", bad)
			continue
		}
		fmt.Println(d.Name, d.Family)
	}
	// Output:
	// csv [domain family label]
	// river-stone.net benign
	// heavenlight.net suppobox
	// skipped: names.csv:4:1: bad character
}

// A feed with dates: days are counted from 1970-01-01.
func Example_days() {
	text := "# a feed in Bambenek's form\n" +
		"vhnvvwxy.net,Domain used by pykspa (varying date seeds),2018-06-25,http://x.example/\n" +
		"earnestnessox.com,Domain used by banjori - not date seeded,,http://x.example/\n"
	format, _ := feed.Recognize([]byte(text), feed.Options{})
	for d, err := range format.Read(bufio.NewReader(strings.NewReader(text)), feed.Options{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		day := "unknown"
		if d.Day != 0 {
			day = time.Unix(int64(d.Day)*24*60*60, 0).UTC().Format(time.DateOnly)
		}
		fmt.Println(d.Name, d.Family, day)
	}
	// Output:
	// vhnvvwxy.net pykspa 2018-06-25
	// earnestnessox.com banjori unknown
}
