package dsdl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"threatnet/internal/atomicfile"
)

// stage puts the rows and the settings of a search aside, as MODEL.csv and MODEL.json, for a model to be made from them by
// other means. Both are as they came.
func (h *handler) stage(req *request) (response, error) {
	var settings bytes.Buffer
	if err := json.Compact(&settings, req.meta); err != nil {
		return response{}, err
	}
	if err := os.MkdirAll(h.o.Dir, 0o750); err != nil {
		return response{}, err
	}
	for _, f := range []struct{ extension, text string }{{".csv", req.data}, {".json", settings.String()}} {
		path := filepath.Join(h.o.Dir, req.model+f.extension)
		err := atomicfile.Write(path, 0o640, func(w io.Writer) error {
			_, err := io.WriteString(w, f.text)
			return err
		})
		if err != nil {
			return response{}, err
		}
	}
	return response{Status: "staged", Message: fmt.Sprintf("/fit: staged as %[1]s.csv and %[1]s.json; no model was trained", req.model)}, nil
}
