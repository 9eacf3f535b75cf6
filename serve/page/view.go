package page

import (
	"context"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/serve/engine"
)

// view is what the template shows.
type view struct {
	Version   string
	Edition   string
	MaxUpload int64
	MaxRows   int
	Models    []modelView

	Model   string // that is chosen
	Text    string
	Order   string
	Problem string
	Result  *result
}

func (s *server) newView(ctx context.Context, f form) *view {
	v := &view{
		Version: s.opt.Version, Edition: edition, MaxUpload: s.maxUpload(ctx), MaxRows: s.maxRows(ctx),
		Model: f.model, Text: strings.ToValidUTF8(f.text, "\ufffd"), Order: f.order,
	}
	for _, m := range s.engine.Models() {
		v.Models = append(v.Models, newModelView(m))
	}
	return v
}

// functions are what the template has besides the fields.
var functions = template.FuncMap{
	"count": count, "endpoint": endpoint, "escape": datasets.EscapeName, "fixed": fixed, "heaviest": heaviest, "malicious": malicious,
	"percent": percent, "plural": plural, "printable": printable, "size": size, "when": when,
}

// printable is text that may hold any bytes, for people: what does not print is \DDD for each byte, as in names of DNS, and
// what is long is cut.
func printable(s string) string {
	const longest = 300
	cut := false
	if len(s) > longest {
		s, cut = s[:longest], true
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && n == 1) || !unicode.IsPrint(r) {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\%03d`, c)
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	if cut {
		b.WriteString("…")
	}
	return b.String()
}

// percent is the width of a bar.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + "%" }

func fixed(p float64) string { return strconv.FormatFloat(p, 'f', 4, 64) }

// count is a number with its thousands apart.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is the name of so many things, given that of many.
func plural(n int, things string) string {
	switch {
	case n != 1:
		return things
	case strings.HasSuffix(things, "ies"):
		return strings.TrimSuffix(things, "ies") + "y"
	}
	return strings.TrimSuffix(things, "s")
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', -1, 64) + " MiB"
	case bytes >= 1<<10:
		return strconv.FormatFloat(float64(bytes)/(1<<10), 'f', -1, 64) + " KiB"
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// endpoint is one end of a flow; a port that is not known is left out.
func endpoint(address string, port int) string {
	switch {
	case port < 0:
		return printable(address)
	case strings.Contains(address, ":"):
		return fmt.Sprintf("[%s]:%d", printable(address), port)
	}
	return fmt.Sprintf("%s:%d", printable(address), port)
}

// malicious tells the verdict of an answer.
func malicious(a engine.Answer) bool { return a.Verdict.Verdict == models.Malicious }
