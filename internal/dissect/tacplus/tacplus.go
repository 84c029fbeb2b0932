// Package tacplus reads the headers of TACACS+, by which routers and switches ask
// who may log in to them and do what. Bodies, in which names and passwords stand,
// are never looked at.
package tacplus

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "tacplus.version"
	keyService = "tacplus.service" // what is asked, or answered
)

// The header (RFC 8907 §4.1).
const (
	headerSize    = 12
	maxBody       = 1 << 16
	authenticate  = 1
	flagClear     = 0x01 // the body is as it is
	flagSingle    = 0x04
	majorVersion  = 0xc
	lastMinor     = 1
	maxMessages   = 40 // of a flow, after which there is nothing new
	placeMessages = 0  // in heron.FlowScratch.Data
	placeClear    = 1  // a login in clear was told
)

// serviceNames are the types of packet.
var serviceNames = [...]string{authenticate: "authentication", "authorization", "accounting"}

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "tacplus",
		Over:    dissect.OverTCP,
		Ports:   []uint16{49},
		Spec:    "RFC 8907 §4",
		Starts:  []byte{majorVersion << 4, majorVersion<<4 | lastMinor},
		Probe:   begins,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// header is what stands before a body.
type header struct {
	minor, kind, sequence, flags, size int
}

// read reads a header, and reports whether it can be one.
func read(r *wire.Reader) (header, bool) {
	version := r.U8()
	h := header{minor: version & 0xf, kind: r.U8(), sequence: r.U8(), flags: r.U8()}
	r.Skip(4) // number of the session
	h.size = r.U32()
	ok := version>>4 == majorVersion && h.minor <= lastMinor && h.kind >= authenticate && h.kind < len(serviceNames) &&
		h.sequence > 0 && h.flags&^(flagClear|flagSingle) == 0 && h.size <= maxBody
	return h, ok && r.Err() == nil
}

// begins takes the first packet of a client, when nothing stands behind it.
func begins(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	h, ok := read(&r)
	return ok && fromClient && h.sequence == 1 && h.size > 0 && h.size == r.Len()
}

// frame returns the length of a packet.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	h, ok := read(&r)
	switch {
	case ok:
		return headerSize + h.size, nil
	case r.Err() == nil:
		return 0, dissect.ErrNotMine
	}
	look := wire.NewReader(b)
	if look.U8()>>4 != majorVersion || look.U8() >= len(serviceNames) {
		return 0, dissect.ErrNotMine
	}
	return 0, nil
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h, ok := read(r)
	// Clients have the odd numbers, servers the even ones (§4.2).
	if !ok || (h.sequence&1 == 1) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(m.Sender(), keyVersion, d.text.Numbers('.', majorVersion, h.minor))
	out.ObserveString(m.Sender(), keyService, serviceNames[h.kind])
	data := &m.Flow.Data
	if h.kind == authenticate && h.flags&flagClear != 0 && m.FromClient && data[placeClear] == 0 {
		data[placeClear] = 1
		dissect.ClearLogin(out, "tacplus")
	}
	data[placeMessages]++
	return heron.Verdict{Done: data[placeMessages] >= maxMessages}, nil
}
