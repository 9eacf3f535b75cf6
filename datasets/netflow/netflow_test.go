package netflow

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
)

// ten are columns of ten features; values are those of a row.
const (
	ten    = "Flow Duration,Total Fwd Packets,Total Backward Packets,Flow IAT Mean,Flow IAT Std,Flow IAT Max,Flow IAT Min,Active Mean,Active Std,Active Max"
	values = "1,2,3,4,5,6,7,8,9,10"
)

// object is a JSON object of ten features, with more members before them.
func object(more string) string {
	var b strings.Builder
	for i, name := range strings.Split(ten, ",") {
		fmt.Fprintf(&b, `"%s":%d,`, name, i+1)
	}
	return "{" + more + strings.TrimSuffix(b.String(), ",") + "}"
}

// read gives what a format makes of a text: "line label", or the message of an error.
func read(name, text string, opt Options) (rows []string) {
	format, _ := Lookup(name)
	if opt.File == "" {
		opt.File = "f"
	}
	for f, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if err != nil {
			rows = append(rows, "! "+err.Error())
			continue
		}
		rows = append(rows, fmt.Sprintf("%d %s", f.Line, f.Label))
	}
	return rows
}

func TestCICFlow(t *testing.T) {
	for name, c := range map[string]struct {
		opt  Options
		text string
		want []string
	}{
		"no label":            {Options{}, ten + "\n" + values + "\n", []string{"2 "}},
		"an empty label":      {Options{}, ten + ",label\n" + values + ",x\n" + values + ",\n", []string{"2 x", "3 "}},
		"all benign":          {Options{Benign: true, Label: "none"}, ten + ",label\n" + values + ",x\n", []string{"2 benign"}},
		"label before class":  {Options{}, "attack,class," + ten + ",label\na,b," + values + ",c\n", []string{"2 c"}},
		"class before attack": {Options{}, "attack,class," + ten + "\na,b," + values + "\n", []string{"2 b"}},
		"--label":             {Options{Label: "Kind"}, "kind ,label," + ten + "\na,b," + values + "\n", []string{"2 a"}},
		"--label, number":     {Options{Label: "1"}, "kind,label," + ten + "\na,b," + values + "\n", []string{"2 a"}},
		"--label, missing": {
			Options{Label: "x"},
			ten + "\n" + values + "\n",
			[]string{`! f:1:1: no such column: "x" is not among "Flow Duration", "Total Fwd Packets", "Total Backward Packets", "Flow IAT Mean", ` +
				`"Flow IAT Std", "Flow IAT Max", "Flow IAT Min", "Active Mean", "Active Std", "Active Max"`},
		},
		"semicolons":       {Options{}, strings.ReplaceAll(ten+";label\n"+values+";x\n", ",", ";"), []string{"2 x"}},
		"tabs, BOM, CRLF":  {Options{}, "\ufeff" + strings.ReplaceAll(ten+",label\r\n"+values+",x\r\n", ",", "\t"), []string{"2 x"}},
		"comments":         {Options{Line: 2}, "\n# flows\n" + ten + ",label\n\n" + values + ",x\n", []string{"7 x"}},
		"header again":     {Options{}, ten + ",label\n" + values + ",x\n" + strings.ToUpper(ten) + ",Label\n", []string{"2 x", "! f:3:1: header repeated"}},
		"blank rows":       {Options{}, ten + ",label\n" + values + ",x\n\n,,,,,,,,,,\n , \n", []string{"2 x", "! f:4:1: blank row", "! f:5:1: blank row: 2 fields instead of 11"}},
		"too many fields":  {Options{}, ten + "\n" + values + ",11,12\n", []string{"! f:2:22: wrong number of fields: 12 fields instead of 10"}},
		"too few fields":   {Options{}, ten + "\n1,2\n", []string{"! f:2:1: wrong number of fields: 2 fields instead of 10"}},
		"quotes":           {Options{}, ten + ",label\n" + `"1","[1408, 1408]"` + values[3:] + ",\"x\"\n\"1,\n" + values + ",y\n", []string{"2 x", "! f:3:1: bad quotes: no closing quote", "4 y"}},
		"long line":        {Options{}, ten + "\n" + values + strings.Repeat(" ", 1<<20) + "\n" + values + "\n", []string{"! f:2:1: line too long", "3 "}},
		"garbage":          {Options{}, ten + "\n1,2,3,4,5,6,7,8,9,1O\n", []string{`! f:2:19: bad number: "1O" in "Active Max"`}},
		"garbage in ports": {Options{}, "Source Port," + ten + "\nhttp," + values + "\n65536," + values + "\n", []string{`! f:2:1: bad number: "http" in "Source Port"`, `! f:3:1: bad number: "65536" in "Source Port"`}},
		"empty":            {Options{}, "", []string{"! f:1:1: no flow records: the text is empty"}},
		"other columns": {
			Options{},
			"domain,family,Flow Duration\na.com,b,1\n",
			[]string{`! f:1:1: no flow records: of CICFlowMeter's 76 features there are columns for 1, flow_duration, and 10 are needed; the columns are "domain", "family", "Flow Duration"`},
		},
		"no header": {
			Options{},
			"\n" + values + "," + values + "\n",
			[]string{`! f:2:1: no flow records: of CICFlowMeter's 76 features there are columns for 0, and 10 are needed; the columns are ` +
				`"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "1", "2", ...`},
		},
		"a header without end": {Options{}, `"a` + "\n", []string{"! f:1:1: the header: no closing quote"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read("cicflow", c.text, c.opt)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFlowJSON(t *testing.T) {
	x, y := object(`"label":"x",`), object(`"label":"y",`)
	for name, c := range map[string]struct {
		opt  Options
		text string
		want []string
	}{
		"lines":               {Options{Line: 1}, "\ufeff" + x + "\r\n\n" + y, []string{"2 x", "4 y"}},
		"commas after lines":  {Options{}, x + ",\n" + y + ",\n", []string{"1 x", "2 y"}},
		"one line":            {Options{}, x + y + " " + x, []string{"1 x", "1 y", "1 x"}},
		"array":               {Options{}, "[" + x + ",\n" + y + "]", []string{"1 x", "2 y"}},
		"arrays":              {Options{}, "[]\n[" + x + "][" + y + "]\n" + x, []string{"2 x", "2 y", "3 x"}},
		"result":              {Options{}, `{"offset":0,"result":` + x + `,"preview":false}`, []string{"1 x"}},
		"preview afterwards":  {Options{}, `{"result":` + x + `,"preview":true}`, []string{"! f:1:1: preliminary result"}},
		"results":             {Options{}, `{"results":[` + x + `,` + y + `],"preview":false,"fields":[{"name":"label"}]}`, []string{"1 x", "1 y"}},
		"preview of results":  {Options{}, `{"preview":true,"results":[` + x + `]}` + "\n" + `{"preview":false,"results":[` + y + `]}`, []string{"! f:1:28: preliminary result", "2 y"}},
		"no results":          {Options{}, `{"preview":false,"init_offset":0,"fields":[],"results":[]}`, nil},
		"the end of a search": {Options{}, `{"preview":false,"lastrow":true}`, nil},
		"a result as text":    {Options{}, object(`"result":"won","results":2,`), []string{"1 "}},
		"a failed search": {
			Options{},
			`{"messages":[{"type":"FATAL"}],"preview":false}`,
			[]string{`! f:1:1: no flow records: of CICFlowMeter's 76 features there are columns for 0, and 10 are needed; the columns are "messages"`},
		},
		"no flow":             {Options{}, x + "\n{}\n" + `{"Flow Duration":1}`, []string{"1 x", "! f:2:1: no flow record: 0 of the 76 features", "! f:3:1: no flow record: 1 of the 76 features"}},
		"first of duplicates": {Options{}, object(`"label":"a","label":"b",`), []string{"1 a"}},
		"--label":             {Options{Label: "kind"}, object(`"label":"a","kind":"b",`), []string{"1 b"}},
		"--label, missing":    {Options{Label: "kind"}, `{"a":1}`, []string{`! f:1:1: no flow records: of CICFlowMeter's 76 features there are columns for 0, and 10 are needed; the columns are "a"`}},
		"label null":          {Options{}, object(`"label":null,`), []string{"1 "}},
		"escapes":             {Options{}, object(`"l\u0061bel":"\u0041\/\t\"\ud83d\ude00\ud83d-",`), []string{"1 A/ \"\U0001f600--"}},
		"numbers as strings":  {Options{}, strings.ReplaceAll(object(`"label":"x",`), "10", `"10"`), []string{"1 x"}},
		"lists":               {Options{}, object(`"Idle Max":["7","8"],"Idle Min":[],"Idle Std":[1e3, 2],`), []string{"1 "}},
		"bare NaN":            {Options{}, object(`"Idle Max":NaN,"Idle Min":-Infinity,"Idle Std":Infinity,`), []string{"1 "}},
		"garbage":             {Options{}, x + "\n" + object(`"Idle Max":"a",`), []string{"1 x", `! f:2:13: bad number: "a" in "Idle Max"`}},
		"an object as value":  {Options{}, object(`"Idle Max":{"a":[1,null]},`), []string{`! f:1:13: bad number: "{\"a\":[1,null]}" in "Idle Max"`}},
		"a flag as value":     {Options{}, object(`"Idle Max":true,`), []string{`! f:1:13: bad number: "true" in "Idle Max"`}},
		"all null":            {Options{}, x + "\n" + `{"` + strings.ReplaceAll(ten, ",", `":null,"`) + `":null}`, []string{"1 x", "! f:2:1: blank row"}},
		"torn line":           {Options{}, x[:len(x)-1] + "\n" + y, []string{"! f:2:1: bad JSON: '{' where a comma or } should be", "2 y"}},
		"torn in a string":    {Options{}, x[:5] + "\n" + y + "\n" + x[:5], []string{"! f:1:6: bad JSON: '\\n' where the end of a string should be", "2 y", "! f:3:6: bad JSON: unexpected EOF"}},
		"no JSON":             {Options{}, "hello\n" + y + " x\n" + x, []string{"! f:1:1: bad JSON: 'h' where an object should be", "2 y", "! f:2:198: bad JSON: 'x' where an object should be", "3 x"}},
		"bad words":           {Options{}, `{"a":nul}` + "\n" + `{"a":1x}` + "\n" + `{"a":"\x"}` + "\n" + `{"a":"\u00g0"}` + "\n" + x, []string{`! f:1:9: bad JSON: "nul" where a value should be`, `! f:2:8: bad JSON: "1x" where a value should be`, "! f:3:8: bad JSON: bad escape in a string", "! f:4:13: bad JSON: bad escape in a string", "5 x"}},
		"too deep":            {Options{}, `{"a":` + strings.Repeat("[", 101) + "\n" + x, []string{"! f:1:106: bad JSON: lists within lists, too deep", "2 x"}},
		"too long":            {Options{}, `{"a":"` + strings.Repeat("a", 1<<20+1) + "\"}\n" + x, []string{"! f:1:1: line too long", "2 x"}},
		"too long, list":      {Options{}, `{"a":[` + strings.Repeat("1,", 1<<20+1) + "1]}\n" + x, []string{"! f:1:1: line too long", "2 x"}},
		"too many columns":    {Options{}, x + "\n" + object(`"`+strings.Repeat("a", 1025)+`":1,`), []string{"1 x", "! f:2:1: wrong number of fields: more than 4096 columns, or a name of more than 1024 bytes"}},
		"bad in an array":     {Options{}, "[\n" + x + ",\n{\"a\":,},\n" + y + "\n]\n", []string{"2 x", "! f:3:6: bad JSON: ',' where a value should be", "4 y"}},
		"bad last in array":   {Options{}, "[\n{\n\"a\":1\n\"b\":2\n}\n,\n{\"a\":,}\n]\n" + y, []string{"! f:4:1: bad JSON: '\"' where a comma or } should be", "! f:7:6: bad JSON: ',' where a value should be", "9 y"}},
		"bad in one line":     {Options{}, "[" + x + ",{\"a\":,}," + y + "]", []string{"1 x", "! f:1:204: bad JSON: ',' where a value should be", "! f:1:404: the text ends within an array"}},
		"array without end":   {Options{}, "[" + x + ",\n", []string{"1 x", "! f:2:1: the text ends within an array"}},
		"bad tail":            {Options{}, `{"results":[` + x + `] "a"` + "\n" + y, []string{"1 x", "! f:1:211: bad JSON: '\"' where a comma or } should be", "2 y"}},
		"nothing":             {Options{}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read("flow-json", c.text, c.opt)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// columnsOf is a table of ten features of two rows, with more columns before them.
func columnsOf(more string) string {
	var b strings.Builder
	for i, name := range strings.Split(ten, ",") {
		fmt.Fprintf(&b, `"%s":{"0":%d,"1":null},`, name, i+1)
	}
	return "{" + more + strings.TrimSuffix(b.String(), ",") + "}"
}

func TestFlowColumns(t *testing.T) {
	for name, c := range map[string]struct {
		opt  Options
		text string
		want []string
	}{
		"table":              {Options{Line: 3}, columnsOf(`"label":{"0":"x","1":"Benign"},`), []string{"4 x", "4 benign"}},
		"indented":           {Options{}, strings.ReplaceAll(columnsOf(`"label":{"0":"x","1":"y"},`), ",", ",\n"), []string{"1 x", "2 y"}},
		"blank row":          {Options{}, columnsOf(""), []string{"1 ", "! f:1:29: blank row"}},
		"rows in any order":  {Options{}, columnsOf(`"label":{"1":"y","0":"x"},`), []string{"1 y", "1 x"}},
		"rows of their own":  {Options{}, columnsOf(`"label":{"0":"x","b":"y"},`), []string{"1 x", "1 y", "! f:1:55: blank row"}},
		"first of two rows":  {Options{}, columnsOf(`"label":{"0":"x","1":"y","1":"z"},"label":{"0":"y"},`), []string{"1 x", "1 y"}},
		"garbage":            {Options{}, columnsOf(`"label":{"0":"x","1":"y"},"Idle Max":{"0":1,"1":"a"},`), []string{"1 x", `! f:1:50: bad number: "a" in "Idle Max"`}},
		"empty":              {Options{}, "{}", []string{"! f:1:1: no flow records: of CICFlowMeter's 76 features there are columns for 0, and 10 are needed; the columns are "}},
		"torn":               {Options{}, columnsOf("")[:50], []string{"! f:1:51: unexpected EOF"}},
		"more than a table":  {Options{}, columnsOf("") + " {}", []string{"! f:1:336: '{' where the end of the text should be"}},
		"records":            {Options{}, object(""), []string{`! f:1:18: no flow records: "Flow Duration" is no column, which would be an object`}},
		"too many columns":   {Options{}, `{"` + strings.Repeat("a", 1025) + `":{}}`, []string{"! f:1:1030: too large to be read as columns: more than 4096 columns, or a name of more than 1024 bytes"}},
		"rows that multiply": {Options{}, `{"a":{` + manyRows(100) + `},` + manyColumns(100) + `}`, []string{"! f:1:794: too large to be read as columns: the columns have different rows"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read("flow-columns", c.text, c.opt)); diff != "" {
				t.Error(diff)
			}
		})
	}
	r := newColumns(bufio.NewReader(strings.NewReader(columnsOf(""))), Options{File: "f"}, 100)
	for _, err := range r.all {
		if !errors.Is(err, ErrTooLarge) || err.Error() != "f:1:103: too large to be read as columns: more than 100 bytes" {
			t.Error(err)
		}
	}
}

func manyRows(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`"%d":0`, i)
	}
	return strings.Join(rows, ",")
}

// manyColumns have one row each, the last.
func manyColumns(n int) string {
	columns := make([]string, n)
	for i := range columns {
		columns[i] = fmt.Sprintf(`"c%d":{"%d":0}`, i, n-1)
	}
	return strings.Join(columns, ",")
}

func TestNumbers(t *testing.T) {
	inf := math.Inf(1)
	for text, want := range map[string]float64{
		"": math.NaN(), "nan": math.NaN(), "NaN": math.NaN(), "-nan": math.NaN(), "Infinity": inf, "inf": inf, "+Inf": inf, "-Infinity": -inf, "-inf": -inf,
		"0": 0, "-1": -1, "9999999": 9999999, "16777217": 16777216, "1e3": 1000, "3.0": 3, "+5": 5, "1e-60": 0, "-0.5": -.5,
		"[1408, 1408]": 1408, "[ 7 ]": 7, "[]": math.NaN(), `["8","9"]`: 8, "['8.5']": 8.5, "[nan,1]": math.NaN(), "1408\n1408": 1408,
	} {
		got, ok := number(text)
		if !ok || float64(got) != want && !(math.IsNaN(want) && got != got) {
			t.Errorf("%q: %v %v, not %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"x", "-", "+", "1,2", "0x10", "1_0", "0x1p-2", "1e39", "[1", "[[1]]", "[x]", "nano", "1 2", ".", "e", "--1", "true"} {
		if got, ok := number(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, want := range map[string]int{"": -1, "nan": -1, "-1": -1, "0": 0, "80": 80, "443.0": 443, "65535": 65535, "5.1885e4": 51885} {
		if got, ok := whole(text); !ok || got != want {
			t.Errorf("%q: %d %v, not %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"80.5", "-2", "65536", "1e9", "inf", "http"} {
		if got, ok := whole(text); ok {
			t.Errorf("%q: %d", text, got)
		}
	}
	for text, want := range map[string]int{"6": 6, "17.0": 17, "TCP": 6, "udp": 17, "": -1} {
		if got, ok := protocolNumber(text); !ok || got != want {
			t.Errorf("%q: %d %v, not %d", text, got, ok, want)
		}
	}
}

func TestLabels(t *testing.T) {
	known := make(labels)
	for text, want := range map[string]string{
		"BENIGN": "benign", "Benign": "benign", "normal": "benign", "Normal": "benign", "0": "benign", "0.0": "benign", "1": "1", "": "",
		"DoS Hulk": "DoS Hulk", "DDOS attack-HOIC": "DDOS attack-HOIC", `"Bot"`: "Bot",
		"Web Attack \x96 Brute Force": "Web Attack - Brute Force", "Web Attack – XSS": "Web Attack - XSS", "Web Attack \ufffd XSS": "Web Attack - XSS",
		"Web Attack ï¿½ XSS": "Web Attack - XSS", "Web Attack â€“ XSS": "Web Attack - XSS", "Web Attack \u0096 XSS": "Web Attack - XSS",
		"Brute Force -Web": "Brute Force -Web", "Caf\xe9": "Caf-", "Überlauf": "Überlauf",
	} {
		for range 2 {
			if got := known.of(text); got != want {
				t.Errorf("%q: %q, not %q", text, got, want)
			}
		}
	}
	for i := range 3 * maxLabels {
		if text := fmt.Sprint("attack", i); known.of(text) != text || len(known) > maxLabels {
			t.Fatal(text, len(known))
		}
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"3/7/2017 8:55": "2017-07-03T08:55:00Z", "03/07/2017 08:55:58": "2017-07-03T08:55:58Z", "3/7/2017 12:00": "2017-07-03T12:00:00Z",
		"3/7/2017 1:00": "2017-07-03T13:00:00Z", "3/7/2017 07:59:59": "2017-07-03T19:59:59Z", "3/7/2017 13:01": "2017-07-03T13:01:00Z",
		"3/7/2017 0:30": "2017-07-03T00:30:00Z", "14/02/2018 08:31:01": "2018-02-14T08:31:01Z", "28/02/2018 02:10:59.25": "2018-02-28T14:10:59.25Z",
		"03/07/2017 08:55:58 AM": "2017-07-03T08:55:58Z", "03/07/2017 01:55:58 PM": "2017-07-03T13:55:58Z", "3/7/2017 1:55 am": "2017-07-03T01:55:00Z",
		"3/7/2017 12:00 AM": "2017-07-03T00:00:00Z", "3/7/2017 12:00pm": "2017-07-03T12:00:00Z",
		"2017-07-03 01:55:58": "2017-07-03T01:55:58Z", "2017-07-03T08:55:58.123456": "2017-07-03T08:55:58.123456Z", "2017-07-03": "2017-07-03T00:00:00Z",
		"2017-07-07T16:11:00.000+02:00": "2017-07-07T14:11:00Z", "2017-07-07 16:11:00 -03:00": "2017-07-07T19:11:00Z", "2017-07-07T16:11:00Z": "2017-07-07T16:11:00Z",
		"2017-07-07T16:11:00+0200": "2017-07-07T14:11:00Z", "2017-07-07 16:11": "2017-07-07T16:11:00Z",
		"1499443860": "2017-07-07T16:11:00Z", "1499443860.5": "2017-07-07T16:11:00.5Z", "1499443860123": "2017-07-07T16:11:00.123Z",
		"1499443860123456": "2017-07-07T16:11:00.123456Z", "1499443860123456789": "2017-07-07T16:11:00.123456789Z",
	} {
		var c clock
		for range 2 {
			if got := c.read(text); got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
				t.Errorf("%q: %v, not %s", text, got, want)
			}
		}
	}
	for _, text := range []string{"", "181", "7/13/2017 8:55", "3/7/2017", "32/1/2017 10:00", "2017-02-29 10:00", "2017-01-0T", "soon, or later", "3/7/2017 13:55 PM", "-1499443860", "12345678901", "1499443860.x"} {
		if got := timeOf(text); !got.IsZero() {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Names are found in any dialect's spelling, and no two roles share one.
func TestNames(t *testing.T) {
	for _, feature := range datasets.FlowFeatures() {
		for _, name := range append([]string{feature}, synonyms[feature]...) {
			for _, spelling := range []string{name, " " + strings.ToUpper(strings.ReplaceAll(name, "_", " ")), strings.ReplaceAll(name, "_per_", "/"), strings.ReplaceAll(name, "_per_", "_") + ".2"} {
				if m, ok := meanings[plain(spelling)]; !ok || datasets.FlowFeatures()[m.role] != feature {
					t.Errorf("%q is not %s", spelling, feature)
				}
			}
		}
	}
	names := datasets.NumFlowFeatures
	for feature, more := range synonyms {
		if _, ok := meanings[plain(feature)]; !ok {
			t.Errorf("%s is no feature", feature)
		}
		names += len(more)
	}
	for _, more := range others {
		names += len(more)
	}
	if len(meanings) != names {
		t.Errorf("%d meanings of %d names", len(meanings), names)
	}
}

// Equal records have equal sums, in whatever order and format; others have others.
func TestSums(t *testing.T) {
	sums := func(format, text string) (all []uint64) {
		f, _ := Lookup(format)
		for flow, err := range f.Read(bufio.NewReader(strings.NewReader(text)), Options{}) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, flow.Sum)
		}
		return all
	}
	csv := sums("cicflow", ten+",label,x\n"+values+",a,\n"+values+",a, \n"+values+",b,\n"+values+",a,b\n"+values+",,a\n")
	if csv[0] != csv[1] {
		t.Error("spaces count")
	}
	for i, sum := range csv[1:] {
		for _, other := range csv[i+2:] {
			if sum == other {
				t.Error("equal sums")
			}
		}
	}
	json := sums("flow-json", object(`"label":"a",`)+"\n"+object(`"x":null,"label":"a",`)+"\n"+strings.TrimSuffix(object(""), "}")+`,"label":"a"}`)
	for _, sum := range json {
		if sum != csv[0] {
			t.Error("the order or the format counts")
		}
	}
	if want := uint64(0); csv[0] == want {
		t.Error("no sum")
	}
}

func TestFields(t *testing.T) {
	format, _ := Lookup("flow-json")
	text := object(`"x":" a ",`) + "\n" + object(`"y":"b",`)
	want := [][]string{
		append([]string{"a"}, strings.Split(values, ",")...),
		append(append([]string{""}, strings.Split(values, ",")...), "b"),
	}
	for f, err := range format.Read(bufio.NewReader(strings.NewReader(text)), Options{File: "x.json"}) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[f.Line-1], f.Fields); diff != "" || f.File != "x.json" {
			t.Error(diff)
		}
	}
	if _, ok := Lookup("netflow9"); ok {
		t.Error("an unknown format found")
	}
	for _, text := range []string{"", "domain,label\na.com,x\n", "{}", `{"a":{"0":1}}`, `{"name":"a.com","label":"x"}`, "[1,2]", "a.com\n"} {
		if f, ok := Recognize([]byte(text), Options{}); ok {
			t.Errorf("%q is %s", text, f.Name)
		}
	}
}

func TestBrokenReader(t *testing.T) {
	broken := errors.New("broken")
	for file, c := range fixtures {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		format, _ := Lookup(c.format)
		for _, end := range []int{0, 1, 5, len(text) / 2, len(text) - 1, len(text)} {
			r := io.MultiReader(strings.NewReader(string(text[:end])), brokenReader{broken})
			var last error
			rows := 0
			for _, err := range format.Read(bufio.NewReader(r), Options{}) {
				if last != nil {
					t.Errorf("%s: a row after %v", file, last)
				}
				if _, ok := datasets.BadRow(err); !ok && err != nil {
					last = err
				}
				rows++
			}
			if !errors.Is(last, broken) || rows > len(c.rows)+1 {
				t.Errorf("%s after %d bytes: %v, %d rows", file, end, last, rows)
			}
		}
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// An iteration that is left stops.
func TestLeaving(t *testing.T) {
	for file, c := range fixtures {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		format, _ := Lookup(c.format)
		for stop := range c.rows {
			n := 0
			for _, err := range format.Read(bufio.NewReader(strings.NewReader(string(text))), Options{}) {
				if _, bad := datasets.BadRow(err); err != nil && !bad {
					t.Error(err)
				}
				if n++; n > stop {
					break
				}
			}
			if n != stop+1 {
				t.Errorf("%s: %d rows, not %d", file, n, stop+1)
			}
		}
	}
}

// A record is there as soon as its line is.
func TestStreaming(t *testing.T) {
	for first, format := range map[string]string{ten + "\n" + values + "\n": "cicflow", object("") + "\n": "flow-json"} {
		in, out := io.Pipe()
		go func() { _, _ = out.Write([]byte(first)) }()
		row := first[strings.Index(first[:len(first)-1], "\n")+1:]
		n := 0
		f, _ := Lookup(format)
		for _, err := range f.Read(bufio.NewReader(in), Options{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 3 {
				_ = out.Close()
				continue
			}
			go func() { _, _ = out.Write([]byte(row)) }()
		}
		if n != 3 {
			t.Errorf("%d rows", n)
		}
	}
}
