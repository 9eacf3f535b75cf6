// Command threatnet trains, evaluates and serves small neural networks that find threats in domain names, DNS queries and
// network flows. Run it without arguments for its verbs.
package main

import "os"

func main() {
	os.Exit(profiled(func() int { return run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }))
}
