// Package cspv4 reads Allen-Bradley's older protocol over TCP, by which PLC-5 and
// SLC 500 controllers take PCCC commands without CIP.
package cspv4

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/pccc"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBulletin = "pccc.bulletin" // name of a processor
	keyMaster   = "cspv4.master"  // "yes": the sender gives orders
)

// Parts of a message: a mode, a kind, a length, a connection, a status and sixteen
// octets; then a short address, and a command.
const (
	modeRequest  = 1
	modeAnswer   = 2
	kindConnect  = 1
	kindData     = 7
	headerSize   = 28
	addressSize  = 4
	maxLength    = 512
	versionWords = 0x00040005
)

// atAsked is the place in heron.FlowScratch.Data, after those of dissect.Fresh, of
// a flag: the last request asked for the diagnostic status.
const atAsked = 9

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:         "cspv4",
		Over:         dissect.OverTCP,
		Ports:        []uint16{2222},
		Spec:         "not published; Client Server Protocol of Allen-Bradley as observed, with " + pccc.Spec,
		EveryMessage: true,
		Probe: func(b []byte, fromClient bool) bool {
			r := wire.NewReader(b)
			h := read(&r)
			return r.Err() == nil && fromClient && h.opens()
		},
		Starts:  []byte{modeRequest},
		Frame:   frame,
		Dissect: dissectMessage,
	}
}

// header is what each message begins with.
type header struct {
	mode, kind, length, connection, status, version int
}

func read(r *wire.Reader) header {
	h := header{mode: r.U8(), kind: r.U8(), length: r.U16(), connection: r.U32(), status: r.U32(), version: r.U32()}
	r.Skip(headerSize - 16)
	return h
}

// opens reports whether a message opens a connection, which is always the same.
func (h *header) opens() bool {
	return h.mode == modeRequest && h.kind == kindConnect && h.length == 0 && h.connection == 0 && h.status == 0 && h.version == versionWords
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	mode, kind, length := r.U8(), r.U8(), r.U16()
	if len(b) > 1 && (mode != modeRequest && mode != modeAnswer || kind != kindConnect && kind != kindData) {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	if length > maxLength || kind == kindConnect && length != 0 || kind == kindData && length < addressSize+4 {
		return 0, dissect.ErrNotMine
	}
	return headerSize + length, nil
}

func dissectMessage(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	h := read(r)
	known := m.Flow.Protocol != 0
	if r.Err() != nil || (h.mode == modeRequest) != m.FromClient || !known && !h.opens() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.kind != kindData {
		return heron.Verdict{}, nil
	}
	r.Skip(addressSize)
	c, ok := pccc.ReadCommand(r)
	if !ok {
		return heron.Verdict{}, nil
	}
	if h.mode == modeRequest {
		request(&c, m, out)
		return heron.Verdict{}, nil
	}
	if m.Flow.Data[atAsked] == 1 && c.Status == 0 {
		out.Observe(m.Sender(), keyBulletin, pccc.Bulletin(c.Data))
	}
	m.Flow.Data[atAsked] = 0
	return heron.Verdict{}, nil
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func request(c *pccc.Command, m *heron.Message, out dissect.Emitter) {
	out.ObserveString(m.Sender(), keyMaster, "yes")
	m.Flow.Data[atAsked] = 0
	class := c.Class()
	switch class {
	case pccc.Diagnosis:
		m.Flow.Data[atAsked] = 1
		return
	case pccc.Read, pccc.Other:
		if !dissect.Fresh(m.Flow, c.Code, c.Function) {
			return
		}
	}
	attrs := map[string]string{}
	c.Describe(attrs)
	out.Event(heron.Event{Kind: "cspv4." + class.Kind(), Attrs: attrs})
}
