package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threatnet/serve/httpx"
)

// FuzzPost sends forms with any text and file: the answer is a page, and nothing of what was sent is an element of it.
func FuzzPost(f *testing.F) {
	h := newPage(f, Options{MaxUpload: 1 << 16, MaxRows: 50}, httpx.Options{})
	for _, model := range []string{"letters", "families", "queries", "flows"} {
		f.Add(model, "czqc\na.b\n<x-x>\xff", "x.csv", []byte("domain,family\nzq.com,<x-x>\n"))
	}
	f.Add("flows", "Flow Duration,Label\n1,BENIGN\n", "", []byte(""))
	f.Add("queries", "", "<x-x>\xff", []byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, model, names, file string, content []byte) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, uploaded(t, file, content, "model", model, "names", names))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("status %d", w.Code)
		}
		root, err := html.Parse(strings.NewReader(w.Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && n.Data == "x-x" {
				t.Fatal("what was sent has become an element")
			}
		}
	})
}

// FuzzForm reads any body as a form.
func FuzzForm(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n--b--")
	f.Add("application/x-www-form-urlencoded", "names=a%0Ab&order=suspicion&model=x")
	f.Fuzz(func(t *testing.T, media, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		_, err := readForm(r)
		if p := httpx.AsProblem(err); err != nil && p.Status >= 500 {
			t.Fatalf("%v", err)
		}
	})
}
