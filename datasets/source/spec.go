package source

import (
	"fmt"
	"os"
	"strings"
)

// spec is what a SOURCE says.
type spec struct {
	family, format, path string
}

// parse takes a SOURCE apart. What exists as a path is one, whatever it looks like.
func parse(s string) (spec, error) {
	if s == "" {
		return spec{}, fmt.Errorf("a source is [FAMILY=][FORMAT:]PATH, not nothing")
	}
	if exists(s) {
		return spec{path: s}, nil
	}
	if format, path, ok := cutFormat(s); ok {
		if !known(format) {
			return spec{}, fmt.Errorf("%s: %w %q; known are %s", s, ErrUnknownFormat, format, formatNames())
		}
		return spec{format: format, path: path}, nil
	}
	if family, rest, ok := strings.Cut(s, "="); ok && family != "" {
		inner, err := parse(rest)
		if err != nil {
			return spec{}, err
		}
		// A missing file in a folder with = in its name is not a family.
		if exists(inner.path) || !strings.ContainsAny(family, `/\`) {
			inner.family = family
			return inner, nil
		}
	}
	return spec{path: s}, nil
}

// cutFormat cuts FORMAT: off: two or more letters, digits and hyphens; one letter is a drive.
func cutFormat(s string) (format, path string, ok bool) {
	format, path, ok = strings.Cut(s, ":")
	if len(format) < 2 || strings.Trim(strings.ToLower(format), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "", s, false
	}
	return strings.ToLower(format), path, ok
}

func exists(path string) bool {
	if path == "-" {
		return true
	}
	_, err := os.Stat(path)
	return err == nil
}
