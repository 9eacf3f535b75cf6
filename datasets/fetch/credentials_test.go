package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var account = List{Name: "feed", URL: "https://feeds.example/dga.csv", User: "TEST_USER", Password: "TEST_PASSWORD"}

func environment(values ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(values); i += 2 {
			if values[i] == name {
				return values[i+1]
			}
		}
		return ""
	}
}

func TestCredentials(t *testing.T) {
	s, dir := serve(t), t.TempDir()
	const password = "correct horse"
	s.hook = func(w http.ResponseWriter, r *http.Request) bool {
		user, given, ok := r.BasicAuth()
		if ok && user == "anna" && given == password {
			return false
		}
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	opt := Options{URL: s.URL + "/dga.csv", Dir: dir, Getenv: environment("TEST_USER", "anna", "TEST_PASSWORD", password)}
	s.cut = 1000
	if _, err := Get(context.Background(), account, opt); !errors.Is(err, ErrIncomplete) || strings.Contains(err.Error(), password) {
		t.Error(err)
	}
	state, err := os.ReadFile(filepath.Join(dir, "feed.csv.part.json"))
	if err != nil || strings.Contains(string(state), "anna") || strings.Contains(string(state), password) || strings.Contains(string(state), "http") {
		t.Errorf("%s %v", state, err)
	}
	s.cut = 0
	if f, err := Get(context.Background(), account, opt); err != nil || f.Resumed != 1000 {
		t.Error(f, err)
	}
	opt.Getenv, opt.URL = nil, strings.Replace(opt.URL, "http://", "http://anna:correct%20horse@", 1) // in the address
	if _, err := Get(context.Background(), account, opt); err != nil {
		t.Error(err)
	}
	opt.URL = s.URL + "/dga.csv"
	opt.Getenv = environment("TEST_USER", "anna", "TEST_PASSWORD", "wrong")
	if _, err := Get(context.Background(), account, opt); !errors.Is(err, ErrStatus) || !strings.Contains(err.Error(), "401 Unauthorized: see that TEST_USER and TEST_PASSWORD") ||
		strings.Contains(err.Error(), "wrong") {
		t.Error(err)
	}
}

// Nothing is asked without an account, with half of one, or in the clear.
func TestNoCredentials(t *testing.T) {
	refuse := &http.Client{Transport: refusing{t}}
	for name, c := range map[string]struct {
		url    string
		getenv func(string) string
		want   error
	}{
		"none":                 {"", environment(), ErrCredentials},
		"user alone":           {"", environment("TEST_USER", "anna"), ErrCredentials},
		"half, other address":  {"https://mirror.example/x.csv", environment("TEST_PASSWORD", "x"), ErrCredentials},
		"in the clear":         {"http://mirror.example/x.csv", environment("TEST_USER", "anna", "TEST_PASSWORD", "x"), ErrInsecure},
		"address in the clear": {"http://anna:x@mirror.example/x.csv", environment(), ErrInsecure},
	} {
		_, err := Get(context.Background(), account, Options{URL: c.url, Getenv: c.getenv, Client: refuse, Dir: t.TempDir()})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.want == ErrCredentials && !strings.Contains(err.Error(), "set TEST_USER and TEST_PASSWORD in the environment") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := serve(t) // a mirror may do without
	if _, err := Get(context.Background(), account, Options{URL: s.URL + "/x.csv", Getenv: environment(), Dir: t.TempDir()}); err != nil {
		t.Error(err)
	}
}

type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	r.t.Errorf("%s was asked", q.URL.Host)
	return nil, errors.New("refused")
}

// dialling gives a client to which every host is the server.
func dialling(s *httptest.Server) *http.Client {
	c := s.Client()
	transport := c.Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return &http.Client{Transport: transport}
}

// A redirection to another host does not take the password along.
func TestRedirect(t *testing.T) {
	s := serve(t)
	s.hook = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Host == "storage.example" {
			if r.Header.Get("Authorization") != "" {
				t.Error("the password went to another host")
			}
			return false
		}
		if r.Header.Get("Authorization") == "" {
			t.Error("no password")
		}
		http.Redirect(w, r, "https://storage.example/dga.csv", http.StatusFound)
		return true
	}
	tls := httptest.NewTLSServer(s)
	defer tls.Close()
	c := dialling(tls)
	c.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true // the certificate is for other names
	opt := Options{Client: c, Dir: t.TempDir(), Getenv: environment("TEST_USER", "anna", "TEST_PASSWORD", "x")}
	if f, err := Get(context.Background(), account, opt); err != nil || f.SHA256 != sum(s.list) {
		t.Error(f, err)
	}
}

func TestRedirectRefused(t *testing.T) {
	s := serve(t)
	s.hook = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "http://plain.example/dga.csv", http.StatusFound)
		return true
	}
	tls := httptest.NewTLSServer(s)
	defer tls.Close()
	_, err := Get(context.Background(), list, Options{URL: tls.URL + "/x.csv", Client: tls.Client(), Dir: t.TempDir()})
	if !errors.Is(err, ErrInsecure) || !strings.Contains(err.Error(), "redirected to http://plain.example") {
		t.Error(err)
	}
	s.hook = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "/again.csv", http.StatusFound)
		return true
	}
	if _, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv", Dir: t.TempDir()}); !errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), "redirected 10 times") {
		t.Error(err)
	}
}
