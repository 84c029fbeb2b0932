// Package lantronix reads the search for Lantronix device servers: their software,
// and who reads their settings, in which passwords stand.
package lantronix

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyType = "lantronix.software_type" // two characters
	keyMAC  = "lantronix.mac"
)

// Functions, the fourth octet after three of zero (UDS-10 User Guide, table 19).
const (
	reset       = 0x03
	query       = 0xf6
	firmware    = 0xf7
	querySetup  = 0xf8
	setup       = 0xf9
	setSetup    = 0xfa
	acknowledge = 0xfb
	setAddress  = 0xfc
	setBoth     = 0xfd
	setupSize   = 120
	infoSize    = 30 // with the hardware address at its end
	shortInfo   = 24
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:  "lantronix",
		Over:  dissect.OverUDP,
		Ports: []uint16{30718},
		Spec:  "Lantronix 900-215, UDS-10 User Guide, chapter 8: Network Configuration using UDP",
		Probe: func(b []byte, _ bool) bool {
			return len(b) == infoSize && valid(b)
		},
		Starts:  []byte{0},
		Dissect: d.dissect,
	}
}

// valid reports whether a datagram has the length that its function asks for.
func valid(b []byte) bool {
	r := wire.NewReader(b)
	zeros, function := r.U24(), r.U8()
	if r.Err() != nil || zeros != 0 {
		return false
	}
	switch function {
	case query, querySetup, acknowledge:
		return r.Len() == 0
	case reset:
		return r.Len() == 2
	case setup, setSetup, setBoth:
		return r.Len() == setupSize || r.Len() == setupSize+6
	case setAddress:
		return r.Len() == 16 && bytes.HasPrefix(r.Rest(), []byte("IP-SETUP"))
	case firmware:
		if len(b) == infoSize {
			r.Skip(20)
			return isLantronix(r.Rest())
		}
		return len(b) == shortInfo
	}
	return false
}

// isLantronix reports whether an address begins with a number of the maker's.
func isLantronix(mac []byte) bool {
	return bytes.HasPrefix(mac, []byte{0x00, 0x20, 0x4a}) || bytes.HasPrefix(mac, []byte{0x00, 0x80, 0xa3})
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !valid(r.Peek(r.Len())) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(3)
	switch function := r.U8(); function {
	case firmware:
		d.firmware(r, m.Src, out)
	case querySetup:
		out.Event(heron.Event{Kind: "lantronix.setup_read", Attrs: map[string]string{}})
	case reset, setSetup, setAddress, setBoth:
		out.Event(heron.Event{Kind: "lantronix.write", Attrs: map[string]string{"function": strconv.Itoa(function)}})
	}
	return heron.Verdict{}, nil
}

// firmware reads the start of the software's image, with its type, and the
// device's hardware address.
func (d *dissector) firmware(r *wire.Reader, from heron.Endpoint, out dissect.Emitter) {
	about := heron.Subject{Endpoint: from}
	image := r.Sub(16)
	image.Skip(4)
	if kind := image.Bytes(2); wire.Printable(kind) {
		out.Observe(about, keyType, kind)
	}
	r.Skip(4)
	if mac := r.Bytes(6); mac != nil {
		out.Observe(about, keyMAC, d.text.MAC(mac))
	}
}
