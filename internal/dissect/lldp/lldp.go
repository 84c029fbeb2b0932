// Package lldp reads LLDP: what switches, phones, cameras and controllers say of
// themselves to whoever is on the same cable.
package lldp

import (
	"errors"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/lldp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyChassis      = "lldp.chassis"
	keyPort         = "lldp.port"
	keyPortText     = "lldp.port_description"
	keyName         = "lldp.system_name"
	keyDescription  = "lldp.system_description"
	keyCapabilities = "lldp.capabilities" // those enabled
	keyAddress      = "lldp.management_address"
	keyHardware     = "lldp.med.hardware"
	keyFirmware     = "lldp.med.firmware"
	keySoftware     = "lldp.med.software"
	keySerial       = "lldp.med.serial"
	keyManufacturer = "lldp.med.manufacturer"
	keyModel        = "lldp.med.model"
	keyAsset        = "lldp.med.asset"
	keyMEDClass     = "lldp.med.class" // generic, media, telephone; network for a switch
	keyProfinetMAC  = "lldp.profinet.mac"
	keyProfinetPort = "lldp.profinet.alias"
	keyVLAN         = "lldp.port_vlan"
	keyMUD          = "lldp.mud_url"
)

// errOrder says that the list lacks what must come first.
var errOrder = errors.New("LLDP: chassis, port and time to live do not come first")

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "lldp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{lldp.EtherType},
		Spec:       "IEEE 802.1AB-2016 §8; ANSI/TIA-1057 §10.2 (LLDP-MED); IEC 61158-6-10 (PROFINET); RFC 8520 §12 (MUD)",
		Plain:      true,
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// dissect reads the list, which must begin with chassis, port and time to live
// (802.1AB §8.2).
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	about := heron.Subject{Endpoint: m.Src}
	check := *r
	for want := lldp.ChassisID; want <= lldp.TimeToLive; want++ {
		if t, ok := lldp.Next(&check); !ok || t.Type != want || len(t.Value) < 2 {
			return heron.Verdict{}, unordered(*r)
		}
	}
	for t, ok := lldp.Next(r); ok; t, ok = lldp.Next(r) {
		d.tell(about, t, out)
	}
	return heron.Verdict{}, r.Err()
}

// unordered says what a frame is that does not begin as it must: a broken one when
// it is a list all the same, to which nothing but zeros is added.
func unordered(r wire.Reader) error {
	found := 0
	for _, ok := lldp.Next(&r); ok; _, ok = lldp.Next(&r) {
		found++
	}
	for r.Len() > 0 {
		if r.U8() != 0 {
			return dissect.ErrNotMine
		}
	}
	if r.Err() != nil || found == 0 {
		return dissect.ErrNotMine
	}
	return errOrder
}

// tell states what one TLV says.
func (d *dissector) tell(about heron.Subject, t lldp.TLV, out dissect.Emitter) {
	v := wire.NewReader(t.Value)
	switch t.Type {
	case lldp.ChassisID:
		out.Observe(about, keyChassis, d.identifier(&v, lldp.ChassisMAC))
	case lldp.PortID:
		out.Observe(about, keyPort, d.identifier(&v, lldp.PortMAC))
	case lldp.PortDescription:
		out.Observe(about, keyPortText, t.Value)
	case lldp.SystemName:
		out.Observe(about, keyName, t.Value)
		out.Observe(about, heron.KeyHostname, t.Value)
	case lldp.SystemDescription:
		out.Observe(about, keyDescription, t.Value)
	case lldp.Capabilities:
		v.Skip(2)
		out.Observe(about, keyCapabilities, d.text.Names(v.U16(), // §8.5.8
			"other", "repeater", "bridge", "wlan-ap", "router", "telephone", "docsis", "station", "c-vlan", "s-vlan", "relay"))
	case lldp.ManagementAddress:
		out.Observe(about, keyAddress, d.management(&v))
	case lldp.Organization:
		d.organization(about, &v, out)
	}
}

// identifier reads a chassis or a port: a MAC address or an IP address as text,
// anything else as it is.
func (d *dissector) identifier(v *wire.Reader, mac int) []byte {
	kind := v.U8()
	if kind == mac && v.Len() == 6 {
		return d.text.MAC(v.Rest())
	}
	if kind == lldp.ChassisNetwork && (v.Len() == 5 || v.Len() == 17) {
		return d.network(v)
	}
	return v.Rest()
}

// network reads an address after its family (IANA: 1 is IPv4, 2 is IPv6).
func (d *dissector) network(v *wire.Reader) []byte {
	v.Skip(1)
	ip, ok := netip.AddrFromSlice(v.Rest())
	if !ok {
		return nil
	}
	return d.text.Address(ip)
}

// management reads a management address (§8.5.9).
func (d *dissector) management(v *wire.Reader) []byte {
	address := v.Sub(v.U8())
	if n := address.Len(); n != 5 && n != 17 {
		return nil
	}
	return d.network(&address)
}

// organization reads the entries of LLDP-MED, what PROFINET devices say, the VLAN
// of IEEE 802.1, and where a device is described (MUD).
func (d *dissector) organization(about heron.Subject, v *wire.Reader, out dissect.Emitter) {
	org, subtype := v.U24(), v.U8()
	switch {
	case org == lldp.OrgTIA && subtype == lldp.MEDCapabilities:
		v.Skip(2)
		out.ObserveString(about, keyMEDClass, className(v.U8()))
	case org == lldp.OrgTIA:
		if key := medKey(subtype); key != "" {
			out.Observe(about, key, v.Rest())
		}
	case org == lldp.OrgProfinet && subtype == lldp.ProfinetChassisMAC && v.Len() == 6:
		out.Observe(about, keyProfinetMAC, d.text.MAC(v.Rest()))
	case org == lldp.OrgProfinet && subtype == lldp.ProfinetAlias:
		out.Observe(about, keyProfinetPort, v.Rest())
	case org == lldp.Org8021 && subtype == lldp.PortVLAN && v.Len() == 2:
		out.Observe(about, keyVLAN, d.text.Number(v.U16()))
	case org == lldp.OrgIANA && subtype == lldp.MUD:
		out.Observe(about, keyMUD, v.Rest())
	}
}

// className names the kinds of device of TIA-1057 §10.2.2.3.
func className(class int) string {
	switch class {
	case 1:
		return "generic"
	case 2:
		return "media"
	case 3:
		return "telephone"
	case 4:
		return "network"
	}
	return ""
}

func medKey(subtype int) string {
	switch subtype {
	case lldp.MEDHardware:
		return keyHardware
	case lldp.MEDFirmware:
		return keyFirmware
	case lldp.MEDSoftware:
		return keySoftware
	case lldp.MEDSerial:
		return keySerial
	case lldp.MEDManufacturer:
		return keyManufacturer
	case lldp.MEDModel:
		return keyModel
	case lldp.MEDAsset:
		return keyAsset
	}
	return ""
}
