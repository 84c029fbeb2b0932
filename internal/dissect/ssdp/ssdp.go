// Package ssdp reads SSDP, the discovery half of UPnP: what devices announce,
// and what searchers look for; and what lamps of Yeelight's have in its form.
package ssdp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations: the header fields of UPnP Device Architecture 2.0 §1.
const (
	keyServer    = "ssdp.server"
	keyST        = "ssdp.st"
	keyNT        = "ssdp.nt"
	keyUSN       = "ssdp.usn"
	keyLocation  = "ssdp.location"
	keyUserAgent = "ssdp.user_agent"
	keySearch    = "ssdp.search" // ST of a search: what the sender looks for
	keyHeader    = "ssdp.header."
)

// maxHeaderName bounds names of header fields that become keys.
const maxHeaderName = 40

const version = "HTTP/1."

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{other: dissect.KeyMaker{Prefix: keyHeader}}
	return dissect.Protocol{
		Name:         "ssdp",
		Over:         dissect.OverUDP,
		Ports:        []uint16{1900, 1982},
		Spec:         "UPnP Device Architecture 2.0 §1; draft-cai-ssdp-v1-03; Yeelight WiFi Light Inter-Operation Specification §3",
		Plain:        true,
		EveryMessage: true,
		Probe:        probe,
		Starts:       []byte("HMN"), // HTTP, M-SEARCH, NOTIFY
		Dissect:      d.dissect,
	}
}

type dissector struct {
	other dissect.KeyMaker
}

func probe(b []byte, _ bool) bool {
	h, err := http1.ParseWhole(b, version)
	return err == nil && kindOf(&h) != 0
}

// kind is what a message is.
type kind uint8

const (
	announcement kind = iota + 1
	search
	response
)

// kindOf tells the kind from the start line and the fields that go with it; 0
// is plain HTTP.
func kindOf(h *http1.Head) kind {
	switch {
	case h.Status == 200 && (h.Get("ST") != nil || isLamp(h)):
		return response
	case string(h.Method) == "NOTIFY" && string(h.Target) == "*" && (h.Get("NT") != nil || isLamp(h)):
		return announcement
	case string(h.Method) == "M-SEARCH" && string(h.Target) == "*":
		return search
	}
	return 0
}

// isLamp reports whether a message is from a lamp of Yeelight's: none of the fields that
// say what it is are the standard's.
func isLamp(h *http1.Head) bool { return bytes.HasPrefix(h.Get("Location"), []byte("yeelight://")) }

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h, err := http1.ParseWhole(r.Rest(), version)
	k := kindOf(&h)
	if err != nil || k == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src} // the device, not one port of it
	fields := h.Fields()
	for name, value, ok := fields.Next(); ok; name, value, ok = fields.Next() {
		if key := d.key(k, name); key != "" {
			out.Observe(about, key, value)
		}
	}
	return heron.Verdict{}, nil
}

// key returns the key of a header field; "" for those that say nothing of a device.
func (d *dissector) key(k kind, name []byte) string {
	switch {
	case http1.Is(name, "SERVER"):
		return keyServer
	case http1.Is(name, "USER-AGENT"):
		return keyUserAgent
	case http1.Is(name, "ST"):
		if k == search {
			return keySearch
		}
		return keyST
	case http1.Is(name, "NT"):
		return keyNT
	case http1.Is(name, "USN"):
		return keyUSN
	case http1.Is(name, "LOCATION"):
		return keyLocation
	}
	if k == search || !vendors(name) {
		return ""
	}
	return d.other.Key(name, maxHeaderName)
}

// vendors reports whether a field is none of the standard's: makers put model
// names and serial numbers there.
func vendors(name []byte) bool {
	for _, known := range [...]string{
		"HOST", "CACHE-CONTROL", "NTS", "EXT", "DATE", "MAN", "MX", "OPT", "01-NLS", "BOOTID.UPNP.ORG",
		"CONFIGID.UPNP.ORG", "SEARCHPORT.UPNP.ORG", "NEXTBOOTID.UPNP.ORG", "CONTENT-LENGTH", "CONNECTION",
		"POWER", "BRIGHT", "COLOR_MODE", "CT", "RGB", "HUE", "SAT", // how a lamp shines
	} {
		if http1.Is(name, known) {
			return false
		}
	}
	return true
}
