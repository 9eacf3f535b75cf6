package dnslog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"threatnet/datasets"
)

// queryHeader is the header of a query with so many questions.
func queryHeader(questions byte) string {
	return "\x00\x01\x01\x00\x00" + string(questions) + "\x00\x00\x00\x00\x00\x00"
}

func TestQuestions(t *testing.T) {
	long := strings.Repeat("\x3f"+strings.Repeat("a", 63), 3) // 192 bytes
	longName := strings.Repeat("a", 63)
	longName = strings.Join([]string{longName, longName, longName}, ".")
	const a = "\x00\x01\x00\x01"
	for name, c := range map[string]struct {
		message string
		want    []string
	}{
		"name":                 {queryHeader(1) + "\x03wWw\x07Example\x03com\x00\x00\x10\x00\x01", []string{"wWw.Example.com TXT"}},
		"root":                 {queryHeader(1) + "\x00\x00\x02\x00\x01", []string{" NS"}},
		"bytes":                {queryHeader(1) + "\x05\x00.\\\xff \x00\xff\x00\x00\x01", []string{`\000.\\\255\032 TYPE65280`}},
		"type 0":               {queryHeader(1) + "\x00\x00\x00\x00\x01", []string{" TYPE0"}},
		"type 65535":           {queryHeader(1) + "\x00\xff\xff\x00\x01", []string{" TYPE65535"}},
		"HTTPS":                {queryHeader(1) + "\x00\x00\x41\x00\x01", []string{" HTTPS"}},
		"no questions":         {queryHeader(0), nil},
		"two questions":        {queryHeader(2) + "\x01a\x00" + a + "\x01b\xc0\x0c" + a, []string{"a A", "b.a A"}},
		"pointers to pointers": {queryHeader(3) + "\x01a\x00" + a + "\x01b\xc0\x0c" + a + "\x01c\xc0\x13" + a, []string{"a A", "b.a A", "c.b.a A"}},
		"a pointer alone":      {queryHeader(2) + "\x01a\x00" + a + "\xc0\x0c" + a, []string{"a A", "a A"}},
		"response":             {"\x00\x01\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x00" + a, nil},
		"update":               {"\x00\x01\x28\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00" + a, nil},
		"longest name":         {queryHeader(1) + long + "\x3d" + strings.Repeat("b", 61) + "\x00" + a, []string{longName + "." + strings.Repeat("b", 61) + " A"}},
		"name too long":        {queryHeader(1) + long + "\x3e" + strings.Repeat("b", 62) + "\x00" + a, []string{"! the name is too long"}},
		"second one damaged":   {queryHeader(2) + "\x01a\x00" + a + "\x41b\x00" + a, []string{"a A", "! label type 0x40"}},
		"old extended label":   {queryHeader(1) + "\x80\x00" + a, []string{"! label type 0x80"}},
		"pointer to itself":    {queryHeader(1) + "\xc0\x0c" + a, []string{"! a compression pointer does not point back to a name"}},
		"pointer into itself":  {queryHeader(1) + "\x01a\xc0\x0c" + a, []string{"! a compression pointer does not point back to a name"}},
		"pointer forward":      {queryHeader(1) + "\xc0\x0e\x01a\x00" + a, []string{"! a compression pointer does not point back to a name"}},
		"pointer to header":    {queryHeader(1) + "\xc0\x05" + a, []string{"! a compression pointer does not point back to a name"}},
		"two in a circle":      {queryHeader(2) + "\x01a\xc0\x14" + a + "\x01b\xc0\x0c" + a, []string{"! a compression pointer does not point back to a name"}},
		"empty":                {"", []string{"! the message ends early"}},
		"half a header":        {queryHeader(1)[:11], []string{"! the message ends early"}},
		"no question":          {queryHeader(1), []string{"! the message ends early"}},
		"half a label":         {queryHeader(1) + "\x05abc", []string{"! the message ends early"}},
		"half a pointer":       {queryHeader(1) + "\x01a\xc0", []string{"! the message ends early"}},
		"half a type":          {queryHeader(1) + "\x01a\x00\x00\x01\x00", []string{"! the message ends early"}},
		"fewer than promised":  {queryHeader(3) + "\x01a\x00" + a, []string{"a A", "! the message ends early"}},
	} {
		var got []string
		for q, err := range questionsOf([]byte(c.message)) {
			if err != nil {
				got = append(got, "! "+err.Error())
			} else {
				got = append(got, datasets.EscapeName(q.name)+" "+typeName(q.qtype))
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What another implementation packs is read as it was.
func TestQuestionsOfPackedMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var labels [][]byte
		size := 1
		for _, label := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, maxLabel), 0, 8).Draw(t, "labels") {
			if size += 1 + len(label); size <= maxName {
				labels = append(labels, label)
			}
		}
		var text strings.Builder
		for _, label := range labels {
			for _, b := range label {
				fmt.Fprintf(&text, `\%03d`, b)
			}
			text.WriteByte('.')
		}
		if len(labels) == 0 {
			text.WriteByte('.')
		}
		m := new(dns.Msg)
		qtype := rapid.Uint16().Draw(t, "type")
		m.SetQuestion(text.String(), qtype)
		m.SetEdns0(1232, true)
		wire, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		for q, err := range questionsOf(wire) {
			if want := string(bytes.Join(labels, []byte("."))); err != nil || q.name != want || q.qtype != qtype {
				t.Fatalf("%q %d, %v instead of %q %d", q.name, q.qtype, err, want, qtype)
			}
		}
	})
}

// No message makes the parser go astray, and where another implementation reads the names too it reads the same ones.
func FuzzMessage(f *testing.F) {
	for _, m := range []string{
		queryHeader(1) + "\x03www\x07example\x03com\x00\x00\x10\x00\x01", queryHeader(2) + "\x01a\x00\x00\x01\x00\x01\x01b\xc0\x0c\x00\x01\x00\x01",
		queryHeader(1) + "\xc0\x0c\x00\x01\x00\x01", queryHeader(1), queryHeader(255) + "\x00\xff\x00\x00\x01",
	} {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		offset, failed := messageHeader, false
		for q, err := range questionsOf(message) {
			if failed {
				t.Fatal("a question after the error")
			}
			if failed = err != nil; failed {
				continue
			}
			if len(q.name) > maxName-2 || typeName(q.qtype) == "" {
				t.Fatalf("%q %d", q.name, q.qtype)
			}
			theirs, next, err := dns.UnpackDomainName(message, offset)
			if err != nil { // of very many pointers
				return
			}
			if name := unpacked(t, theirs); name != q.name {
				t.Fatalf("%q instead of %q", q.name, name)
			}
			offset = next + 4
		}
	})
}

// unpacked gives the bytes of the labels of a name in presentation format, joined by dots.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	wire := make([]byte, maxName)
	if _, err := dns.PackDomainName(name, wire, 0, nil, false); err != nil {
		t.Fatal(err)
	}
	var labels []string
	for wire[0] > 0 {
		end := 1 + int(wire[0])
		labels, wire = append(labels, string(wire[1:end])), wire[end:]
	}
	return strings.Join(labels, ".")
}
