package page

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

func TestShow(t *testing.T) {
	h := newPage(t, Options{Version: "1.2.3"}, httpx.Options{})
	d := parse(t, get(h, "/"), http.StatusOK)
	if d.id("verdicts") != nil || d.id("form") == nil {
		t.Error("there are verdicts, or is no form")
	}
	has(t, text(d.id("model")), "letters – dga-bigram, takes names", "flows – flow-lstm, takes flows")
	has(t, text(d.id("models")),
		"logistic regression on the character bigrams", "input 6 → dense 1 → sigmoid", "benign, dga", "0.6250", "tpr at threshold0.75 (0.5 to 0.875)–",
		"feed<i>.csv", "12,345", "benign 12,000, kraken 345", strings.Repeat("ab", 32), `"note": "</pre><script>"`, "Loss over 2 epochs, up to 2: training ends at 0.5, validation at 1.")
	has(t, text(d.Node), "threatnet 1.2.3.")
	for _, f := range []struct{ path, media string }{
		{"/page/style.css", "text/css; charset=utf-8"}, {"/page/page.js", "text/javascript; charset=utf-8"}, {"/page/icon.svg", "image/svg+xml"},
	} {
		w := get(h, f.path+"?v="+edition)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != f.media || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Error(f.path, w.Code, w.Header())
		}
		if w = get(h, f.path); w.Header().Get("Cache-Control") != "" {
			t.Error(f.path, "is kept without its edition")
		}
	}
	if w := get(h, "/other"); w.Code != http.StatusNotFound {
		t.Error("/other is", w.Code)
	}
}

// What the page refers to is there, and the page's own files refer to nothing elsewhere.
func TestOwnFiles(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	d := parse(t, get(h, "/"), http.StatusOK)
	seen := 0
	for _, n := range append(d.all("link"), d.all("script")...) {
		if w := get(h, "/"+attr(n, "href")+attr(n, "src")); w.Code != http.StatusOK {
			t.Errorf("%v: %d", n.Attr, w.Code)
		}
		seen++
	}
	if seen != len(files) {
		t.Errorf("%d files are referred to, there are %d", seen, len(files))
	}
	elsewhere := regexp.MustCompile(`url\(|@import|https?://`)
	for _, name := range files {
		text := bytes.ReplaceAll(content(name), []byte(`xmlns="http://www.w3.org/2000/svg"`), nil)
		if found := elsewhere.Find(text); found != nil {
			t.Errorf("%s has %q", name, found)
		}
	}
}

func TestNames(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	d := parse(t, post(h, "model", "letters", "names", "czqc\r\n\r\n ZQ \nab\nbücher\nab\n"), http.StatusOK)
	has(t, text(d.id("verdicts")), "4 different names", "2 malicious", "2 benign", "Model letters, version 1: malicious from a probability of 0.6250 on")
	want := [][]string{
		{"1", "czqc; weigh most, in log odds: z at 2 +2.00, q at 3 +2.00czqc", "1", "malicious", "0.8808"},
		{"2", "zq; weigh most, in log odds: z at 1 +2.00, q at 2 +2.00zqgiven as ZQ", "1", "malicious", "0.8808"},
		{"3", "ab; weigh most, in log odds: a at 1 -2.00, b at 2 -2.00ab", "2", "benign", "0.1192"},
		{"4", "xn--bcher-kva; no single character weighs muchxn--bcher-kvagiven as bücher", "1", "benign", "0.5000"},
	}
	if got := d.rows(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q", got)
	}
	if got := text(d.id("names")); got != "czqc ZQ ab bücher ab" {
		t.Errorf("the text has become %q", got)
	}
	shaded := map[string]string{}
	for _, n := range d.all("span") {
		if c := attr(n, "class"); strings.HasPrefix(c, "up") || strings.HasPrefix(c, "down") {
			shaded[c] += text(n)
		}
	}
	if shaded["up4"] != "zqzqd" || shaded["down4"] != "aba" { // with those of the legend
		t.Error(shaded)
	}
}

func TestFamilies(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	d := parse(t, post(h, "model", "families", "names", "ab\nzq\nczq\nc--c", "order", "suspicion"), http.StatusOK)
	rows := d.rows()
	if len(rows) != 4 || !strings.HasPrefix(rows[3][1], "ab;") {
		t.Fatalf("%q", rows)
	}
	has(t, rows[0][4], "kraken", "0.98")
	has(t, text(d.id("verdicts")), "Families of what is malicious", "kraken2", "<b>bold</b>1")
	wide := ""
	for _, n := range d.all("rect") {
		wide += attr(n, "width") + " "
	}
	has(t, wide, "100.00% 50.00%", "98.67%")
}

