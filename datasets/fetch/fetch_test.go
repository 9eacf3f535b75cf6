package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// published is when the list of the tests was made.
var published = time.Date(2018, time.October, 14, 3, 4, 5, 0, time.UTC)

// server serves a list, on the loopback interface.
type server struct {
	*httptest.Server
	list     []byte
	etag     string
	modified time.Time
	header   http.Header // more of the answer's
	cut      int         // the connection breaks after so many bytes of an answer; 0 never
	noRanges bool
	chunked  bool          // the length is not said
	asked    []http.Header // of all requests
	hook     func(w http.ResponseWriter, r *http.Request) bool
}

// serve serves rows enough for a list.
func serve(t *testing.T) *server {
	t.Helper()
	s := &server{etag: `"v1"`, modified: published, header: make(http.Header)}
	for i := range 20000 {
		s.list = fmt.Appendf(s.list, "%d,example%d.com\n", i+1, i)
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.Header.Clone())
	if s.hook != nil && s.hook(w, r) {
		return
	}
	for name, values := range s.header {
		w.Header()[name] = values
	}
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	if s.noRanges {
		r.Header.Del("Range")
	}
	if s.cut > 0 {
		w = &cutter{ResponseWriter: w, left: s.cut}
	}
	if s.chunked {
		w.Header().Set("Last-Modified", s.modified.Format(http.TimeFormat))
		_, _ = w.Write(s.list[:len(s.list)/2])
		w.(http.Flusher).Flush()
		_, _ = w.Write(s.list[len(s.list)/2:])
		return
	}
	http.ServeContent(w, r, "", s.modified, bytes.NewReader(s.list))
}

// cutter ends the connection after some bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		if err := http.NewResponseController(c.ResponseWriter).Flush(); err != nil {
			return n, err
		}
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

var list = List{Name: "test", URL: "https://lists.example/top-1m.csv"}

// must downloads what must come, and compares it.
func (s *server) must(t *testing.T, opt Options) File {
	t.Helper()
	opt.URL = s.URL + "/top-1m.csv"
	f, err := Get(context.Background(), list, opt)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.Path)
	if err != nil || !bytes.Equal(data, s.list) || f.Bytes != int64(len(data)) || f.SHA256 != sum(data) {
		t.Fatalf("%+v, %d bytes, %v", f, len(data), err)
	}
	return f
}

// files gives the names in a folder.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return strings.Join(names, " ")
}

func TestGet(t *testing.T) {
	s := serve(t)
	dir := filepath.Join(t.TempDir(), "a", "b")
	var last, total int64
	f := s.must(t, Options{Dir: dir, Progress: func(done, of int64) {
		if done <= last || of != int64(len(s.list)) {
			t.Errorf("%d of %d after %d", done, of, last)
		}
		last, total = done, of
	}})
	if f.Path != filepath.Join(dir, "test-2018-10-14.csv") || f.Resumed != 0 || f.Verified || f.Kept || last != total {
		t.Errorf("%+v", f)
	}
	if got := files(t, dir); got != "test-2018-10-14.csv" {
		t.Error(got)
	}
	if info, err := os.Stat(f.Path); err != nil || !info.ModTime().Equal(published) {
		t.Error(info, err)
	}
	h := s.asked[0]
	if h.Get("Authorization") != "" || h.Get("Range") != "" || h.Get("Accept-Encoding") != "identity" || h.Get("User-Agent") != "threatnet" {
		t.Error(h)
	}

	// The same again is not downloaded again; what is as long but of another time is.
	if f = s.must(t, Options{Dir: dir}); !f.Kept {
		t.Errorf("%+v", f)
	}
	if f = s.must(t, Options{Dir: dir, SHA256: strings.ToUpper(sum(s.list))}); !f.Kept || !f.Verified {
		t.Errorf("%+v", f)
	}
	s.modified, s.etag, s.list[0] = published.Add(time.Hour), `"v2"`, '9'
	if f = s.must(t, Options{Dir: dir}); f.Kept {
		t.Errorf("%+v", f)
	}
}

