package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Variable is the environment variable that forces a level.
const Variable = "THREATNET_KERNEL"

type level int

const (
	levelGo level = iota
	levelAVX2
	levelAVX512
)

var levelNames = [...]string{levelGo: "go", levelAVX2: "avx2", levelAVX512: "avx512"}

var (
	best      = detect()
	active    = best
	fromStart = startLevel(os.Getenv(Variable))
)

// Level names the level in use: "avx512", "avx2" or "go". It is the best that the processor and the operating system
// have, unless the environment variable THREATNET_KERNEL or SetLevel chose another. A build with the tag noasm, or for
// another architecture than amd64, has "go" alone.
func Level() string { return levelNames[active] }

// Levels names the levels that can be used here, best first.
func Levels() []string {
	names := slices.Clone(levelNames[:best+1])
	slices.Reverse(names)
	return names
}

// SetLevel chooses one of Levels, to reproduce results of another machine and to test. No other call may run meanwhile.
func SetLevel(name string) error {
	i := slices.Index(levelNames[:best+1], name)
	if i < 0 {
		return fmt.Errorf("kernel: no level %q here, only %s", name, strings.Join(Levels(), ", "))
	}
	active = level(i)
	return nil
}

// CheckLevel returns an error when THREATNET_KERNEL is set and names none of Levels; then the best is in use.
func CheckLevel() error { return fromStart }

func startLevel(name string) error {
	if name == "" {
		return nil
	}
	if err := SetLevel(name); err != nil {
		return fmt.Errorf("%s: %w", Variable, err)
	}
	return nil
}
