package feed_test

import (
	"bufio"
	"fmt"
	"strings"

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
