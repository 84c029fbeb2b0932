// Package sap reads the Session Announcement Protocol, by which senders of audio
// and video tell all others what can be heard: the name of a session, the group that
// it goes to, and the program that made its description.
package sap

import (
	"bytes"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/sdp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of the host that announces a session of its own.
const (
	keySession = "sap.session_name"
	keyTool    = "sap.tool"
	keyGroup   = "sap.group" // address that the session goes to
	keyMedia   = "sap.media" // kind of the first: audio, video
)

// The first octet (RFC 2974 §3).
const (
	version     = 1
	flagIPv6    = 0x10
	flagUnused  = 0x08
	flagDelete  = 0x04
	flagSecret  = 0x02
	flagPacked  = 0x01
	payloadType = "application/sdp\x00"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "sap",
		Over:  dissect.OverUDP,
		Ports: []uint16{9875},
		Spec:  "RFC 2974; RFC 8866 (session descriptions)",
		Probe: func(b []byte, fromClient bool) bool {
			r := wire.NewReader(b)
			a, ok := read(&r)
			return ok && fromClient && a.isDescribed()
		},
		Starts:  dissect.Octets(version<<5, version<<5|0x1f),
		Dissect: tell,
	}
}

// announcement is what is read of one.
type announcement struct {
	flags   int
	source  netip.Addr // who announces it
	payload []byte
}

// isDescribed reports whether a whole description is there.
func (a *announcement) isDescribed() bool {
	return a.flags&(flagDelete|flagSecret|flagPacked) == 0 && bytes.HasPrefix(a.payload, []byte("v=0")) && bytes.Contains(a.payload, []byte("\no="))
}

// isDeleted reports whether the line is there by which a session is taken back.
func (a *announcement) isDeleted() bool {
	return a.flags&flagDelete != 0 && a.flags&(flagSecret|flagPacked) == 0 && (bytes.HasPrefix(a.payload, []byte("o=")) || bytes.HasPrefix(a.payload, []byte("v=0")))
}

// isHidden reports whether a payload is there that cannot be read.
func (a *announcement) isHidden() bool {
	return a.flags&(flagSecret|flagPacked) != 0 && len(a.payload) > 0
}

// read takes an announcement apart.
func read(r *wire.Reader) (announcement, bool) {
	first := r.U8()
	authentication := 4 * r.U8()
	r.Skip(2) // a number that stands for the message
	size := 4
	if first&flagIPv6 != 0 {
		size = 16
	}
	source, ok := netip.AddrFromSlice(r.Bytes(size))
	r.Skip(authentication)
	if r.Err() != nil || !ok || first>>5 != version || first&flagUnused != 0 {
		return announcement{}, false
	}
	payload := r.Rest()
	if text, typed := bytes.CutPrefix(payload, []byte(payloadType)); typed {
		payload = text
	}
	return announcement{first, source, payload}, true
}

func tell(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	a, ok := read(r)
	own := a.source == m.Src.IP
	if !ok || !a.isDescribed() && !a.isDeleted() && (!a.isHidden() || !own || !m.Dst.IP.IsMulticast()) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if !own || !a.isDescribed() {
		return heron.Verdict{}, nil // what it announces for another is not its own
	}
	about := heron.Subject{Endpoint: m.Src}
	session := sdp.Read(a.payload)
	out.Observe(about, keySession, session.Name)
	out.Observe(about, keyTool, session.Tool)
	out.Observe(about, keyGroup, session.Connection)
	out.Observe(about, keyMedia, session.Media)
	return heron.Verdict{}, nil
}