// Whatever stands in a name, it is shown as text.
func TestEscaping(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	names := []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "a\x00b\xff\xfe\u202etxt", "{{.Version}}", "</textarea><b>", strings.Repeat("x", 1000)}
	d := parse(t, post(h, "model", "letters", "names", strings.Join(names, "\n")), http.StatusOK)
	rows := d.rows()
	if len(rows) != len(names) {
		t.Fatalf("%q", rows)
	}
	for i, want := range []string{names[0], names[1], `a\000b\255\254\226\128\174txt`, names[3], names[4], strings.Repeat("x", 300) + "…"} {
		if rows[i][1] != want || !strings.HasPrefix(rows[i][2], "not judged: ") {
			t.Errorf("%q, want %q", rows[i], want)
		}
	}
	has(t, text(d.id("names")), names[0], names[4])
	if len(d.all("img")) > 0 || len(d.all("script")) != 1 {
		t.Error("a name has become an element")
	}
	d = parse(t, send(t, h, "<b>\xff.csv", []byte("\x00\x01\x02\x03"), "model", "letters"), http.StatusBadRequest)
	has(t, text(d.id("verdicts")), `<b>\255.csv: binary data of no known format`)
	d = parse(t, post(h, "model", "<script>\xff"), http.StatusNotFound)
	has(t, text(d.id("verdicts")), "unknown model")
}

func fixture(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "datasets", path))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func zipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUpload(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	for _, c := range []struct {
		file, model string
		rows        int
		sum, first  string
	}{
		{"dnslog/testdata/queries.pcap", "queries", 4, "Read as pcap.", ""},
		{"dnslog/testdata/zeek.log", "queries", 7, "Read as zeek.", ""},
		{"dnslog/testdata/splunk.csv", "queries", 6, "Read as splunk.", "2023-01-02 03:04:05 | 198.51.100.7 | WWW.Example.com"},
		{"dnslog/testdata/zeek.log", "letters", 5, "Read as zeek.", ""},
		{"feed/testdata/labelled.tsv", "families", 4, "Read as csv.", ""},
		{"netflow/testdata/notebook.csv", "flows", 4, "Read as cicflow.", ""},
	} {
		t.Run(c.file+"/"+c.model, func(t *testing.T) {
			content := fixture(t, c.file)
			d := parse(t, send(t, h, "x", content, "model", c.model), http.StatusOK)
			has(t, text(d.id("verdicts")), c.sum)
			rows := d.rows()
			if len(rows) != c.rows {
				t.Fatalf("%d rows: %q", len(rows), rows)
			}
			has(t, strings.Join(rows[0], " | "), c.first)
			packed := parse(t, send(t, h, "x.gz", zipped(t, content), "model", c.model), http.StatusOK)
			if fmt.Sprint(packed.rows()) != fmt.Sprint(rows) {
				t.Error("compressed, there are other rows")
			}
		})
	}
}

func TestUploadProblems(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	for _, c := range []struct {
		content, model, want string
	}{
		{"", "letters", "x: empty"},
		{string(fixture(t, "netflow/testdata/notebook.csv")), "queries", "x: the file holds flows"},
		{string(fixture(t, "dnslog/testdata/zeek.log")), "flows", "x: the file holds queries (zeek), this model takes flows"},
		{"PK\x03\x04", "letters", "x: archives are not taken"},
		{"\x1f\x8b\x08\x00", "letters", "x: damaged"},
		{"\x01\x02\x03\x04", "flows", "x: binary data"},
	} {
		d := parse(t, send(t, h, "x", []byte(c.content), "model", c.model), http.StatusBadRequest)
		has(t, text(d.id("verdicts")), c.want)
	}
	for _, c := range []struct{ model, content string }{
		{"letters", "domain,family\n?.com,kraken\n"}, {"queries", "_time,src,query\n1672628646,a,\"x\n"}, {"flows", "Flow Duration,Label\n1\n"},
	} {
		w := send(t, h, "x.csv", []byte(c.content), "model", c.model)
		if d := parse(t, w, w.Code); w.Code != http.StatusOK && w.Code != http.StatusBadRequest || len(d.rows()) > 0 {
			t.Errorf("%s of bad rows alone: %d, %q", c.model, w.Code, d.rows())
		}
	}
	d := parse(t, post(h, "model", "letters", "names", " \n"), http.StatusBadRequest)
	has(t, text(d.id("verdicts")), "there is nothing to judge: want names, one a line, or a file")
	d = parse(t, send(t, h, "x.csv", []byte("domain,family\nzq.com,kraken\n?.com,kraken\nab.com,benign\n"), "model", "letters", "names", "c"), http.StatusOK)
	has(t, text(d.id("verdicts")), "3 names", "1 row could not be read", "x.csv, line 3, column 1: bad character", "In the file")
}

