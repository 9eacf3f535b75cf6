package fetch

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"
)

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
