package page

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// document is a page as a browser takes it apart.
type document struct{ *html.Node }

// parse reads an answer with a page, and looks at what every page must keep to.
func parse(t *testing.T, w *httptest.ResponseRecorder, status int) document {
	t.Helper()
	if w.Code != status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("status %d, want %d; %s\n%.300s", w.Code, status, w.Header().Get("Content-Type"), w.Body)
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy %q is without %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error(w.Header())
	}
	root, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	d := document{root}
	for n := range d.Descendants() {
		for _, a := range n.Attr {
			address := a.Key == "src" || a.Key == "href" || a.Key == "action" || a.Key == "srcset" || a.Key == "data"
			if address && (strings.Contains(a.Val, "//") || strings.HasPrefix(a.Val, "/") || strings.Contains(a.Val, ":")) {
				t.Errorf("<%s %s=%q> leads away", n.Data, a.Key, a.Val)
			}
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=%q> is against the policy", n.Data, a.Key, a.Val)
			}
		}
		if (n.Data == "script" || n.Data == "style") && n.Type == html.ElementNode && n.FirstChild != nil {
			t.Errorf("<%s> is in the page: %q", n.Data, n.FirstChild.Data)
		}
	}
	labels := d.labels()
	for _, tag := range []string{"textarea", "input", "select"} {
		for _, n := range d.all(tag) {
			if !labels[attr(n, "id")] {
				t.Errorf("<%s id=%s> has no label", tag, attr(n, "id"))
			}
		}
	}
	return d
}

func (d document) all(tag string) (found []*html.Node) {
	for n := range d.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func (d document) labels() map[string]bool {
	all := map[string]bool{}
	for _, n := range d.all("label") {
		all[attr(n, "for")] = true
	}
	return all
}

// id finds an element; nil if it is not there.
func (d document) id(id string) *html.Node {
	for n := range d.Descendants() {
		if attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// rows gives the cells of the table of verdicts as text.
func (d document) rows() (rows [][]string) {
	table := d.id("rows")
	if table == nil {
		return nil
	}
	for n := range table.Descendants() {
		if n.Data != "tr" || n.Parent.Data != "tbody" {
			continue
		}
		var cells []string
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode {
				cells = append(cells, text(c))
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text is the text of an element with single spaces; nil has none.
func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// has looks for parts of a text.
func has(t *testing.T, in string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(in, p) {
			t.Errorf("%q is not in %q", p, in)
		}
	}
}
