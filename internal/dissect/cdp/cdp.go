// Package cdp reads the discovery protocol of Cisco's devices, which others speak
// too: what a switch, a phone or a camera says of itself to its neighbour.
package cdp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDevice       = "cdp.device_id"
	keyAddress      = "cdp.address"
	keyPort         = "cdp.port"
	keyCapabilities = "cdp.capabilities"
	keySoftware     = "cdp.software_version"
	keyPlatform     = "cdp.platform"
	keyVTP          = "cdp.vtp_domain"
	keyNativeVLAN   = "cdp.native_vlan"
	keyName         = "cdp.system_name"
	keyObjectID     = "cdp.system_object_id"
	keyManagement   = "cdp.management_address"
	keyLocation     = "cdp.location"
)

// Types of the entries.
const (
	typeDevice       = 0x01
	typeAddresses    = 0x02
	typePort         = 0x03
	typeCapabilities = 0x04
	typeSoftware     = 0x05
	typePlatform     = 0x06
	typeVTP          = 0x09
	typeNativeVLAN   = 0x0a
	typeSystemName   = 0x14
	typeObjectID     = 0x15
	typeManagement   = 0x16
	typeLocation     = 0x17
)

// maxAddresses bounds how many addresses of one entry are told.
const maxAddresses = 8

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "cdp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0},
		Spec:       "Cisco Discovery Protocol versions 1 and 2, as its public descriptions have it",
		Plain:      true,
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// dissect reads the header and goes through the entries, which must fill the frame.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if r.U24() != 0xaaaa03 || r.U24() != 0x00000c || r.U16() != 0x2000 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	version := r.U8()
	r.Skip(3) // time to live, checksum
	if r.Err() != nil || version < 1 || version > 2 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	for r.Len() >= 4 {
		kind, size := r.U16(), r.U16()
		value := r.Sub(size - 4)
		if r.Err() != nil {
			return heron.Verdict{}, r.Err()
		}
		d.tell(about, kind, &value, out)
	}
	return heron.Verdict{}, nil
}

// tell states what one entry says.
func (d *dissector) tell(about heron.Subject, kind int, v *wire.Reader, out dissect.Emitter) {
	switch kind {
	case typeDevice:
		name := v.Rest()
		out.Observe(about, keyDevice, name)
		if wire.Printable(name) { // some put a bare MAC address there
			out.Observe(about, heron.KeyHostname, name)
		}
	case typeAddresses:
		d.addresses(about, keyAddress, v, out)
	case typeManagement:
		d.addresses(about, keyManagement, v, out)
	case typeCapabilities:
		out.Observe(about, keyCapabilities, d.text.Names(v.U32(), "router", "bridge", "source-route-bridge", "switch", "host", "igmp", "repeater",
			"phone", "remotely-managed", "cvta", "two-port-relay"))
	case typeNativeVLAN:
		out.Observe(about, keyNativeVLAN, d.text.Number(v.U16()))
	case typeObjectID:
		if head := v.Peek(2); len(head) == 2 && head[0] == ber.OID && int(head[1]) == v.Len()-2 {
			v.Skip(2) // with its tag or without
		}
		d.text = ber.AppendOID(d.text[:0], v.Rest())
		out.Observe(about, keyObjectID, d.text)
	case typeLocation:
		v.Skip(1)
		out.Observe(about, keyLocation, v.Rest())
	default:
		if key := textKey(kind); key != "" {
			out.Observe(about, key, v.Rest())
		}
	}
}

func textKey(kind int) string {
	switch kind {
	case typePort:
		return keyPort
	case typeSoftware:
		return keySoftware
	case typePlatform:
		return keyPlatform
	case typeVTP:
		return keyVTP
	case typeSystemName:
		return keyName
	}
	return ""
}

// addresses reads a count, and addresses each with its protocol: IPv4 is NLPID
// 0xcc, IPv6 is EtherType 0x86dd in SNAP.
func (d *dissector) addresses(about heron.Subject, key string, v *wire.Reader, out dissect.Emitter) {
	for range min(v.Count(v.U32(), 5), maxAddresses) {
		v.Skip(1) // kind of protocol
		v.Skip(v.U8())
		if ip, ok := netip.AddrFromSlice(v.Bytes(v.U16())); ok && !ip.IsUnspecified() {
			out.Observe(about, key, d.text.Address(ip))
		}
	}
}