// Where the server says nothing of the list's time, the file has the day of the answer, and is always downloaded.
func TestDateOfTheAnswer(t *testing.T) {
	s := serve(t)
	s.modified = time.Time{}
	s.header.Set("Date", "Tue, 07 Jul 2026 23:30:00 GMT")
	dir := t.TempDir()
	for range 2 {
		if f := s.must(t, Options{Dir: dir}); filepath.Base(f.Path) != "test-2026-07-07.csv" || f.Kept {
			t.Errorf("%+v", f)
		}
	}
	s.header["Date"] = nil // net/http sends none then
	before := time.Now().UTC().Format(time.DateOnly)
	f := s.must(t, Options{Dir: dir})
	if after := time.Now().UTC().Format(time.DateOnly); f.Path != filepath.Join(dir, "test-"+before+".csv") && f.Path != filepath.Join(dir, "test-"+after+".csv") {
		t.Errorf("%+v", f)
	}
}

func TestUnknownLength(t *testing.T) {
	s := serve(t)
	s.chunked = true
	f := s.must(t, Options{Dir: t.TempDir(), Progress: func(_, total int64) {
		if total != -1 {
			t.Error(total)
		}
	}})
	if f.Kept || f.Verified {
		t.Errorf("%+v", f)
	}
}

// interrupt downloads a first part.
func (s *server) interrupt(t *testing.T, dir string, size int) {
	t.Helper()
	s.cut = size
	_, err := Get(context.Background(), list, Options{URL: s.URL + "/top-1m.csv", Dir: dir})
	s.cut = 0
	if !errors.Is(err, ErrIncomplete) || strings.Contains(err.Error(), "\n") {
		t.Fatal(err)
	}
	want := fmt.Sprintf("test: the download is incomplete: %d of %d bytes have come; ", size, len(s.list))
	if !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), ": the connection was closed") {
		t.Error(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "test.csv.part")); err != nil || info.Size() != int64(size) {
		t.Fatal(info, err)
	}
}

func TestResume(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	s.interrupt(t, dir, 100000)
	if got := files(t, dir); got != "test.csv.part test.csv.part.json" {
		t.Error(got)
	}
	f := s.must(t, Options{Dir: dir})
	if f.Resumed != 100000 || files(t, dir) != "test-2018-10-14.csv" {
		t.Errorf("%+v, %s", f, files(t, dir))
	}
	h := s.asked[1]
	if h.Get("Range") != "bytes=100000-" || h.Get("If-Range") != `"v1"` {
		t.Error(h)
	}
	// Several times, and by the time alone.
	s.etag = ""
	dir = t.TempDir()
	s.interrupt(t, dir, 100000)
	s.cut = 50000
	if _, err := Get(context.Background(), list, Options{URL: s.URL + "/top-1m.csv", Dir: dir}); !errors.Is(err, ErrIncomplete) ||
		!strings.Contains(err.Error(), "150000 of") || !strings.Contains(err.Error(), "goes on from there") {
		t.Error(err)
	}
	s.cut = 0
	if f := s.must(t, Options{Dir: dir}); f.Resumed != 150000 {
		t.Errorf("%+v", f)
	}
	if got := s.asked[len(s.asked)-1].Get("If-Range"); got != published.Format(http.TimeFormat) {
		t.Error(got)
	}
}

