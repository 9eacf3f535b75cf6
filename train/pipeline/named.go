package pipeline

import "slices"

// loadNamed reads the sources that the user named for validation and test: read those of a part into it, or, where both
// are the same sources, share, which gives one part the records of another.
func loadNamed(s *Sources, read func(p part, args []string) error, share func(from, to part)) error {
	for _, c := range []struct {
		part part
		args []string
	}{{validationPart, s.Validation}, {testPart, s.Test}} {
		switch {
		case len(c.args) == 0:
		case c.part == testPart && slices.Equal(c.args, s.Validation):
			share(validationPart, testPart)
		default:
			if err := read(c.part, c.args); err != nil {
				return err
			}
		}
	}
	return nil
}
