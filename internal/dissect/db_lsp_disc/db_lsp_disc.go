// Package db_lsp_disc reads the search of Dropbox for other computers of the same
// account in the network: that a computer has the program, and by which number it
// goes. The shared folders, which tell whose computers belong together, are only
// counted.
package db_lsp_disc

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyHost    = "db_lsp_disc.host"
	keyName    = "db_lsp_disc.display_name"
	keyPort    = "db_lsp_disc.port"
	keyVersion = "db_lsp_disc.version"
	keyFolders = "db_lsp_disc.folders" // how many are shared
)

// Limits: of the object, and of the digits of a number in it.
const (
	maxValues = 2000
	maxDigits = 48
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "db_lsp_disc",
		Over:    dissect.OverUDP,
		Ports:   []uint16{17500},
		Spec:    "not published; Dropbox LAN sync discovery, JSON over UDP, as observed",
		Plain:   true,
		Probe:   func(b []byte, _ bool) bool { _, ok := d.read(b); return ok },
		Starts:  []byte{'{'},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// announcement is what a computer says of itself; all of it is borrowed.
type announcement struct {
	host, name, port []byte
	version          [2][]byte // major, minor
	parts            int       // of the version
	folders          int
	listed           bool // whether the folders are there
}

// read takes an announcement apart: an object with a number of the host, a version
// of numbers, and a list of the numbers of folders, in whatever order.
func (d *dissector) read(b []byte) (announcement, bool) {
	var a announcement
	if !bytes.Contains(b, []byte(`"host_int"`)) {
		return a, false
	}
	s := jsonscan.New(b)
	for range maxValues {
		v, ok := s.Next()
		if !ok {
			break
		}
		a.take(&v)
	}
	return a, s.Whole() && s.Rest() == 0 && a.host != nil && a.listed && a.parts > 0
}

func (a *announcement) take(v *jsonscan.Value) {
	switch {
	case v.Depth == 1 && v.Kind == jsonscan.Number && len(v.Raw) <= maxDigits:
		switch string(v.Key) {
		case "host_int":
			a.host = v.Raw
		case "port":
			a.port = v.Raw
		}
	case v.Depth == 1 && v.Kind == jsonscan.String && string(v.Key) == "displayname":
		a.name = v.Raw
	case v.Depth == 1 && v.Kind == jsonscan.Array && string(v.Key) == "namespaces":
		a.listed = true
	case v.Depth == 2 && v.Kind == jsonscan.Number && string(v.Parent) == "version" && a.parts < len(a.version):
		a.version[a.parts] = v.Raw
		a.parts++
	case v.Depth == 2 && v.Kind == jsonscan.Number && string(v.Parent) == "namespaces":
		a.folders++
	}
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	a, ok := d.read(r.Rest())
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyHost, a.host)
	d.text = jsonscan.Append(d.text[:0], a.name)
	out.Observe(about, keyName, d.text)
	out.Observe(about, keyPort, a.port)
	d.text = append(d.text[:0], a.version[0]...)
	if a.parts > 1 {
		d.text = append(append(d.text, '.'), a.version[1]...)
	}
	out.Observe(about, keyVersion, d.text)
	out.Observe(about, keyFolders, d.text.Number(a.folders))
	return heron.Verdict{}, nil
}
