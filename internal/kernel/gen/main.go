// Command gen writes the assembly of package kernel, and the Go declarations of its functions, with avo. It is a module of
// its own, so that avo is no dependency of the project.
//
//	go run . -out ..           write the files
//	go run . -out .. -check    compare: exit with 1 where a file differs from what would be written
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// parts are the files, by the name of the Go file that they serve.
var parts = []struct {
	name string
	emit func(f *file)
}{
	{"product", product},
	{"gemm", gemm},
	{"dot", dot},
	{"gate", gate},
	{"activation", activation},
	{"vector", vector},
	{"rows", rows},
	{"update", update},
	{"pack", pack},
	{"cpu", cpu},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	flags := flag.NewFlagSet("gen", flag.ExitOnError) // avo defines flags of its own in the common set
	out := flags.String("out", "..", "folder of package kernel")
	check := flags.Bool("check", false, "compare, write nothing")
	_ = flags.Parse(os.Args[1:]) // exits by itself
	for _, p := range parts {
		f := newFile()
		p.emit(f)
		config := printer.Config{Name: "internal/kernel/gen", Pkg: "kernel"}
		result, err := f.Result()
		if err != nil {
			build.LogError(log.Default(), err, 10)
			os.Exit(1)
		}
		if err := pass.Compile.Execute(result); err != nil {
			log.Fatalf("%s: %v", p.name, err)
		}
		path := filepath.Join(*out, p.name+"_simd_amd64")
		for _, o := range []struct {
			printer printer.Printer
			path    string
		}{{printer.NewGoAsm(config), path + ".s"}, {printer.NewStubs(config), path + ".go"}} {
			text, err := o.printer.Print(result)
			if err == nil {
				err = emit(o.path, text, *check)
			}
			if err != nil {
				log.Fatal(err)
			}
		}
	}
}

func emit(path string, text []byte, check bool) error {
	if !check {
		return os.WriteFile(path, text, 0o644)
	}
	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, text) {
		return fmt.Errorf("%s is not what the generator writes", path)
	}
	return nil
}
