package dsdl

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/datasets/source"
)

// Any body has an answer of JSON; what is decoded has no more than one target, and a name that is none is refused.
func FuzzDecode(f *testing.F) {
	f.Add(`{"data":"domain,family\na.com,benign\n","meta":{"options":{"params":{"algo":"\"dga_mlp\"","epochs":3,"x":null,"y":true},"model_name":"app:m","target_variable":["family"]},"feature_variables":["domain"],"target_variables":"family"}}`)
	f.Add(`{"data":"src,query,rank\n\"a\nb\",x.com,1.0\n","meta":{"options":{"params":{"mode":"stage","algo":"` + Notebook + `"},"model_name":"../../x"}}}`)
	f.Add(`{"data":"a\n\"","meta":{"options":{"params":{"algo":"exfil_mlp"}}}}`)
	f.Add(`{"data":"query\n#a\n.\n\n\"\"\n","meta":{"options":{"params":{"algo":"exfil_mlp"}}}}`)
	f.Add(`[]`)
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, body string) {
		c := newContainer(t, t.TempDir(), nil)
		c.trainer = nil
		c.handler = New(c.engine, nil, Options{Dir: c.dir, Tokens: tokens(t, token)})
		for _, path := range []string{"/fit", "/apply"} {
			status, answer := c.call(http.MethodPost, path, body)
			var got response
			if err := json.Unmarshal(answer, &got); err != nil || status != http.StatusOK || got.Status != "error" && got.Status != "staged" {
				t.Errorf("%s: %d %s", path, status, answer)
			}
			if got.Status == "staged" && len(list(t, c.dir)) != 2 {
				t.Errorf("the folder holds %q", list(t, c.dir))
			}
		}
		if req, err := decode([]byte(body)); err == nil && req.model == "" {
			t.Error("a model without a name")
		}
	})
}

// Whatever a table holds, its records stand in rows of their own, and the order for training is a permutation.
func FuzzTable(f *testing.F) {
	f.Add("domain,family\na.com,benign\n")
	f.Add("src,query,rank,_time\n\"a\nb\",x.com,1.0,7\na,#,2,never\n")
	f.Add("\ufeff\"query\"\n#a\n.\n\n\"\"\n")
	f.Add(strings.Join(datasets.FlowFeatures()[:10], ",") + "\n1,2,3,4,5,6,7,8,9,0\n,,,,,,,,,\n1,2,3,4,5,6,7,8,9,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := readTable(text, 1000)
		if err != nil {
			return
		}
		for _, a := range algos {
			name, err := a.check(table, &request{})
			if err != nil {
				continue
			}
			order, err := table.forTraining(&a, name)
			if err != nil {
				continue
			}
			if slices.Sort(order); !slices.Equal(order, table.inOrder()) {
				t.Errorf("the order %v is no permutation", order)
			}
			var rows []int
			if a.records == source.Flows {
				_, rows, err = table.flows()
			} else {
				_, rows, err = table.queries(name)
			}
			if err == nil && (len(rows) > len(table.rows) || !slices.IsSorted(rows)) {
				t.Errorf("rows %v of %d", rows, len(table.rows))
			}
		}
	})
}

// The readers of sources give one record, good or bad, for each row, whatever stands in the cells.
func TestRowsStayApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.SampledFrom([]string{"", "#", "\"", "a\nb", "a\r\nb", "\r", ".", "x.com", "1", "1.0", "src", "query", "\x00", strings.Repeat("\n", 200)}), rapid.String())
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 0, 20).Draw(t, "rows")
		table := &table{header: []string{"src", "query", "rank"}, rows: rows}
		_, at, err := table.queries("query")
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range at {
			if rows[i][1] == "" {
				t.Fatalf("row %d has no query", i)
			}
		}
		// And what is given back is read back the same: pandas reads it so.
		back, err := csv.NewReader(strings.NewReader(table.with([]string{"p"}, slices.Repeat([][]string{{""}}, len(rows))).String())).ReadAll()
		if err != nil || len(back) != len(rows)+1 {
			t.Fatalf("%d rows, %v", len(back), err)
		}
		for i, row := range rows {
			for j := range row {
				if want := strings.ReplaceAll(row[j], "\r\n", "\n"); back[i+1][j] != want {
					t.Fatalf("row %d: %q, want %q", i, back[i+1][j], want)
				}
			}
		}
	})
}
