package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// download is one list on its way.
type download struct {
	address *address
	list    List
	opt     Options
	ending  string // of the file's name
	part    string // the file with the data so far
	state   string // the file that says what the data is of
}

// errChanged is the error of a download that must begin anew.
var errChanged = errors.New("the server cannot go on where the download ended")

// run asks for the list, or for the rest of it, and completes the file.
func (d *download) run(ctx context.Context) (File, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := newWatch(cancel, d.opt.Stall)
	defer watch.stop()

	have, version := d.resumable()
	response, err := d.ask(ctx, have, version)
	if err != nil {
		return File{}, reason(ctx, err)
	}
	defer response.Body.Close()
	from, total, err := d.accept(response, have, version)
	if err != nil {
		return File{}, err
	}
	final, modified := d.final(response)
	if from == 0 {
		if file, ok := d.kept(final, modified, total, response.Header); ok {
			return file, d.forget()
		}
		if err := d.begin(versionOf(response)); err != nil {
			return File{}, err
		}
	}
	if from != total {
		if total, err = d.fill(ctx, response.Body, watch, from, total); err != nil {
			return File{}, err
		}
	}
	file, err := d.check(total, response.Header)
	if err != nil {
		return File{}, err
	}
	file.Resumed, file.Path = from, final
	return file, d.finish(final, modified)
}

// ask sends the request; have bytes of the version are here.
func (d *download) ask(ctx context.Context, have int64, v version) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address.url.String(), nil)
	if err != nil {
		return nil, inner(err)
	}
	r.Header.Set("User-Agent", "threatnet")
	r.Header.Set("Accept-Encoding", "identity") // the bytes of the file, which ranges count
	r.Header.Set("Want-Repr-Digest", "sha-256=10, sha-512=5")
	if d.address.user != "" {
		r.SetBasicAuth(d.address.user, d.address.password)
	}
	if have > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		r.Header.Set("If-Range", v.validator())
	}
	response, err := client(d.opt).Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.address.host(), inner(err))
	}
	return response, nil
}

// accept gives where the data that comes belongs, and the length of the whole, -1 if it is not known. When they are the
// same all of it is here, and what comes is none of it.
func (d *download) accept(r *http.Response, have int64, v version) (from, total int64, err error) {
	if have > 0 && (differs(v.ETag, r.Header.Get("ETag")) || differs(v.LastModified, r.Header.Get("Last-Modified"))) && r.StatusCode != http.StatusOK {
		return 0, 0, errChanged
	}
	switch r.StatusCode {
	case http.StatusOK:
		from, total = 0, r.ContentLength
	case http.StatusPartialContent:
		from, total, err = contentRange(r.Header.Get("Content-Range"))
		if err != nil || from != have || have == 0 {
			return 0, 0, errChanged
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if have == 0 || r.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", have) {
			return 0, 0, errChanged
		}
		return have, have, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		if d.list.User != "" {
			return 0, 0, fmt.Errorf("%w %s: see that %s and %s are those of your account", ErrStatus, status(r), d.list.User, d.list.Password)
		}
		fallthrough
	default:
		return 0, 0, fmt.Errorf("%w %s", ErrStatus, status(r))
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return 0, 0, fmt.Errorf("%w: %s answered with a web page", ErrNotTheList, d.address.host())
	}
	return from, total, nil
}

// differs tells whether what was said before is contradicted.
func differs(before, now string) bool { return before != "" && now != "" && before != now }

func status(r *http.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode)))
}

// contentRange reads "bytes 100-199/200", where the length of the whole may be *.
func contentRange(text string) (from, total int64, err error) {
	var to int64
	if n, _ := fmt.Sscanf(text, "bytes %d-%d/%d", &from, &to, &total); n == 3 && from <= to && to == total-1 {
		return from, total, nil
	}
	if n, _ := fmt.Sscanf(text, "bytes %d-%d/*", &from, &to); n == 2 && from <= to {
		return from, -1, nil
	}
	return 0, 0, fmt.Errorf("%w: %q is no range", ErrIncomplete, text)
}

