// Package web holds the page: a React application that Node builds into
// dist/app and that is embedded into the binary. A plain `go build` never needs
// Node: the repository carries dist/index.html, which says how to build the
// page and is served until someone does.
package web

import (
	"embed"
	"io/fs"
)

// dist holds the placeholder and, once built, the page under app. "all:" takes
// names with a leading "_" too, which a bundler may choose.
//
//go:embed all:dist
var dist embed.FS

// FS returns the page with index.html at its root: the built one, or else the
// placeholder. Files under assets/ carry a hash of their content in their
// names and may be cached for ever; the others may not.
func FS() fs.FS {
	root := "dist"
	if Built() {
		root = "dist/app"
	}
	sub, err := fs.Sub(dist, root)
	if err != nil { // only for an invalid path, and root is a constant
		panic(err)
	}
	return sub
}

// Built reports whether the page was built before the binary was.
func Built() bool {
	_, err := fs.Stat(dist, "dist/app/index.html")
	return err == nil
}
