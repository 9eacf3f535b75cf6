package dsdl

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
)

// A client that trusts the certificate gets through, under each of the listener's names.
func TestSelfSigned(t *testing.T) {
	c := newContainer(t, t.TempDir(), nil)
	server := httptest.NewUnstartedServer(c.handler)
	config, err := SelfSignedTLS(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = config
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	leaf := config.Certificates[0].Leaf
	roots.AddCert(leaf)
	for _, name := range []string{"", "localhost"} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/summary", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Splunk "+token)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %d", answer.StatusCode)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestHosts(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	local := []string{"127.0.0.1", "::1", "localhost", own}
	slices.Sort(local)
	local = slices.Compact(local)
	for listen, want := range map[string][]string{
		":5000": local, "0.0.0.0:5000": local, "[::]:5000": local, "127.0.0.1:5000": local, "localhost:5000": local,
		"192.0.2.1:5000": {"192.0.2.1"}, "[2001:db8::1]:5000": {"2001:db8::1"}, "dsdl.example.org:5000": {"dsdl.example.org"},
	} {
		if got := Hosts(listen); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", listen, got, want)
		}
	}
}
