package main

import (
	"os"
	"path/filepath"
	"strings"
)

// output is a file that a command is to write, and the flag that names it.
type output struct{ flag, path string }

// keepInputs refuses to write to a file that is read, or to one file twice. Inputs are sources as users name them, or plain
// paths. What is no regular file, such as /dev/null, takes whatever comes.
func keepInputs(inputs []string, outputs ...output) error {
	for i, out := range outputs {
		info, err := os.Stat(out.path)
		if out.path == "" || err == nil && !info.Mode().IsRegular() {
			continue
		}
		for _, other := range outputs[:i] {
			if sameFile(other.path, out.path) {
				return usagef("%s and %s are one file, %s", other.flag, out.flag, out.path)
			}
		}
		for _, in := range inputs {
			if err == nil && reads(in, out.path) {
				return usagef("%s %s is also read, and would be replaced", out.flag, out.path)
			}
		}
	}
	return nil
}

func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// reads tells whether an input, PATH or [FAMILY=][FORMAT:]PATH, is a file or has it in its folder.
func reads(input, path string) bool {
	for at := 0; at <= len(input); {
		in := input[at:]
		info, err := os.Stat(in)
		if err == nil && (info.IsDir() && within(in, path) || sameFile(in, path)) {
			return true
		}
		next := strings.IndexAny(in, "=:")
		if next < 0 {
			break
		}
		at += next + 1
	}
	return false
}

// within tells whether a folder has a path in it, at any depth.
func within(folder, path string) bool {
	dir, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return false
	}
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return false
	}
	if file, err = filepath.Abs(file); err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rel)
}
