package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

// profileVariable names, in the environment, the file to which a profile of the command is written, for go tool pprof.
const profileVariable = "THREATNET_CPUPROFILE"

// profiled runs the command and writes its profile, where one is asked for.
func profiled(command func() int) (code int) {
	path := os.Getenv(profileVariable)
	if path == "" {
		return command()
	}
	f, err := os.Create(path)
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "threatnet: %s: %v\n", profileVariable, err)
		return exitFailed
	}
	code = command()
	pprof.StopCPUProfile()
	if err := f.Close(); err != nil {
		fmt.Fprintf(os.Stderr, "threatnet: %s: %v\n", profileVariable, err)
		return exitFailed
	}
	return code
}
