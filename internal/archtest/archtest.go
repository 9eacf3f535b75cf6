// Package archtest holds the module to its import rules: which room may import which, and who may import gorgonia. Its test
// reads the import clauses of every Go file of the module, test files and files of other systems among them; it needs no
// go command and compiles nothing.
//
// Patterns are those of the go command: "models" is that package alone, "models/..." it and all below it, "..." is all.
// Paths are relative to the module.
package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Rule says which packages of the module a room may import. A package follows the first rule whose room has it.
type Rule struct {
	Room string
	May  []string
}

// Ban says which packages alone may import what lies outside the module.
type Ban struct {
	Import string
	Only   []string
}

// File is one Go file's imports.
type File struct {
	Path    string // relative to the module's folder, with slashes
	Imports []string
}

// Rules is the whole set.
type Rules struct {
	Module   string
	Rooms    []Rule
	Bans     []Ban
	TestOnly []string // packages of the module that only test files may import, those in any room
}

// Check returns a line for each import that breaks a rule, and for each package in no room.
func (r *Rules) Check(files []File) []string {
	var found []string
	for _, f := range files {
		pkg := path.Dir(f.Path)
		room := slices.IndexFunc(r.Rooms, func(rule Rule) bool { return matches(rule.Room, pkg) })
		if room < 0 {
			found = append(found, fmt.Sprintf("%s: no rule has package %s", f.Path, pkg))
			continue
		}
		for _, imp := range f.Imports {
			if why := r.refusal(f.Path, pkg, imp, r.Rooms[room]); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", f.Path, imp, why))
			}
		}
	}
	return found
}

// refusal says why the file must not import imp, or nothing.
func (r *Rules) refusal(file, pkg, imp string, rule Rule) string {
	ours, ok := strings.CutPrefix(imp, r.Module+"/")
	if !ok {
		for _, b := range r.Bans {
			if matches(b.Import, imp) && !matchesAny(b.Only, pkg) {
				return fmt.Sprintf("only %v may", b.Only)
			}
		}
		return ""
	}
	switch {
	case ours == pkg: // the external test of a package
		return ""
	case matchesAny(r.TestOnly, ours):
		if strings.HasSuffix(file, "_test.go") {
			return ""
		}
		return "only test files may"
	case !matchesAny(rule.May, ours):
		return fmt.Sprintf("%s may import %v", rule.Room, rule.May)
	}
	return ""
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	return name == pattern
}

// Scan reads the imports of the Go files below the folder root, but for what the go command passes over: testdata, folders
// whose names begin with a dot or an underscore, and other modules.
func Scan(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		switch {
		case name == root:
			return nil
		case d.IsDir():
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || err == nil {
				return fs.SkipDir
			}
			return nil
		case filepath.Ext(base) != ".go" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_"):
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := scanFile(name)
		f.Path = filepath.ToSlash(rel)
		files = append(files, f)
		return err
	})
	return files, err
}

func scanFile(name string) (File, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return File{}, err
	}
	var f File
	for _, spec := range tree.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return File{}, err
		}
		f.Imports = append(f.Imports, imp)
	}
	return f, nil
}
