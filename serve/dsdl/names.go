package dsdl

import (
	"fmt"
	"path/filepath"
	"strings"
)

// maxName is the length of a name of a model or an algo in bytes: with both and an extension, a file's name still fits.
const maxName = 100

// checkName refuses a name that must not become a part of a file's name: letters and digits of ASCII, '_', '-' and, inside,
// '.' are allowed.
func checkName(what, name string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	switch {
	case name == "":
		return fmt.Errorf("the %s has no name", what)
	case len(name) > maxName:
		return fmt.Errorf("the name of the %s is %d bytes long: want at most %d", what, len(name), maxName)
	case strings.Trim(name, allowed) != "" || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(allowed, r) }),
		name[0] == '.' || name[len(name)-1] == '.', !filepath.IsLocal(name):
		return fmt.Errorf("the name of the %s is %q: want letters, digits, '_', '-' and '.' inside", what, name)
	}
	return nil
}