// What cannot be gone on with is downloaded anew.
func TestNoResume(t *testing.T) {
	for name, change := range map[string]func(s *server, part, state string) error{
		"another list": func(s *server, _, _ string) error {
			s.etag, s.modified = `"v2"`, published.Add(24*time.Hour)
			s.list = bytes.Repeat([]byte("1,example.org\n"), 30000)
			return nil
		},
		"another list, If-Range ignored": func(s *server, _, _ string) error {
			s.etag, s.list = `"v2"`, bytes.Repeat([]byte("1,example.org\n"), 30000)
			s.hook = func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("If-Range"); return false }
			return nil
		},
		"a shorter list, If-Range ignored": func(s *server, _, _ string) error {
			s.etag, s.list = `"v1"`, []byte("1,example.org\n")
			s.hook = func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("If-Range"); return false }
			return nil
		},
		"ranges ignored": func(s *server, _, _ string) error { s.noRanges = true; return nil },
		"another range": func(s *server, _, _ string) error {
			s.hook = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Range") == "" {
					return false
				}
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(s.list)))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(s.list[:10])
				return true
			}
			return nil
		},
		"no state":       func(_ *server, _, state string) error { return os.Remove(state) },
		"damaged state":  func(_ *server, _, state string) error { return os.WriteFile(state, []byte("{"), 0o644) },
		"nothing yet":    func(_ *server, part, _ string) error { return os.Truncate(part, 0) },
		"no part":        func(_ *server, part, _ string) error { return os.Remove(part) },
		"another source": func(_ *server, _, state string) error { return edit(state, `"source":"`, `"source":"0`) },
		"no version":     func(_ *server, _, state string) error { return edit(state, `"etag"`, `"x":1,"e"`) },
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := serve(t), t.TempDir()
			s.modified = published
			if name == "no version" {
				s.modified = time.Time{}
			}
			s.interrupt(t, dir, 100000)
			part := filepath.Join(dir, "test.csv.part")
			if err := change(s, part, part+".json"); err != nil {
				t.Fatal(err)
			}
			if f := s.must(t, Options{Dir: dir}); f.Resumed != 0 || strings.Contains(files(t, dir), "part") {
				t.Errorf("%+v, %s", f, files(t, dir))
			}
		})
	}
}

func edit(path, from, to string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644)
}

// A server that tells versions badly apart: there is nothing to go on with.
func TestWeakVersions(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	s.etag, s.modified = `W/"v1"`, time.Now().Truncate(time.Second)
	s.cut = 1000
	_, err := Get(context.Background(), list, Options{URL: s.URL + "/top-1m.csv", Dir: dir})
	if !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), "begins anew") || files(t, dir) != "test.csv.part" {
		t.Error(err, files(t, dir))
	}
	s.cut = 0
	if f := s.must(t, Options{Dir: dir}); f.Resumed != 0 || s.asked[1].Get("Range") != "" {
		t.Errorf("%+v", f)
	}
}

// All had come, but the file had not got its name.
func TestResumeAtTheEnd(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	s.interrupt(t, dir, 1000)
	if err := os.WriteFile(filepath.Join(dir, "test.csv.part"), s.list, 0o644); err != nil {
		t.Fatal(err)
	}
	if f := s.must(t, Options{Dir: dir}); f.Resumed != int64(len(s.list)) {
		t.Errorf("%+v", f)
	}
}

// A server that will not give the rest and not the whole.
func TestNeverTheWhole(t *testing.T) {
	s := serve(t)
	s.hook = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusPartialContent)
		return true
	}
	if _, err := Get(context.Background(), list, Options{URL: s.URL, Dir: t.TempDir()}); !errors.Is(err, errChanged) || len(s.asked) != 2 {
		t.Error(err, len(s.asked))
	}
}

