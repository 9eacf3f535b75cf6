package netflow_test

import (
	"bufio"
	"fmt"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/netflow"
)

func Example() {
	text := " Destination Port, Flow Duration, Total Fwd Packets, Total Backward Packets,Flow Bytes/s, Flow Packets/s," +
		" Flow IAT Mean, Flow IAT Std, Flow IAT Max, Flow IAT Min,Fwd IAT Total, punct, Label\n" +
		"80,1293792,3,7,8991.398927,7.729217,143754.6667,430865.8067,1292730,2,747,-,DDoS\n" +
		"53,0,2,0,Infinity,NaN,0,0,0,0,0,-,BENIGN\n" +
		"53,n/a,2,0,0,0,0,0,0,0,0,-,BENIGN\n"
	opt := netflow.Options{File: "flows.csv"}
	format, _ := netflow.Recognize([]byte(text), opt)
	columns := netflow.Describe(format.Header([]byte(text), opt), opt)
	fmt.Println(format.Name, len(columns.Features), columns.Identity, columns.Label, columns.Ignored)
	for f, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if bad, ok := datasets.BadRow(err); ok {
			fmt.Println("skipped:", bad)
			continue
		}
		fmt.Println(f.DestinationPort, f.Values[:2], f.Values[13], f.Values[14], f.Label)
	}
	// Output:
	// cicflow 10 [Destination Port] Label [punct]
	// 80 [1.293792e+06 3] 8991.399 7.729217 DDoS
	// 53 [0 2] +Inf NaN benign
	// skipped: flows.csv:4:4: bad number: "n/a" in "Flow Duration"
}
