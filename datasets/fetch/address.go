package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
)

// address is where a list is, and who asks for it.
type address struct {
	url      *url.URL // without user and password
	user     string
	password string
}

// parse gives the address of a list, or the other one that is to be used.
func parse(list List, other string) (*address, error) {
	text := list.URL
	if other != "" {
		text = other
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, inner(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%w: it must begin with https:// or http://", ErrAddress)
	}
	a := &address{url: u}
	if u.User != nil {
		a.user = u.User.Username()
		a.password, _ = u.User.Password()
		u.User = nil
	}
	return a, nil
}

// inner gives what an error of an address says, without the address: it may have a password in it.
func inner(err error) error {
	var in *url.Error
	if errors.As(err, &in) {
		return in.Err
	}
	return err
}

// authorise adds the user's name and password to an address. Another address than the published one may do without.
func authorise(a *address, list List, opt Options) error {
	getenv := opt.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if list.User != "" && a.user == "" {
		a.user, a.password = getenv(list.User), getenv(list.Password)
		if (a.user == "") != (a.password == "") || a.user == "" && opt.URL == "" {
			return fmt.Errorf("%w: set %s and %s in the environment to those of your account", ErrCredentials, list.User, list.Password)
		}
	}
	if a.user != "" && a.url.Scheme == "http" && !isLoopback(a.url.Hostname()) {
		return fmt.Errorf("%w: a password goes to https:// addresses only", ErrInsecure)
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || host == "localhost"
}

// known are the endings of a file's name that stay when the date is put in.
var known = []string{".csv", ".txt", ".tsv", ".gz", ".zip", ".xz", ".bz2", ".zst"}

// endings gives those of the file at the address.
func (a *address) endings() string {
	name, found := path.Base(a.url.Path), ""
	for slices.Contains(known, strings.ToLower(path.Ext(name))) {
		ending := path.Ext(name)
		name, found = strings.TrimSuffix(name, ending), ending+found
	}
	return found
}

// host is what messages say of the address.
func (a *address) host() string {
	if host, port, err := net.SplitHostPort(a.url.Host); err == nil && (port == "80" || port == "443") {
		return host
	}
	return a.url.Host
}

const maxRedirects = 10

// client gives the client to ask with. It follows redirections, but none that leaves encryption. The HTTP client itself
// takes user and password out when one leads to another host.
func client(opt Options) *http.Client {
	c := http.DefaultClient
	if opt.Client != nil {
		c = opt.Client
	}
	own := *c
	own.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if len(before) >= maxRedirects {
			return fmt.Errorf("%w: redirected %d times", ErrAddress, maxRedirects)
		}
		if next.URL.Scheme != "https" && before[len(before)-1].URL.Scheme == "https" {
			return fmt.Errorf("%w: redirected to %s://%s", ErrInsecure, next.URL.Scheme, next.URL.Host)
		}
		return nil
	}
	return &own
}

// Shown gives an address as messages may show it: without user, password and query. What is no address is not shown.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
