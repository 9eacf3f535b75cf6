package dsdl

import (
	"net/http"
	"strings"
)

// authorised checks a request's Authorization header: a token itself, or after Bearer or Splunk. It answers 401 and
// reports false where that is no token.
func (h *handler) authorised(w http.ResponseWriter, r *http.Request) bool {
	given := r.Header.Values("Authorization")
	detail := ""
	switch {
	case len(given) == 0:
		detail = "No header with token"
	case h.o.Tokens == nil:
		detail = "No token setup"
	case len(given) > 1 || !h.knows(given[0]):
		detail = "Invalid token"
	default:
		return true
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	h.detail(w, http.StatusUnauthorized, detail)
	return false
}

func (h *handler) knows(header string) bool {
	bare := header
	if scheme, rest, ok := strings.Cut(header, " "); ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Splunk")) {
		bare = strings.TrimSpace(rest)
	}
	asIs, cut := h.o.Tokens.Has(header), h.o.Tokens.Has(bare) // both are asked: times tell nothing
	return asIs || cut
}
