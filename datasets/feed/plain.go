package feed

import (
	"bufio"
	"bytes"
	"io"
	"path"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// plain is one name a line. Its family is that of the options or the file's name.
var plain = Format{
	Name:        "plain",
	Description: "one name a line; the family is given (FAMILY=SOURCE) or the file's name",
	Recognize:   isPlain,
	Header:      func([]byte, Options) []string { return nil },
	Read:        readPlain,
}

// isPlain wants at least half of the first rows to be names without anything beside them.
func isPlain(head []byte, _ Options) bool {
	names, rows := 0, 0
	for _, line := range sample(head) {
		rows++
		if line = withoutComment(line); bytes.ContainsAny(line, " \t,;|") {
			continue
		}
		if _, err := datasets.Normalize(string(line)); err == nil {
			names++
		}
	}
	return names > 0 && names*2 >= rows
}

func readPlain(text *bufio.Reader, opt Options) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) {
		family := opt.family(FileFamily(opt.File))
		lines := table.NewLines(text)
		for {
			line, err := lines.Next()
			var ok bool
			switch {
			case err == io.EOF:
				return
			case err == table.ErrLong:
				ok = yield(datasets.Domain{}, opt.rowError(lines.Number(), 1, datasets.LineTooLong, nil))
			case err != nil:
				yield(datasets.Domain{}, err)
				return
			case table.Skip(line):
				continue
			default:
				raw := string(withoutComment(line))
				name, err := datasets.Normalize(raw)
				if err != nil {
					column := 1 + len(line) - len(bytes.TrimLeft(line, " \t"))
					ok = yield(datasets.Domain{}, opt.rowError(lines.Number(), column, err.(datasets.Reason), nil))
				} else {
					ok = yield(datasets.Domain{Name: name, Family: family, Raw: raw, File: opt.File, Line: opt.Line + lines.Number()}, nil)
				}
			}
			if !ok {
				return
			}
		}
	}
}

// family gives the family of names that have none in the text; other is for when the options have none either.
func (o Options) family(other string) string {
	switch {
	case o.Benign:
		return datasets.Benign
	case o.Family != "":
		return datasets.FamilyOf(o.Family)
	}
	return datasets.FamilyOf(other)
}

// withoutComment cuts a comment that follows on a name, and the spaces around it.
func withoutComment(line []byte) []byte {
	if i := bytes.IndexByte(line, '#'); i > 0 && (line[i-1] == ' ' || line[i-1] == '\t') {
		line = line[:i]
	}
	return bytes.TrimSpace(line)
}

// extensions are what a file's name may end in after the family's.
var extensions = []string{
	".gz", ".gzip", ".zst", ".zstd", ".xz", ".bz2", ".zip",
	".txt", ".csv", ".tsv", ".list", ".lst", ".dat", ".domains", ".names",
}

// FileFamily gives the family that a file's name stands for: the name without its folders and known extensions.
func FileFamily(file string) string {
	if file == "stdin" {
		return ""
	}
	name := path.Base("/" + strings.ReplaceAll(file, `\`, "/"))
	if name == "/" {
		return ""
	}
	for {
		ext := path.Ext(name)
		if len(ext) == len(name) || !slices.Contains(extensions, strings.ToLower(ext)) {
			return name
		}
		name = strings.TrimSuffix(name, ext)
	}
}

// sampled is how many rows formats are recognised by.
const sampled = 100

// sample gives the first rows of a text: whole lines, or the only one, without comments.
func sample(head []byte) [][]byte {
	var rows [][]byte
	lines := table.NewLines(bytes.NewReader(whole(head)))
	for len(rows) < sampled {
		line, err := lines.Next()
		if err != nil {
			break
		}
		if !table.Skip(line) {
			rows = append(rows, bytes.Clone(line))
		}
	}
	return rows
}

// whole cuts a line off that may go on beyond the head, unless it is the only one.
func whole(head []byte) []byte {
	if i := bytes.LastIndexByte(head, '\n'); i >= 0 && !table.Skip(head[:i]) {
		return head[:i+1]
	}
	return head
}
