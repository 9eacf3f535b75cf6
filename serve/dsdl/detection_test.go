package dsdl

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
)

// detection is the search's apply: fit has only staged, so mode is stage.
var detection = search{
	params: map[string]string{"mode": "stage", "algo": Notebook}, target: []string{"is_exfiltration"},
	features: []string{"src", "query", "rank"}, model: Notebook,
}

// event is a row of the search before apply.
type event struct {
	src, query string
	time       int
	rank       int
}

func (e event) row() []string {
	return []string{e.src, e.query, strconv.Itoa(e.rank), strconv.Itoa(e.time)}
}

// The detection's page: rank < 10, apply, join by position, rank 1 and a score above .5, five columns.
func TestDetectionPage(t *testing.T) {
	served := filepath.Join(t.TempDir(), Notebook+".safetensors")
	save(t, served, weighing(t, map[string]float32{"len": 0.1, "size_avg": 0.2, "count_0": -9}))
	c := newContainer(t, t.TempDir(), nil)
	if err := c.engine.Load(served); err != nil {
		t.Fatal(err)
	}
	m, err := loadExfil(served)
	if err != nil {
		t.Fatal(err)
	}
	events := []event{
		{"10.0.0.2", "00000000.t.example.org", 1700000009, 1},
		{"10.0.0.1", "aGVsbG8gd29ybGQ.t.example.org", 1700000008, 1},
		{"10.0.0.1", "aGVsbG8gd29ybGQ.t.example.org", 1700000008, 1}, // the same again
		{"10.0.0.1", "aGVsbG8gd29ybGQ.t.example.org", 1700000007, 2},
		{"10.0.0.1", "null", 1700000006, 1},
		{"10.0.0.1", "say \"a,b\"", 1700000005, 1},
		{"10.0.0.1", "", 1700000004, 1}, // no query
	}
	rows := "src,query,rank,_time\n"
	var qs []datasets.Query
	for _, e := range events {
		cells := e.row()
		for i, cell := range cells {
			cells[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		rows += strings.Join(cells, ",") + "\n"
		qs = append(qs, datasets.Query{Client: e.src, Name: e.query, Rank: e.rank, Time: time.Unix(int64(e.time), 0)})
	}
	got := c.results("/apply", detection, rows)
	if diff := cmp.Diff([]string{"src", "query", "rank", "pred_is_dns_data_exfiltration_proba", "pred_is_dns_data_exfiltration"}, got[0]); diff != "" {
		t.Fatal(diff)
	}
	if got = got[1:]; len(got) != len(events) {
		t.Fatalf("%d rows of %d", len(got), len(events))
	}
	var page [][]string
	for i, p := range m.Apply(qs[:len(qs)-1], 1) {
		want := append(slices.Clone(events[i].row()[:3]), "", "")
		if p.Scored {
			want[3], want[4] = number(p.Probability), fmt.Sprintf("%d.0", map[bool]int{true: 1}[p.Exfiltration])
		}
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("row %d: %s", i, diff)
		}
		joined := append(events[i].row(), got[i][3:]...) // Splunk keeps the event's own fields
		if score, err := strconv.ParseFloat(joined[4], 64); err == nil && score > 0.5 && joined[2] == "1" {
			page = append(page, []string{joined[0], joined[3], joined[1], joined[4], joined[5]})
		}
	}
	if diff := cmp.Diff([]string{"10.0.0.1", "", "1", "", ""}, got[len(got)-1]); diff != "" {
		t.Errorf("the row without a query: %s", diff)
	}
	if len(page) != 4 || page[0][0] != "10.0.0.1" || page[0][1] != "1700000008" || page[0][4] != "1.0" {
		t.Errorf("the page: %v", page)
	}

	// Without gaps the predictions are integers; without rows of rank 1 all is blank.
	got = c.results("/apply", detection, "src,query,rank\n10.0.0.1,00.example.org,1\n10.0.0.1,abcdef.example.org,1.0\n")
	if got[1][4] != "0" || got[2][4] != "1" {
		t.Errorf("no gaps: %v", got)
	}
	got = c.results("/apply", detection, "src,query,rank\n10.0.0.1,a.example.org,2\n")
	if got[1][3]+got[1][4] != "" {
		t.Errorf("no row of rank 1: %v", got)
	}
	// Any name of a model means the one that there is.
	other := detection
	other.model = "mine"
	c.results("/apply", other, "src,query,rank\n10.0.0.1,a.example.org,1\n")
}

func loadExfil(path string) (*exfilmlp.Model, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	return exfilmlp.Load(f)
}

// Splunk's order is the newest first; windows look back. exfil_mlp judges every row, as the queries of a stream are judged.
func TestQueriesOldestFirst(t *testing.T) {
	c := newContainer(t, t.TempDir(), nil)
	c.trainer.model = func(string, Job) models.Model {
		m, err := exfilmlp.New(models.Options{Units: 8, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	const rows = "is_exfiltration,src,query,_time\n" +
		"1,a,third.example.org,2024-01-01T00:00:03Z\n" +
		"1,a,second-of-two.example.org,2024-01-01T00:00:02Z\n" +
		"0,a,second.example.org,2024-01-01T00:00:02Z\n" +
		"0,a,bad.example.org,yesterday\n" +
		"1,a,first.example.org,2024-01-01T00:00:01Z\n"
	s := search{params: map[string]string{"algo": "exfil-mlp"}, target: []string{"is_exfiltration"}, features: []string{"src", "query", "_time"}, model: "m"}
	got := c.results("/fit", s, rows)
	const want = `"is_exfiltration","src","query","_time"` + "\n" +
		`"1","a","first.example.org","2024-01-01T00:00:01Z"` + "\n" +
		`"0","a","second.example.org","2024-01-01T00:00:02Z"` + "\n" +
		`"1","a","second-of-two.example.org","2024-01-01T00:00:02Z"` + "\n" +
		`"1","a","third.example.org","2024-01-01T00:00:03Z"` + "\n" +
		`"0","a","bad.example.org","yesterday"` + "\n"
	if diff := cmp.Diff(want, c.trainer.rows[0]); diff != "" {
		t.Error(diff)
	}
	m, err := c.engine.Model("exfil-mlp_m", "")
	if err != nil {
		t.Fatal(err)
	}
	var qs []datasets.Query
	for i, name := range []string{"first", "second", "second-of-two", "third"} {
		qs = append(qs, datasets.Query{Client: "a", Name: name + ".example.org", Time: time.Date(2024, 1, 1, 0, 0, min(i+1, 3), 0, time.UTC)})
	}
	answers, err := m.JudgeQueries(t.Context(), qs)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range []int{5, 3, 2, 1} {
		if want := number(answers[i].Probability); got[row][4] != want {
			t.Errorf("row %d: %v, want %s", row, got[row], want)
		}
	}
	if got[4][4] != "" {
		t.Errorf("the row without a time: %v", got[4])
	}
	if got[0][4] != "pred_exfiltration_proba" {
		t.Errorf("the header: %v", got[0])
	}
}
