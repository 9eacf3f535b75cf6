package feed

import (
	"bufio"

	"threatnet/datasets"
)

// majestic is the Majestic Million, a popularity list with a header and twelve columns; of each row the column Domain is read:
//
//	GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD,PrevGlobalRank,PrevTldRank,PrevRefSubNets,PrevRefIPs
//	1,1,example.com,com,512345,2345678,example.com,com,1,1,512200,2345600
var majestic = Format{
	Name:        "majestic",
	Description: "GlobalRank,TldRank,Domain,... with this header: the Majestic Million, benign by itself",
	Recognize: func(head []byte, _ Options) bool {
		rows := sampleRows(head, ',')
		return len(rows) > 0 && firstOf(rows[0], []string{"GlobalRank"}) >= 0 && firstOf(rows[0], []string{"Domain"}) >= 0
	},
	Header: func(head []byte, opt Options) []string { return header(head, majesticOptions(opt)) },
	Read: func(text *bufio.Reader, opt Options) datasets.Domains {
		return readColumns(text, majesticOptions(opt), datasets.Benign)
	},
}

// majesticOptions are the options without columns that are meant for other sources.
func majesticOptions(opt Options) Options {
	opt.Label, opt.NameColumn = "", "Domain"
	return opt
}
