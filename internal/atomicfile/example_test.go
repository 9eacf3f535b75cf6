package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"threatnet/internal/atomicfile"
)

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "verdicts.csv")

	fmt.Println(atomicfile.Write(path, 0o644, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, "name,verdict")
		return err
	}))
	fmt.Println(atomicfile.Write(path, 0o644, func(w io.Writer) error {
		fmt.Fprint(w, "half of a new ")
		return errors.New("interrupted")
	}))
	data, err := os.ReadFile(path)
	fmt.Printf("%s%v", data, err)
	// Output:
	// <nil>
	// interrupted
	// name,verdict
	// <nil>
}
