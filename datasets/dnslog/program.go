package dnslog

import (
	"errors"
	"strings"
)

// What is wrong with a line of a program's log.
var (
	errUnknown   = &flaw{column: 1, reason: BadLine, err: errors.New("neither a query nor another message")}
	errTruncated = errors.New("the line ends too early")
)

// tagged finds the program that wrote a line: where its name begins, -1 if it is not there, and where the message begins,
// after the name, the numbers in brackets and the severity.
func tagged(text, program string) (at, message int) {
	for from := 0; ; {
		i := strings.Index(text[from:], program)
		if i < 0 {
			return -1, -1
		}
		at = from + i
		from = at + len(program)
		if at > 0 && text[at-1] != ' ' || from == len(text) || text[from] != '[' && text[from] != ':' {
			continue
		}
		_, end := word(text, at)
		for {
			start, next := word(text, end)
			if !isTag(text[start:next]) {
				return at, start
			}
			end = next
		}
	}
}

// isTag tells whether a word is in brackets, or letters and a colon.
func isTag(word string) bool {
	if strings.HasPrefix(word, "[") {
		return strings.HasSuffix(word, "]")
	}
	severity, ok := strings.CutSuffix(word, ":")
	return ok && strings.Trim(severity, "abcdefghijklmnopqrstuvwxyz") == ""
}

// prefixLength is where the time of a line is, and the program if there is no time.
const prefixLength = 64

// unlogged is the error of a line that is not of the program: none if another one wrote it, by its time or by a name with the
// number of the process.
func unlogged(text string) error {
	text = text[:min(len(text), prefixLength)]
	var c clock
	t, err := c.of(text)
	if err != nil || !t.IsZero() {
		return err
	}
	start, end := word(text, 0)
	if program := text[start:end]; strings.HasSuffix(program, "]:") && strings.Contains(program, "[") {
		return nil
	}
	return errUnknown
}