func TestChecksums(t *testing.T) {
	encode := func(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }
	s := serve(t)
	short, long, other := sha256.Sum256(s.list), sha512.Sum512(s.list), sha256.Sum256(nil)
	for name, c := range map[string]struct {
		header, value, sum string
		verified           bool
		err                string
	}{
		"none":               {"", "", "", false, ""},
		"RFC 9530":           {"Repr-Digest", "sha-256=:" + encode(short[:]) + ":", "", true, ""},
		"RFC 9530, both":     {"Repr-Digest", "sha-512=:" + encode(long[:]) + ":, sha-256=:" + encode(short[:]) + ":", "", true, ""},
		"RFC 3230":           {"Digest", "SHA-256=" + encode(short[:]) + ",unixsum=30637", "", true, ""},
		"unknown algorithm":  {"Repr-Digest", "md5=:AAAA:", "", false, ""},
		"damaged":            {"Repr-Digest", "sha-256=:?:", "", false, ""},
		"user's":             {"", "", sum(s.list), true, ""},
		"wrong":              {"Repr-Digest", "sha-256=:" + encode(other[:]) + ":", "", false, "the server says that the SHA-256 is e3b0c442"},
		"wrong, older":       {"Digest", "SHA-256=" + encode(other[:]), "", false, "the server says that the SHA-256 is e3b0c442"},
		"wrong SHA-512":      {"Repr-Digest", "sha-512=:" + encode(append(other[:], other[:]...)) + ":", "", false, "the server says that the SHA-512"},
		"user's is wrong":    {"", "", sum(nil), false, "the SHA-256 is " + sum(s.list) + ", not e3b0c442"},
		"user's is no sum":   {"", "", "e3b0", false, `"e3b0" is not a SHA-256 in hexadecimal`},
		"user's is no hex":   {"", "", strings.Repeat("x", 64), false, "is not a SHA-256"},
		"right and no wrong": {"Digest", "SHA-256=" + encode(short[:]), sum(nil), false, "the SHA-256 is"},
	} {
		s.header = make(http.Header)
		if c.header != "" {
			s.header.Set(c.header, c.value)
		}
		dir := t.TempDir()
		f, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv", Dir: dir, SHA256: c.sum})
		switch {
		case c.err == "" && (err != nil || f.Verified != c.verified):
			t.Errorf("%s: %+v, %v", name, f, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || files(t, dir) != ""):
			t.Errorf("%s: %v, %s", name, err, files(t, dir))
		case c.err != "" && len(c.sum) != 4 && !strings.Contains(c.sum, "x") && !errors.Is(err, ErrChecksum):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	answer := func(status int, contentType, text string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
			return true
		}
	}
	archives := archived(t, "1,a.com\n")
	archive, packed := archives[".zip"], archives[".gz"]
	for name, c := range map[string]struct {
		hook func(http.ResponseWriter, *http.Request) bool
		path string
		is   error
		text string
	}{
		"missing":      {answer(404, "text/plain", "x"), "/x.csv", ErrStatus, "test: the server answered 404 Not Found"},
		"forbidden":    {answer(403, "text/plain", "x"), "/x.csv", ErrStatus, "test: the server answered 403 Forbidden"},
		"odd":          {answer(799, "text/plain", "x"), "/x.csv", ErrStatus, "test: the server answered 799"},
		"page":         {answer(200, "text/html; charset=utf-8", "<p>Log in</p>"), "/x.csv", ErrNotTheList, "answered with a web page"},
		"hidden page":  {answer(200, "text/csv", "\n<!DOCTYPE html>"), "/x.csv", ErrNotTheList, `it is a page (it begins with "<!DOCTYPE html>")`},
		"no archive":   {answer(200, "application/zip", "1,a.com\n"), "/x.csv.zip", ErrNotTheList, `it is no .zip file (it begins with "1,a.com\n")`},
		"no gzip data": {answer(200, "application/gzip", "1,a.com\n"), "/x.csv.GZ", ErrNotTheList, "it is no .gz file"},
		"cut zip":      {answer(200, "application/zip", archive[:len(archive)-30]), "/x.csv.zip", ErrNotTheList, "the .zip file is damaged: zip: not a valid zip file"},
		"cut gzip":     {answer(200, "application/gzip", packed[:len(packed)-3]), "/x.csv.gz", ErrNotTheList, "the .gz file is damaged: unexpected EOF"},
		"wrong gzip":   {answer(200, "application/gzip", packed[:len(packed)-1]+"x"), "/x.csv.gz", ErrNotTheList, "the .gz file is damaged: gzip: invalid checksum"},
		"no xz data":   {answer(200, "application/xz", "\xfd7zXZ\x00"), "/x.csv.xz", ErrNotTheList, "the .xz file is damaged"},
		"no bzip2":     {answer(200, "application/x", "BZh9"), "/x.csv.bz2", ErrNotTheList, "the .bz2 file is damaged"},
		"no zstd":      {answer(200, "application/x", "\x28\xb5\x2f\xfd"), "/x.csv.zst", ErrNotTheList, "the .zst file is damaged"},
		"empty":        {answer(200, "text/csv", ""), "/x.csv", ErrNotTheList, "it is empty"},
	} {
		s, dir := serve(t), t.TempDir()
		s.hook = c.hook
		_, err := Get(context.Background(), list, Options{URL: s.URL + c.path, Dir: dir})
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "\n") || files(t, dir) != "" {
			t.Errorf("%s: %v, %s", name, err, files(t, dir))
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"ftp://a.example/x": "https:// or http://", "lists/x.csv": "https:// or http://", "https://": "https:// or http://",
		"https://user:secret@a b/": "", "http://[::1": "", "https://u:secret%@x/": "",
	} {
		_, err := Get(context.Background(), list, Options{URL: address, Dir: t.TempDir()})
		if !errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, want := range map[string]string{
		"https://x.example/a/top-1m.csv.zip": ".csv.zip", "https://x.example/dga-feed.CSV": ".CSV", "https://x.example/lists.v2.tar": "",
		"https://x.example/": "", "https://x.example": "", "https://x.example/download?file=x.csv": "", "https://x.example/.csv": ".csv",
	} {
		a, err := parse(list, address)
		if err != nil || a.endings() != want {
			t.Errorf("%s: %q, %v", address, a.endings(), err)
		}
	}
	a, err := parse(list, "https://x.example:443/download")
	if err != nil || newDownload(a, list, Options{Dir: "d"}).part != filepath.Join("d", "test.csv.part") || a.host() != "x.example" {
		t.Error(a, err)
	}
}

// One line, with the host alone, when there is nobody.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	_ = l.Close()
	_, err = Get(context.Background(), list, Options{URL: "http://" + host + "/x.csv?key=secret", Dir: t.TempDir()})
	if err == nil || !strings.HasPrefix(err.Error(), "test: "+host+": ") || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestStalled(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	s.hook = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", strconv.Itoa(len(s.list)))
		w.Header().Set("ETag", s.etag)
		_, _ = w.Write(s.list[:5000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	_, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv", Dir: dir, Stall: 50 * time.Millisecond})
	if !errors.Is(err, ErrStalled) || !strings.HasSuffix(err.Error(), "no more data came for 50ms") {
		t.Error(err)
	}
}

func TestInterrupted(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	opt := Options{URL: s.URL + "/x.csv", Dir: dir}
	opt.Progress = func(done, _ int64) {
		if done > 100000 {
			cancel()
		}
	}
	s.hook = func(w http.ResponseWriter, r *http.Request) bool { // the rest comes when nobody waits for it
		if r.Header.Get("Range") != "" {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(s.list)))
		w.Header().Set("ETag", s.etag)
		_, _ = w.Write(s.list[:150000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	_, err := Get(ctx, list, opt)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	if _, err := Get(ctx, list, opt); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	opt.Progress = nil
	f, err := Get(context.Background(), list, opt)
	if err != nil || f.SHA256 != sum(s.list) || f.Resumed <= 100000 {
		t.Error(f, err)
	}
}

func TestBadFolders(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Get(context.Background(), list, Options{URL: s.URL, Dir: filepath.Join(file, "x")}); err == nil {
		t.Error("a file taken for a folder")
	}
	for _, taken := range []string{"test.csv.part", "test.csv.part.json", "test-2018-10-14.csv"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, taken, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv", Dir: dir})
		if err == nil || !strings.Contains(err.Error(), taken) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", taken, err)
		}
	}
}

func TestLists(t *testing.T) {
	var names []string
	for _, l := range Lists() {
		names = append(names, l.Name)
		a, err := parse(l, "")
		if err != nil || a.url.Scheme != "https" || a.endings() == "" || l.Terms == "" || l.Description == "" || !strings.HasPrefix(l.About, "https://") ||
			(l.User == "") != (l.Password == "") || strings.ContainsAny(l.Name, "./\\ ") {
			t.Errorf("%+v %v", l, err)
		}
		if found, err := Find(l.Name); found != l || err != nil {
			t.Error(found, err)
		}
	}
	if diff := cmp.Diff([]string{"tranco", "umbrella", "majestic", "bambenek", "bambenek-high"}, names); diff != "" {
		t.Error(diff)
	}
	if _, err := Find("alexa"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "tranco, umbrella, majestic") {
		t.Error(err)
	}
}