func TestLimits(t *testing.T) {
	h := newPage(t, Options{MaxUpload: 4096, MaxRows: 20, MaxListed: 5}, httpx.Options{})
	d := parse(t, send(t, h, "x", bytes.Repeat([]byte("x\n"), 4096), "model", "letters"), http.StatusRequestEntityTooLarge)
	has(t, text(d.id("verdicts")), "this is more than the server takes at once: 4 KiB")
	if w := post(h, "names", strings.Repeat("x\n", 4096)); w.Code != http.StatusRequestEntityTooLarge {
		t.Error(w.Code)
	}
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	names[7], names[11] = "zq", "a b"
	for _, answer := range []*httptest.ResponseRecorder{post(h, "names", strings.Join(names, "\n")), send(t, h, "x", []byte(strings.Join(names, "\n")))} {
		d = parse(t, answer, http.StatusOK)
		has(t, text(d.id("verdicts")), "There is more than may be judged at once: these are the first 20", "5 of them are listed", "15 more were judged")
		rows := d.rows()
		if len(rows) != 5 || rows[0][0] != "1" || rows[4][0] != "8" || !strings.HasPrefix(rows[4][1], "zq") {
			t.Errorf("%q", rows)
		}
	}
	low := newPage(t, Options{}, httpx.Options{MaxBody: 100, MaxRows: 2})
	for h, want := range map[http.Handler][3]string{
		h:   {"4096", "Up to 4 KiB; 20 records are judged", "less than the listener's"},
		low: {"100", "Up to 100 bytes; 2 records are judged", "the listener's"},
		newPage(t, Options{}, httpx.Options{MaxBody: 64 << 20, MaxRows: 100_000}): {"33554432", "Up to 32 MiB; 20,000 records are judged", "the page's own"},
		newPage(t, Options{}, httpx.Options{}):                                    {"33554432", "Up to 32 MiB; 20,000 records are judged", "the page's own alone"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if !strings.Contains(w.Body.String(), `data-max="`+want[0]+`"`) || !strings.Contains(w.Body.String(), want[1]) {
			t.Errorf("%s: no %q, %q", want[2], want[0], want[1])
		}
	}
	parse(t, send(t, low, "x", []byte("x"), "model", "letters"), http.StatusRequestEntityTooLarge)
	d = parse(t, post(low, "names", "a\nb\nc"), http.StatusOK)
	has(t, text(d.id("verdicts")), "these are the first 2")
}

func TestBadForms(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	for _, c := range []struct {
		media, body string
		status      int
	}{
		{"application/json", "{}", http.StatusUnsupportedMediaType},
		{"", "names=x", http.StatusUnsupportedMediaType},
		{"multipart/form-data", "x", http.StatusBadRequest},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"names\"\r\n\r\nx", http.StatusBadRequest},
		{"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n", 200) + "--b--", http.StatusBadRequest},
		{"application/x-www-form-urlencoded", "names=%zz", http.StatusBadRequest},
		{"application/x-www-form-urlencoded", "", http.StatusBadRequest},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.media)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		parse(t, w, c.status)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("names=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	has(t, text(parse(t, w, http.StatusForbidden).id("verdicts")), "another site")
}

func TestNoModels(t *testing.T) {
	mux := http.NewServeMux()
	Register(mux, engine.New(engine.Options{}), Options{})
	d := parse(t, get(mux, "/"), http.StatusOK)
	has(t, text(d.Node), "No model is loaded")
	parse(t, post(mux, "names", "x"), http.StatusNotFound)
}

// Queries keep their bytes, and their names are shown as DNS tools write them.
func TestQueryNames(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	d := parse(t, post(h, "model", "queries", "names", "WWW.Example.com.\na b<i>.example.com"), http.StatusOK)
	rows := d.rows()
	if len(rows) != 2 || rows[0][2] != "WWW.Example.com" || rows[1][2] != `a\032b<i>.example.com` {
		t.Errorf("%q", rows)
	}
}

// Rows of flows may be pasted.
func TestPastedFlows(t *testing.T) {
	h := newPage(t, Options{}, httpx.Options{})
	d := parse(t, post(h, "model", "flows", "names", string(fixture(t, "netflow/testdata/notebook.csv"))), http.StatusOK)
	if got := len(d.rows()); got != 4 {
		t.Errorf("%d rows", got)
	}
	parse(t, post(h, "model", "flows", "names", "example.com"), http.StatusBadRequest)
}
