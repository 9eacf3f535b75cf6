package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threatnet/datasets/fetch"
)

// fetchWith runs the verb as the command does.
func fetchWith(t *testing.T, args ...string) (out, log string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := newFetch(&env{in: strings.NewReader(""), out: &stdout, err: &stderr})
	c.SilenceErrors, c.SilenceUsage = true, true
	wrapArgs(c)
	c.SetArgs(args)
	err = c.ExecuteContext(context.Background())
	return stdout.String(), stderr.String(), err
}

func TestFetch(t *testing.T) {
	const rows = "1,example.com\n2,example.org\n"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Date(2026, time.July, 7, 0, 0, 0, 0, time.UTC), strings.NewReader(rows))
	}))
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "lists")
	path := filepath.Join(dir, "umbrella-2026-07-07.csv")
	address := strings.Replace(s.URL, "http://", "http://user:secret@", 1) + "/top-1m.csv?key=secret"
	out, log, err := fetchWith(t, "umbrella", "--out", dir, "--url", address)
	if err != nil || !strings.HasSuffix(out, "  "+path+"\n") || strings.Contains(log+out, "secret") {
		t.Fatal(out, log, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != rows {
		t.Error(string(data), err)
	}
	for _, want := range []string{
		"umbrella: Cisco's Umbrella list", "\nfrom " + s.URL + "/top-1m.csv\n", "\nterms: given away free of charge",
		fmt.Sprintf("\nwrote %s: %d bytes; no checksum to compare with\n", path, len(rows)),
	} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in %q", want, log)
		}
	}
	good, other := out[:64], strings.Repeat("0", 64)
	if _, log, err := fetchWith(t, "umbrella", "--out", dir, "--url", address, "--sha256", good); err != nil ||
		!strings.HasSuffix(log, fmt.Sprintf("%s is there already: %d bytes, checksum verified\n", path, len(rows))) {
		t.Error(log, err)
	}
	if out, _, err := fetchWith(t, "umbrella", "--out", dir, "--url", address, "--json"); err != nil || !strings.Contains(out, `"sha256": "`+good+`"`) {
		t.Error(out, err)
	}
	if _, _, err := fetchWith(t, "umbrella", "--out", dir, "--url", address, "--sha256", other); err == nil || !strings.Contains(err.Error(), good+", not "+other) {
		t.Error(err)
	}
}

func TestFetchUsage(t *testing.T) {
	t.Setenv("THREATNET_BAMBENEK_USER", "")
	t.Setenv("THREATNET_BAMBENEK_PASSWORD", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "accepts 1 arg(s), received 0"},
		{[]string{"--list", "tranco"}, "accepts 0 arg(s), received 1"},
		{[]string{"alexa"}, `no such list: "alexa"; there is tranco, umbrella, majestic, bambenek, bambenek-high`},
		{[]string{"tranco", "--sha256", "x"}, `"x" is not a SHA-256 in hexadecimal`},
		{[]string{"tranco", "--url", "ftp://mirror.example/x"}, "tranco: not an address to download from: it must begin with https:// or http://"},
		{[]string{"bambenek", "--out", t.TempDir()}, "bambenek: no user name and password: set THREATNET_BAMBENEK_USER and THREATNET_BAMBENEK_PASSWORD"},
	} {
		if _, _, err := fetchWith(t, c.args...); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.args, err)
		}
	}
}

func TestFetchList(t *testing.T) {
	out, _, err := fetchWith(t, "--list")
	for _, l := range fetch.Lists() {
		if !strings.Contains(out, l.Name+"\n  "+l.Description) || !strings.Contains(out, l.Terms) || !strings.Contains(out, l.URL) || err != nil {
			t.Errorf("%s: %s, %v", l.Name, out, err)
		}
	}
	if out, _, err := fetchWith(t, "--list", "--json"); err != nil || !strings.Contains(out, `"password_variable": "THREATNET_BAMBENEK_PASSWORD"`) {
		t.Error(out, err)
	}
}
