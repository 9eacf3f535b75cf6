package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"threatnet/internal/kernel"
)

// version is set by the release build.
var version = "dev"

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print version, kernel level, cores and CPU",
		RunE: func(*cobra.Command, []string) error {
			v := version
			if info, ok := debug.ReadBuildInfo(); ok && v == "dev" && info.Main.Version != "" {
				v = info.Main.Version
			}
			_, err := fmt.Fprintf(e.out, "threatnet %s\nkernel %s\ncores %d\ncpu %s\nplatform %s/%s, %s\n", v, kernel.Level(), runtime.GOMAXPROCS(0), cpuName(), runtime.GOOS, runtime.GOARCH, runtime.Version())
			return err
		},
	}
}
