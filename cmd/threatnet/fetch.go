package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"threatnet/datasets/fetch"
)

type fetchFlags struct {
	list, json       bool
	out, url, sha256 string
}

func newFetch(e *env) *cobra.Command {
	var f fetchFlags
	c := &cobra.Command{
		Use:   "fetch NAME",
		Short: "download a published list of names",
		Long: `Download a published list to NAME-DATE, such as umbrella-2026-07-07.csv.zip, and
print its SHA-256 and path; --list tells the lists and their terms. The file is
NAME.part until all of it is there: an interrupted download goes on where it
ended. Feeds for holders of an account take the user name and the password from
the environment, for example THREATNET_BAMBENEK_USER and
THREATNET_BAMBENEK_PASSWORD.`,
		Example: `  threatnet datasets fetch --list
  threatnet datasets fetch tranco --out lists
  threatnet datasets fetch umbrella --url https://mirror.example/top-1m.csv.zip --sha256 9f86d081...`,
		Args: func(c *cobra.Command, args []string) error {
			if f.list {
				return cobra.ExactArgs(0)(c, args)
			}
			return cobra.ExactArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if f.list {
				return printLists(e, f.json)
			}
			return runFetch(c.Context(), e, args[0], &f)
		},
	}
	for _, l := range fetch.Lists() {
		c.ValidArgs = append(c.ValidArgs, l.Name)
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.BoolVar(&f.list, "list", false, "list what there is, from where and under which terms")
	fs.StringVar(&f.out, "out", ".", "the folder `DIR` for the file, made if need be")
	fs.StringVar(&f.url, "url", "", "another address, `URL`, such as a mirror's")
	fs.StringVar(&f.sha256, "sha256", "", "the sum that the file must have, `HEX`")
	fs.BoolVar(&f.json, "json", false, "print one JSON document")
	return c
}

func printLists(e *env, asJSON bool) error {
	if asJSON {
		return e.json(map[string]any{"lists": fetch.Lists()})
	}
	for _, l := range fetch.Lists() {
		account := ""
		if l.User != "" {
			account = fmt.Sprintf("  account: %s and %s\n", l.User, l.Password)
		}
		_, err := fmt.Fprintf(e.out, "%s\n  %s\n  from:    %s\n  terms:   %s (%s)\n%s", l.Name, l.Description, l.URL, l.Terms, l.About, account)
		if err != nil {
			return err
		}
	}
	return nil
}

func runFetch(ctx context.Context, e *env, name string, f *fetchFlags) error {
	list, err := fetch.Find(name)
	if err == nil {
		err = fetch.CheckSHA256(f.sha256)
	}
	if err != nil {
		return usage(err)
	}
	e.logf("%s: %s", list.Name, list.Description)
	e.logf("from %s", cmp.Or(fetch.Shown(f.url), list.URL))
	e.logf("terms: %s (%s)", list.Terms, list.About)
	bar := newBytesBar(e)
	file, err := fetch.Get(ctx, list, fetch.Options{URL: f.url, Dir: f.out, SHA256: f.sha256, Progress: bar.progress})
	bar.clear()
	switch {
	case errors.Is(err, fetch.ErrAddress), errors.Is(err, fetch.ErrCredentials), errors.Is(err, fetch.ErrInsecure):
		return usage(err)
	case errors.Is(err, fetch.ErrIncomplete) && errors.Is(err, context.Canceled):
		e.logf("%v", err) // how to go on
	}
	if err != nil {
		return err
	}
	e.logf("%s", told(file))
	if f.json {
		return e.json(file)
	}
	_, err = fmt.Fprintf(e.out, "%s  %s\n", file.SHA256, file.Path)
	return err
}

// told says in words what became of a download.
func told(f fetch.File) string {
	text := fmt.Sprintf("wrote %s: %d bytes", f.Path, f.Bytes)
	if f.Kept {
		text = fmt.Sprintf("%s is there already: %d bytes", f.Path, f.Bytes)
	}
	if f.Resumed > 0 {
		text += fmt.Sprintf(", %d of them from an earlier download", f.Resumed)
	}
	if f.Verified {
		return text + ", checksum verified"
	}
	return text + "; no checksum to compare with"
}

// bytesBar shows on a terminal how much of a file has come.
type bytesBar struct {
	env *env
	tty bool
	bar *progressbar.ProgressBar
}

func newBytesBar(e *env) *bytesBar {
	f, ok := e.err.(*os.File)
	return &bytesBar{env: e, tty: ok && term.IsTerminal(int(f.Fd()))}
}

func (b *bytesBar) progress(done, total int64) {
	if !b.tty {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(b.env.err), progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true),
			progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	_ = b.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
}

// clear takes the bar off the screen.
func (b *bytesBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
