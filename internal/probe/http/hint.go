package http

import (
	"bytes"

	"github.com/heron-iot/heron/internal/probe"
)

// maxHint is how much of a page hints are looked for in.
const maxHint = 4 << 10

// hints are words on the first page of devices that describe themselves to anybody, as
// their makers document, and where.
var hints = []struct{ word, probe, path string }{
	{"hue personal wireless lighting", name, "/api/0/config"}, // Philips Hue API
	{"<title>shelly", name, "/shelly"},                        // Shelly Device API
	{"<title>wled", name, "/json/info"},                       // WLED JSON API
	{"yamaha network controller", name, "/YamahaExtendedControl/v1/system/getDeviceInfo"},
	{"<title>axis", "axis", ""}, // VAPIX
}

// describe asks for the description of a device whose page says that it has one.
func describe(c *probe.Conn, r *response) {
	page := bytes.ToLower(bytes.Clone(r.body))
	for _, h := range hints {
		if at := bytes.Index(page, []byte(h.word)); at >= 0 && at < maxHint {
			c.Follow(probe.Follow{Probe: h.probe, Port: c.Target().Port, TLS: c.Target().TLS, Path: h.path})
			return
		}
	}
}
