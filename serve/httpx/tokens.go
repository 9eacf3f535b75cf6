package httpx

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// Tokens are the tokens of which a request must have one, as "Authorization: Bearer TOKEN" or, since browsers ask people for
// that, as the password of HTTP Basic (RFC 7617), whoever the user.
type Tokens struct {
	sums atomic.Pointer[[][sha256.Size]byte]
}

// ErrNoTokens tells of a list without tokens: it would let nobody in.
var ErrNoTokens = errors.New("no tokens in the list")

// NewTokens makes a set of tokens.
func NewTokens(tokens []string) (*Tokens, error) {
	t := &Tokens{}
	return t, t.Set(tokens)
}

// Set replaces the tokens. An empty set is an error, and changes nothing.
func (t *Tokens) Set(tokens []string) error {
	if len(tokens) == 0 {
		return ErrNoTokens
	}
	sums := make([][sha256.Size]byte, len(tokens))
	for i, token := range tokens {
		sums[i] = sha256.Sum256([]byte(token))
	}
	t.sums.Store(&sums)
	return nil
}

// ReadTokens reads a list of tokens, one a line. Blank lines and those that begin with # are left out.
func ReadTokens(r io.Reader) ([]string, error) {
	var tokens []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			tokens = append(tokens, line)
		}
	}
	return tokens, lines.Err()
}

func (t *Tokens) allow(r *http.Request) bool {
	if _, password, ok := r.BasicAuth(); ok {
		return t.Has(password)
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && t.Has(strings.TrimSpace(token))
}

// challenge is how a request without a token may come again: a browser that opens the page is to ask for one.
func challenge(r *http.Request) string {
	if r.Method == http.MethodGet && r.URL.Path == "/" && strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html") {
		return `Basic realm="threatnet"`
	}
	return "Bearer"
}

// Has tells whether a token is among them, in a time that depends on its length and their number alone.
func (t *Tokens) Has(token string) bool {
	sum, found := sha256.Sum256([]byte(token)), 0
	for _, s := range *t.sums.Load() {
		found |= subtle.ConstantTimeCompare(sum[:], s[:])
	}
	return found == 1
}
