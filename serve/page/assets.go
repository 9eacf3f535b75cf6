package page

import (
	"embed"
	"hash/fnv"
	"html/template"
	"net/http"
	"path"
	"strconv"

	"threatnet/serve/httpx"
)

//go:embed assets
var assets embed.FS

var pages = template.Must(template.New("").Funcs(functions).ParseFS(assets, "assets/*.html"))

// files are what the page refers to.
var files = []string{"icon.svg", "page.js", "style.css"}

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// edition changes with any of the files, so that browsers may keep what they have.
var edition = func() string {
	h := fnv.New64a()
	for _, name := range files {
		_, _ = h.Write(content(name))
	}
	return strconv.FormatUint(h.Sum64(), 36)
}()

func content(name string) []byte {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic("page: a file is missing: " + name)
	}
	return text
}

// asset serves a file.
func asset(name string) http.Handler {
	text := content(name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if r.URL.Query().Get("v") == edition {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		httpx.WriteBytes(w, http.StatusOK, mediaTypes[path.Ext(name)], text)
	})
}
