// Package ipmi reads RMCP, by which servers are managed beside their system: the
// presence of ASF, what a management controller says of itself, and who switches
// a server off, changes users or asks without a password.
package ipmi

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyEnterprise   = "ipmi.asf_enterprise" // in answer to a presence ping
	keySupported    = "ipmi.supported"      // "yes": it says that it has IPMI
	keyVersion      = "ipmi.version"        // 1.5, 2.0
	keyAuth         = "ipmi.auth"           // none, md2, md5, password, oem: a way to log in
	keyAnonymous    = "ipmi.anonymous"      // "yes": a log-in without a name is let in
	keyManufacturer = "ipmi.manufacturer_id"
	keyProduct      = "ipmi.product_id"
	keyFirmware     = "ipmi.firmware"
	keyDevice       = "ipmi.device_id"
	keyGUID         = "ipmi.guid"
)

// Parts of the header (ASF 2.0 §3.2.2).
const (
	rmcpVersion = 0x06
	classASF    = 0x06
	classIPMI   = 0x07
	ackBit      = 0x80
	asfIANA     = 0x11be
	asfPong     = 0x40
	asfPing     = 0x80
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "ipmi",
		Over:         dissect.OverUDP,
		Ports:        []uint16{623, 664},
		Spec:         "DMTF DSP0136, Alert Standard Format 2.0, §3.2; IPMI 2.0 revision 1.1, §13 (sessions), §20 to §22 (commands)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return isRMCP(b) },
		Starts:       []byte{rmcpVersion},
		Dissect:      d.dissect,
	}
}

// isRMCP reports whether a datagram is a whole message of one of the two classes.
func isRMCP(b []byte) bool {
	r := wire.NewReader(b)
	class, ok := header(&r)
	if !ok || class&ackBit != 0 {
		return false
	}
	if class == classASF {
		_, _, ok = asf(&r)
		return ok
	}
	s, ok := readSession(&r)
	if !ok || s.payload != payloadIPMI || s.encrypted {
		return ok
	}
	_, ok = readCommand(&s.body)
	return ok
}

// header reads the four octets before all.
func header(r *wire.Reader) (class int, ok bool) {
	version, reserved := r.U8(), r.U8()
	r.Skip(1) // number of the message, 255 when no answer is wanted
	class = r.U8()
	kind := class &^ ackBit
	return class, r.Err() == nil && version == rmcpVersion && reserved == 0 && (kind == classASF || kind == classIPMI)
}

// asf reads a message of ASF.
func asf(r *wire.Reader) (kind int, data wire.Reader, ok bool) {
	iana := r.U32()
	kind = r.U8()
	r.Skip(2)
	n := r.U8()
	data = r.Sub(n)
	return kind, data, r.Err() == nil && iana == asfIANA && kind >= 0x10 && kind <= 0xc3
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	class, ok := header(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if class&ackBit != 0 {
		if r.Len() != 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, nil
	}
	if class == classASF {
		kind, data, ok := asf(r)
		if !ok {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if kind == asfPong {
			d.pong(&data, m.Sender(), out)
		}
		return heron.Verdict{}, nil
	}
	s, ok := readSession(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch {
	case s.payload == payloadIPMI && !s.encrypted:
		c, ok := readCommand(&s.body)
		if !ok && m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if ok {
			d.command(&c, m, out)
		}
	case s.payload >= payloadOpen && s.payload <= payloadRAKP4:
		d.setup(s.payload, &s.body, m, out)
	}
	return heron.Verdict{}, nil
}

// pong reads the answer to a presence ping (ASF §3.2.4.3).
func (d *dissector) pong(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	const hasIPMI = 0x80
	enterprise := r.U32()
	r.Skip(4)
	entities := r.U8()
	if r.Err() != nil {
		return
	}
	out.Observe(about, keyEnterprise, d.text.Number(enterprise))
	if entities&hasIPMI != 0 {
		out.ObserveString(about, keySupported, "yes")
	}
}

// capabilities reads the answer to Get Channel Authentication Capabilities (§22.13).
func (d *dissector) capabilities(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	r.Skip(1) // channel
	kinds, status, extended := r.U8(), r.U8(), r.U8()
	if r.Err() != nil {
		return
	}
	for _, k := range [...]struct {
		bit  int
		name string
	}{{1, "none"}, {2, "md2"}, {4, "md5"}, {0x10, "password"}, {0x20, "oem"}} {
		if kinds&k.bit != 0 {
			out.ObserveString(about, keyAuth, k.name)
		}
	}
	const extendedData, anonymous, version2 = 0x80, 0x01, 0x02
	if status&anonymous != 0 {
		out.ObserveString(about, keyAnonymous, "yes")
	}
	version := "1.5"
	if kinds&extendedData != 0 && extended&version2 != 0 {
		version = "2.0"
	}
	out.ObserveString(about, keyVersion, version)
}

// device reads the answer to Get Device ID (§20.1).
func (d *dissector) device(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	id := r.U8()
	r.Skip(1)
	major, minor := r.U8()&0x7f, r.U8()
	r.Skip(2) // version of IPMI, what else it does
	maker := r.U16LE() | r.U8()<<16
	product := r.U16LE()
	if r.Err() != nil {
		return
	}
	out.Observe(about, keyDevice, d.text.Number(id))
	out.Observe(about, keyManufacturer, d.text.Number(maker&0xfffff))
	out.Observe(about, keyProduct, d.text.Number(product))
	d.text = strconv.AppendInt(d.text[:0], int64(major), 10)
	d.text = append(d.text, '.', '0'+byte(minor>>4)%10, '0'+byte(minor&15)%10)
	out.Observe(about, keyFirmware, d.text)
}
