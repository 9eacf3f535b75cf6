package synth

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// An encoding turns bytes into the text of labels.
type encoding func([]byte) string

// The encodings of tunnels (RFC 4648), without padding. Resolvers may change the case of names, which all but base64 bear.
var (
	base32Lower encoding = func(b []byte) string { return strings.ToLower(base32Upper(b)) }
	base32Upper encoding = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString
	base32Hex   encoding = func(b []byte) string {
		return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	}
	base64URL encoding = base64.RawURLEncoding.EncodeToString
	base16    encoding = hex.EncodeToString
)

// text gives n characters of encoded random bytes.
func (e encoding) text(r *splitMix, n int) string { return e(r.bytes(n))[:n] }

// labels cuts a text into labels of n characters, the last of what is left.
func labels(text string, n int) string {
	var b strings.Builder
	for i := 0; i < len(text); i += n {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(text[i:min(i+n, len(text))])
	}
	return b.String()
}
