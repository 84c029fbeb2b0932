// Package mpls_echo names LSP ping, by which routers try the paths of MPLS. It has
// nothing to tell but that it is there.
package mpls_echo

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Limits of the fields (RFC 8029 §3, and the registries of IANA for them).
const (
	version    = 1
	lastFlag   = 0x0f
	lastType   = 4 // requests, replies, and the same of RFC 6425
	lastMode   = 5
	lastReturn = 40
	times      = 24 // of the sender, its number and the count, both times
	maxObjects = 32
	// maxMessages is how many of a flow are looked at: they tell nothing more.
	maxMessages = 8
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "mpls_echo",
		Over:    dissect.OverUDP,
		Ports:   []uint16{3503},
		Spec:    "RFC 8029 §3",
		Dissect: read,
	}
}

// read takes a header and objects that fill the datagram.
func read(r *wire.Reader, m *heron.Message, _ dissect.Emitter) (heron.Verdict, error) {
	first, flags := r.U16(), r.U16()
	kind, mode, code := r.U8(), r.U8(), r.U8()
	r.Skip(1 + times)
	ok := r.Err() == nil && first == version && flags <= lastFlag && kind >= 1 && kind <= lastType && mode >= 1 && mode <= lastMode && code <= lastReturn
	for range maxObjects {
		if !ok || r.Len() == 0 {
			break
		}
		r.Skip(2)
		size := r.U16()
		r.Skip((size + 3) &^ 3) // each is filled up to four octets
		ok = r.Err() == nil
	}
	if !ok || r.Len() > 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data := &m.Flow.Data
	data[0]++
	return heron.Verdict{Done: data[0] >= maxMessages}, nil
}
