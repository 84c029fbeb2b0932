// Package bgp reads how two routers begin to speak the Border Gateway Protocol, of
// which autonomous system they are and what they can do, and why they part. Routes
// are never told.
package bgp

import (
	"bytes"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of a router's own.
const (
	keyVersion    = "bgp.version"
	keyAS         = "bgp.as" // number of its autonomous system
	keyHoldTime   = "bgp.hold_time"
	keyRouterID   = "bgp.router_id"
	keyCapability = "bgp.capability" // name, or number where it has none
	keySoftware   = "bgp.software"   // what it runs
)

// Types of message (RFC 4271 §4.1, RFC 2918).
const (
	open = 1 + iota
	update
	notification
	keepalive
	refresh
)

// Sizes (RFC 4271 §4.1 to §4.5, RFC 8654).
const (
	markerSize   = 16
	headerSize   = markerSize + 3
	openSize     = headerSize + 10
	updateSize   = headerSize + 4
	errorSize    = headerSize + 2
	refreshSize  = headerSize + 4
	maxSize      = 4096
	maxUpdate    = 65535
	maxParameter = 64 // parameters, and capabilities in one, that are looked at
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "bgp",
		Over:         dissect.OverTCP,
		Ports:        []uint16{179},
		Spec:         "RFC 4271 §4; RFC 5492, RFC 9072 (capabilities); RFC 6793 (numbers of four octets)",
		EveryMessage: true,
		Starts:       []byte{0xff},
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return n > 0 && err == nil
		},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

// frame returns the length of a message: sixteen octets of ones, a length that its
// type may have, the type.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	for _, c := range r.Bytes(min(len(b), markerSize)) {
		if c != 0xff {
			return 0, dissect.ErrNotMine
		}
	}
	size, kind := r.U16(), r.U8()
	if r.Err() != nil {
		return 0, nil
	}
	if !fits(kind, size) {
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// fits reports whether a message of a type may have a length.
func fits(kind, size int) bool {
	switch kind {
	case open:
		return size >= openSize && size <= maxSize
	case update:
		return size >= updateSize && size <= maxUpdate
	case notification:
		return size >= errorSize && size <= maxSize
	case keepalive:
		return size == headerSize
	case refresh:
		return size >= refreshSize && size <= maxSize
	}
	return false
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	r.Skip(markerSize + 2)
	switch r.U8() {
	case open:
		return heron.Verdict{}, d.open(r, heron.Subject{Endpoint: m.Src}, out)
	case notification:
		out.Act("bgp.notification", d.parting(r.U8(), r.U8()))
	}
	return heron.Verdict{}, nil
}

// parting returns the attributes of why a session ends (RFC 4271 §4.5). What a
// router says in words is not told.
func (d *dissector) parting(code, sub int) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Number(code)
	d.attrs.Number(sub)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{"code": string(d.text.Numbers('/', code, sub))}
	if name := at(errorNames[:], code); name != "" {
		attrs["reason"] = name
	}
	return d.attrs.Keep(attrs)
}

// errorNames are those of RFC 4271 §4.5 and RFC 7313 §5.
var errorNames = [...]string{1: "header", "open", "update", "hold timer", "state", "cease", "refresh"}

// at returns the name at a place of a list, "" where there is none.
func at(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return ""
}

// open tells who a router is (RFC 4271 §4.2).
func (d *dissector) open(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	version, as, hold, id := r.U8(), r.U16(), r.U16(), r.Bytes(4)
	size := r.U8()
	wide := false
	if size == 255 && r.Len() >= 3 { // RFC 9072 §2
		if look := *r; look.U8() == 255 {
			r.Skip(1)
			size, wide = r.U16(), true
		}
	}
	parameters := r.Sub(size)
	if r.Err() != nil || version < 1 || version > 4 || r.Len() > 0 {
		return dissect.ErrNotMine
	}
	out.Observe(about, keyVersion, d.text.Number(version))
	out.Observe(about, keyHoldTime, d.text.Number(hold))
	if ip, ok := netip.AddrFromSlice(id); ok {
		out.Observe(about, keyRouterID, d.text.Address(ip))
	}
	for range maxParameter {
		if parameters.Len() == 0 {
			break
		}
		kind, n := parameters.U8(), parameters.U8()
		if wide {
			n = n<<8 | parameters.U8()
		}
		if p := parameters.Sub(n); kind == 2 { // RFC 5492 §4
			as = d.capabilities(&p, as, about, out)
		}
	}
	out.Observe(about, keyAS, d.text.Number(as))
	return parameters.Err()
}

// Capabilities with a value of their own.
const (
	fourOctets = 65 // RFC 6793 §3
	domainName = 73 // draft-walton-bgp-hostname-capability
	software   = 75 // draft-ietf-idr-software-version
)

// capabilities tells what a router can do, and returns the number of its system.
func (d *dissector) capabilities(r *wire.Reader, as int, about heron.Subject, out dissect.Emitter) int {
	for range maxParameter {
		if r.Len() == 0 {
			break
		}
		code := r.U8()
		v := r.Sub(r.U8())
		if r.Err() != nil {
			break
		}
		if name := at(capabilityNames[:], code); name != "" {
			out.ObserveString(about, keyCapability, name)
		} else {
			out.Observe(about, keyCapability, d.text.Number(code))
		}
		switch code {
		case fourOctets:
			if n := v.U32(); v.Err() == nil {
				as = n
			}
		case domainName:
			d.name(&v, about, out)
		case software:
			text := v.Rest()
			if n := wire.NewReader(text); len(text) > 1 && n.U8() == len(text)-1 { // the draft had a length before
				text = n.Rest()
			}
			out.Observe(about, keySoftware, bytes.TrimSpace(text))
		}
	}
	return as
}

// name tells the name of a router, with its domain where it has one.
func (d *dissector) name(v *wire.Reader, about heron.Subject, out dissect.Emitter) {
	d.text = append(d.text[:0], v.Bytes(v.U8())...)
	if domain := v.Bytes(v.U8()); len(domain) > 0 {
		d.text = append(append(d.text, '.'), domain...)
	}
	out.Observe(about, heron.KeyHostname, d.text)
}

// capabilityNames are the capabilities that IANA lists, as far as routers have them.
var capabilityNames = [...]string{
	1: "multiprotocol", 2: "route refresh", 3: "outbound filter", 5: "extended next hop", 6: "extended message", 7: "bgpsec",
	8: "multiple labels", 9: "role", 64: "graceful restart", 65: "four-octet as", 67: "dynamic", 68: "multisession", 69: "add path",
	70: "enhanced route refresh", 71: "long-lived graceful restart", 72: "routing policy", 73: "name", 75: "software version",
	128: "route refresh (cisco)", 129: "outbound filter (cisco)", 130: "outbound filter (cisco)", 131: "multisession (cisco)",
}
