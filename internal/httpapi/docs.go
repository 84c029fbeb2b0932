package httpapi

import (
	"embed"
	"net/http"
	"path"

	"github.com/heron-iot/heron"
)

// docsFiles is the page to read and try the API: three files of our own, so
// that nothing is asked of the outside world.
//
//go:embed docs/index.html docs/docs.css docs/docs.js
var docsFiles embed.FS

// addDocs serves the description and the page to try it. Both are open: they
// hold nothing that the program's documentation does not.
func (s *Server) addDocs(b *builder) {
	spec := newAsset("openapi.json", s.spec)
	spec.ctype = "application/openapi+json"
	b.raw(Route{
		Method: http.MethodGet, Path: "/api/openapi.json", ID: "openapi", Public: true,
		Summary: "The OpenAPI 3.1 description",
	}, func(w http.ResponseWriter, r *http.Request) { spec.serve(w, r, false) })
	for _, f := range []struct{ route, file string }{
		{"/api/docs", "docs/index.html"},
		{"/api/docs/docs.css", "docs/docs.css"},
		{"/api/docs/docs.js", "docs/docs.js"},
	} {
		text, err := docsFiles.ReadFile(f.file)
		if err != nil {
			b.err = heron.Errorf(heron.CodeInternal, "embedded file %s: %v", f.file, err)
			return
		}
		a := newAsset(f.file, text)
		b.raw(Route{
			Method: http.MethodGet, Path: f.route, ID: "docs." + path.Base(f.file), Public: true,
			Summary: "Page to read and try the API",
		}, func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, false) })
	}
}
