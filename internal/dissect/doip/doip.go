// Package doip reads diagnostics over IP, by which vehicles and their control
// units are found, read, programmed and reset.
package doip

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVIN     = "doip.vin"
	keyAddress = "doip.logical_address" // hexadecimal
	keyEntity  = "doip.eid"             // a hardware address, nearly always
	keyGroup   = "doip.gid"
	keyNode    = "doip.node"   // gateway, node
	keyTester  = "doip.tester" // logical address of who asks
)

// Types of payload (ISO 13400-2:2019 §9.2, table 17).
const (
	typeNack         = 0x0000
	typeIdentifyVIN  = 0x0003
	typeAnnounce     = 0x0004
	typeActivate     = 0x0005
	typeActivated    = 0x0006
	typeAliveAnswer  = 0x0008
	typeStatusAsk    = 0x4001
	typeStatus       = 0x4002
	typePower        = 0x4004
	typeDiagnostic   = 0x8001
	typeDiagnosticNo = 0x8003
)

// headSize is the length of the header, maxSize the most that is read of a body.
const (
	headSize = 8
	maxSize  = 1 << 24
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "doip",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{13400},
		Spec:         "ISO 13400-2:2019 §9 (DoIP); ISO 14229-1:2020 §10 to §17 (UDS)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 },
		Starts:       []byte{0x01, 0x02, 0x03, 0x04, 0xff},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// frame reads the header: version, its complement, type and length.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, inverse := r.U8(), r.U8()
	if len(b) > 1 && (version^inverse != 0xff || version > 4 && version != 0xff || version == 0) {
		return 0, dissect.ErrNotMine
	}
	kind, size := r.U16(), r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if !known(kind) || size < least(kind) || size > most(kind) {
		return 0, dissect.ErrNotMine
	}
	return headSize + size, nil
}

func known(kind int) bool {
	return kind <= typeAliveAnswer || kind >= typeStatusAsk && kind <= typePower ||
		kind >= typeDiagnostic && kind <= typeDiagnosticNo
}

// least and most bound the length of a payload by its type.
func least(kind int) int {
	switch kind {
	case typeNack:
		return 1
	case typeIdentifyVIN:
		return 17
	case typeAnnounce:
		return 32
	case typeActivate:
		return 7
	case typeActivated:
		return 9
	case typeStatus:
		return 3
	}
	if kind >= typeDiagnostic {
		return 5
	}
	return 0
}

func most(kind int) int {
	switch {
	case kind >= typeDiagnostic:
		return maxSize
	case kind == typeAnnounce:
		return 33
	}
	return 32
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	n, err := frame(r.Peek(r.Len()))
	if err != nil || n == 0 || m.Transport == heron.UDP && n != r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(2)
	kind := r.U16()
	r.Skip(4)
	about := heron.Subject{Endpoint: m.Src}
	switch kind {
	case typeAnnounce:
		d.vehicle(r, about, out)
	case typeActivate:
		out.Observe(about, keyTester, d.text.Hex(r.Bytes(2)))
		out.Event(heron.Event{Kind: "doip.activate", Attrs: map[string]string{"type": strconv.Itoa(r.U8())}})
	case typeActivated:
		r.Skip(2)
		out.Observe(about, keyAddress, d.text.Hex(r.Bytes(2)))
		if code := r.U8(); r.Err() == nil && code < 0x10 { // table 50: 0x10 and 0x11 are yes
			dissect.LoginFailed(out, "doip", strconv.Itoa(code))
		}
	case typeStatus:
		if node := r.U8(); node < 2 {
			out.ObserveString(about, keyNode, [...]string{"gateway", "node"}[node])
		}
	case typeDiagnostic:
		d.diagnostic(r, about, m, out)
	}
	return heron.Verdict{}, nil
}

// vehicle reads an announcement (table 19).
func (d *dissector) vehicle(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	vin, address, eid, gid := r.Bytes(17), r.Bytes(2), r.Bytes(6), r.Bytes(6)
	if r.Err() != nil {
		return
	}
	if wire.Printable(vin) {
		out.Observe(about, keyVIN, vin)
	}
	out.Observe(about, keyAddress, d.text.Hex(address))
	out.Observe(about, keyEntity, d.text.Hex(eid))
	out.Observe(about, keyGroup, d.text.Hex(gid))
}
