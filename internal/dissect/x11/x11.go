// Package x11 reads the opening of X Window connections: that a screen is served
// over the network, and whose server it is.
package x11

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, of a server.
const (
	keyVendor  = "x11.vendor"
	keyRelease = "x11.release"
	keyAuth    = "x11.auth" // none: a client without authorisation was let in
)

const (
	version11 = 11
	atOrder   = 0 // the client's first octet
	atBare    = 1 // it showed no authorisation
	maxVendor = 256
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "x11",
		Over:    dissect.OverTCP,
		Ports:   []uint16{6000, 6001, 6002, 6010},
		Spec:    "X Window System Protocol, X Version 11, §8 and appendix B",
		Starts:  []byte("lB"),
		Probe:   func(b []byte, fromClient bool) bool { _, _, ok := client(b); return fromClient && len(b) >= 12 && ok },
		Dissect: d.dissect,
	}
}

// client reads a request to connect: how long it is (0 when that cannot be told
// yet) and whether it shows an authorisation.
func client(b []byte) (size int, bare, ok bool) {
	r := wire.NewReader(b)
	order, unused := r.U8(), r.U8()
	u16 := r.U16LE
	if order == 'B' {
		u16 = r.U16
	}
	major, minor, name, data, unused2 := u16(), u16(), u16(), u16(), u16()
	if r.Err() != nil {
		n := len(b)
		return 0, false, (order == 'l' || order == 'B') && (n < 2 || unused == 0) && (n < 4 || major == version11)
	}
	ok = (order == 'l' || order == 'B') && unused == 0 && unused2 == 0 && major == version11 && minor == 0 && name < 64 && data < 256
	return 12 + (name+3)&^3 + (data+3)&^3, name == 0, ok
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if m.FromClient {
		if data[atOrder] != 0 {
			return heron.Verdict{Consumed: len(m.Payload)}, nil
		}
		size, bare, ok := client(m.Payload)
		if !ok {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if size == 0 || size > len(m.Payload) {
			return heron.Verdict{}, nil
		}
		data[atOrder] = byte(r.U8())
		if bare {
			data[atBare] = 1
		}
		return heron.Verdict{Consumed: size}, nil
	}
	if data[atOrder] == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return d.server(r, m, out)
}

// server reads the answer to a request to connect.
func (d *dissector) server(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const success = 1
	u16, u32 := r.U16LE, r.U32LE
	if m.Flow.Data[atOrder] == 'B' {
		u16, u32 = r.U16, r.U32
	}
	state := r.U8()
	r.Skip(1)
	if major := u16(); r.Err() == nil && (major != version11 || state > 2) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(2 + 2) // minor version, length
	if r.Err() == nil && state != success {
		dissect.LoginFailed(out, "x11", "")
		return heron.Verdict{Consumed: r.Offset(), Done: true}, nil
	}
	release := u32()
	r.Skip(4 + 4 + 4) // resource ids, size of the motion buffer
	size := u16()
	r.Skip(2 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 4)
	vendor := r.Bytes(min(size, maxVendor))
	if r.Err() != nil {
		return heron.Verdict{}, nil
	}
	about := m.Sender()
	out.Observe(about, keyVendor, vendor)
	out.Observe(about, keyRelease, d.text.Number(release))
	if m.Flow.Data[atBare] != 0 {
		out.ObserveString(about, keyAuth, "none")
	}
	return heron.Verdict{Consumed: r.Offset(), Done: true}, nil
}
