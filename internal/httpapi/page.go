package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
)

// page serves the files of the web app. Every path that is no file and looks
// like none is the app's own and gets index.html.
type page struct {
	files fs.FS

	mu    sync.Mutex
	cache map[string]*asset
}

// asset is one file, ready to send.
type asset struct {
	plain  []byte
	packed []byte // gzip; nil where that does not pay
	ctype  string
	tag    string
}

// contentType names the type of a file. The system's own table is not asked:
// it differs from machine to machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// packs reports whether a type of file is worth compressing.
func packs(ctype string) bool {
	kind, _, _ := mime.ParseMediaType(ctype)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || kind == "image/svg+xml"
}

// open returns a file, read and packed once.
func (p *page) open(name string) (*asset, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.cache[name]; a != nil {
		return a, nil
	}
	plain, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, err
	}
	a := newAsset(name, plain)
	p.cache[name] = a
	return a, nil
}

func newAsset(name string, plain []byte) *asset {
	sum := sha256.Sum256(plain)
	a := &asset{plain: plain, ctype: contentType(name), tag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	if len(plain) < 1024 || !packs(a.ctype) {
		return a
	}
	var buf bytes.Buffer
	// A buffer takes all that is written, and the level is a valid one.
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	_, _ = z.Write(plain)
	_ = z.Close()
	if buf.Len() < len(plain)*9/10 {
		a.packed = buf.Bytes()
	}
	return a
}

// serve sends the asset, or 304 when the browser has it.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, forever bool) {
	h := w.Header()
	h.Set("ETag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if m := r.Header.Get("If-None-Match"); m != "" && noneMatch(m, a.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	h.Set("Content-Type", a.ctype)
	if r.Method == http.MethodHead {
		return
	}
	// The browser has gone when this fails: nobody is left to tell.
	_, _ = w.Write(body)
}

// addPage serves the app at every path that nothing else has.
func (s *Server) addPage(b *builder) {
	b.top.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		p := newProblem(r.Context(), http.StatusMethodNotAllowed, heron.CodeInvalid, "this path does not take that method")
		s.writeProblem(w, r, p)
	})
	p := &page{files: s.opt.Page, cache: map[string]*asset{}}
	b.top.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if err := s.servePage(p, w, r); err != nil {
			s.writeProblem(w, r, err)
		}
	})
}

// servePage sends a file of the app, or the app itself.
func (s *Server) servePage(p *page, w http.ResponseWriter, r *http.Request) error {
	missing := heron.Errorf(heron.CodeNotFound, "there is nothing here")
	if p.files == nil || !safeMethod(r.Method) || strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/api" {
		return missing
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	a, err := p.open(name)
	if isMissing(err) && path.Ext(name) == "" {
		a, err = p.open("index.html")
	}
	if isMissing(err) {
		return missing
	}
	if err != nil {
		return err
	}
	a.serve(w, r, strings.HasPrefix(name, "assets/"))
	return nil
}

// isMissing reports that there is no such file; a folder, or a name that no
// file can have, is none.
func isMissing(err error) bool {
	if err == nil {
		return false
	}
	pe, ok := errors.AsType[*fs.PathError](err)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || ok && pe.Op == "read"
}
