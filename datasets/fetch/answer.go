package fetch

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

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