// final gives the name of the file and the time of the list, which is zero if the server does not say it.
func (d *download) final(r *http.Response) (path string, modified time.Time) {
	modified, _ = http.ParseTime(r.Header.Get("Last-Modified"))
	day := modified
	if day.IsZero() {
		day, _ = http.ParseTime(r.Header.Get("Date"))
	}
	if day.IsZero() {
		day = time.Now()
	}
	return filepath.Join(d.opt.Dir, d.list.Name+"-"+day.UTC().Format(time.DateOnly)+d.ending), modified
}

// kept tells whether the list is here already: a file of that name, length and time, with the sums that are asked for.
func (d *download) kept(path string, modified time.Time, total int64, header http.Header) (File, bool) {
	info, err := os.Stat(path)
	if err != nil || modified.IsZero() || info.Size() != total || !info.ModTime().Equal(modified) || !info.Mode().IsRegular() {
		return File{}, false
	}
	s, err := sumsOf(path)
	if err != nil {
		return File{}, false
	}
	verified, err := s.match(header, d.opt.SHA256)
	return File{Path: path, Bytes: total, SHA256: s.sha256, Kept: true, Verified: verified}, err == nil
}

// fill writes what comes to its place in the file.
func (d *download) fill(ctx context.Context, body io.Reader, watch *watch, from, total int64) (size int64, err error) {
	f, err := os.OpenFile(d.part, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	size = from
	buffer := make([]byte, 1<<16)
	for err == nil {
		var n int
		n, err = body.Read(buffer)
		watch.seen()
		if _, failed := f.Write(buffer[:n]); failed != nil {
			return size, failed
		}
		size += int64(n)
		if d.opt.Progress != nil && n > 0 {
			d.opt.Progress(size, total)
		}
	}
	if err == io.EOF && (total < 0 || size == total) {
		return size, f.Sync()
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the connection was closed")
	}
	return size, fmt.Errorf("%w: %s; %s: %w", ErrIncomplete, amount(size, total), d.advice(), reason(ctx, err))
}

func amount(done, total int64) string {
	if total < 0 {
		return fmt.Sprintf("%d bytes have come", done)
	}
	return fmt.Sprintf("%d of %d bytes have come", done, total)
}

// advice says what the next call will do.
func (d *download) advice() string {
	if have, _ := d.resumable(); have > 0 {
		return "the same command goes on from there"
	}
	return "the same command begins anew"
}

// finish gives the file its name and the time of the list.
func (d *download) finish(path string, modified time.Time) error {
	if !modified.IsZero() {
		if err := os.Chtimes(d.part, time.Time{}, modified); err != nil {
			return err
		}
	}
	if err := os.Rename(d.part, path); err != nil {
		return err
	}
	return remove(d.state)
}

// version tells one state of a list from another.
type version struct {
	Source       string `json:"source"` // a hash of the address
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// validator is what If-Range takes.
func (v version) validator() string {
	if v.ETag != "" {
		return v.ETag
	}
	return v.LastModified
}

// versionOf gives what a response says of the version, as far as it tells versions apart to the byte (RFC 9110 section 8.8):
// a strong tag, and a time that is at least a minute past.
func versionOf(r *http.Response) version {
	var v version
	if tag := r.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		v.ETag = tag
	}
	modified, err := http.ParseTime(r.Header.Get("Last-Modified"))
	now, other := http.ParseTime(r.Header.Get("Date"))
	if err == nil && other == nil && now.Sub(modified) >= time.Minute {
		v.LastModified = r.Header.Get("Last-Modified")
	}
	return v
}

// begin makes the files of a new download.
func (d *download) begin(v version) error {
	if err := d.forget(); err != nil {
		return err
	}
	f, err := os.Create(d.part)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil || v.validator() == "" {
		return err
	}
	v.Source = d.source()
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(d.state, text, 0o644)
}

// forget removes the files of a download.
func (d *download) forget() error { return errors.Join(remove(d.state), remove(d.part)) }

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// source stands for the address: this file need not know what a query in it may hold.
func (d *download) source() string { return sumOf(d.address.url.String()) }

// resumable gives how much of which version is here; 0 if a download must begin anew.
func (d *download) resumable() (int64, version) {
	var v version
	text, err := os.ReadFile(d.state)
	if err != nil || json.Unmarshal(text, &v) != nil || v.Source != d.source() || v.validator() == "" {
		return 0, version{}
	}
	info, err := os.Stat(d.part)
	if err != nil || !info.Mode().IsRegular() {
		return 0, version{}
	}
	return info.Size(), v
}
