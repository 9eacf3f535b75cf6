package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"threatnet/datasets/source"
	"threatnet/internal/kernel"
	"threatnet/train"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// errUsage is wrapped by the errors of a wrong call.
var errUsage = errors.New("wrong usage")

func usagef(format string, args ...any) error {
	return usage(fmt.Errorf(format, args...))
}

// usageError prints as its cause, and is errUsage.
type usageError struct{ error }

func (e usageError) Is(target error) bool { return target == errUsage }
func (e usageError) Unwrap() error        { return e.error }

func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// env is where a verb reads and writes: results go to out, everything else to err.
type env struct {
	in       io.Reader
	out, err io.Writer
}

// run runs one command line and returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	cmd := newRoot(&env{in, out, errOut})
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		_, _ = fmt.Fprintln(errOut, "threatnet: interrupted")
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE): // the reader of a pipe has gone; there is nobody to tell
		return exitFailed
	}
	_, _ = fmt.Fprintf(errOut, "threatnet: %s\n", strings.TrimSpace(err.Error()))
	if errors.Is(err, errUsage) || errors.Is(err, train.ErrSettings) || errors.Is(err, source.ErrStdinTwice) {
		return exitUsage
	}
	return exitFailed
}

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "threatnet",
		Short: "train, evaluate and score neural detectors of network threats",
		Long: `threatnet trains, evaluates and serves small neural networks that find threats
in domain names, DNS queries and network flows. Begin with "threatnet quickstart".`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return usage(kernel.CheckLevel()) }
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.AddCommand(newQuickstart(e), newTrain(e), newEvaluate(e), newScore(e), newServe(e), newInspect(e), newImport(e), newDatasets(e), newBench(e), newNotebook(e), newVersion(e))
	wrapArgs(root)
	return root
}

// wrapArgs makes wrong arguments of a verb and its sub-verbs errors of usage.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = cobra.NoArgs
	}
	if c.HasSubCommands() {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s has no verb %q: see %s --help", c.CommandPath(), args[0], c.CommandPath())
			}
			return c.Help()
		}
		check = cobra.ArbitraryArgs
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usagef("%w: see %s --help", err, c.CommandPath())
		}
		return nil
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// logf writes a line for people.
func (e *env) logf(format string, args ...any) { _, _ = fmt.Fprintf(e.err, format+"\n", args...) }
