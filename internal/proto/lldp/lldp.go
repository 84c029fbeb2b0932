// Package lldp reads and writes the type-length-value lists of LLDP (IEEE
// 802.1AB-2016) and of its extensions for media endpoints (ANSI/TIA-1057) and
// PROFINET (IEC 61158-6-10).
package lldp

import "github.com/heron-iot/heron/internal/wire"

// EtherType of LLDP frames.
const EtherType = 0x88cc

// Types of the basic TLVs (802.1AB §8.4.1).
const (
	End               = 0
	ChassisID         = 1
	PortID            = 2
	TimeToLive        = 3
	PortDescription   = 4
	SystemName        = 5
	SystemDescription = 6
	Capabilities      = 7
	ManagementAddress = 8
	Organization      = 127
)

// Subtypes of a chassis (§8.5.2.2) and of a port (§8.5.3.2) that are addresses or
// text. The two tables differ for MAC addresses.
const (
	ChassisMAC     = 4
	ChassisNetwork = 5
	PortMAC        = 3
)

// Organizations: the first three octets of an organization's TLV.
const (
	OrgTIA      = 0x0012bb // LLDP-MED
	OrgProfinet = 0x000ecf
	Org8021     = 0x0080c2 // IEEE 802.1
	OrgIANA     = 0x00005e // RFC 8520 §12
)

// Subtypes of LLDP-MED's inventory (TIA-1057 §10.2.6).
const (
	MEDHardware     = 5
	MEDFirmware     = 6
	MEDSoftware     = 7
	MEDSerial       = 8
	MEDManufacturer = 9
	MEDModel        = 10
	MEDAsset        = 11
)

// MEDCapabilities is the subtype of LLDP-MED that tells the kind of device (§10.2.2).
const MEDCapabilities = 1

// Subtypes of PROFINET that hold the alias of a port and the device's MAC address.
const (
	ProfinetAlias      = 3
	ProfinetChassisMAC = 5
)

// PortVLAN is the subtype of IEEE 802.1 for the VLAN of untagged frames (802.1Q
// annex D), MUD that of IANA for the place of a description.
const (
	PortVLAN = 1
	MUD      = 1
)

// TLV is one entry; Value is borrowed.
type TLV struct {
	Type  int
	Value []byte
}

// Next reads the next TLV; it reports false at the end of the list, and after an
// error, which r has.
func Next(r *wire.Reader) (TLV, bool) {
	if r.Len() == 0 {
		return TLV{}, false
	}
	head := r.U16()
	t := TLV{Type: head >> 9, Value: r.Bytes(head & 0x1ff)}
	return t, r.Err() == nil && t.Type != End
}

// Append adds TLVs and the end of the list to b.
func Append(b []byte, list ...TLV) []byte {
	for _, t := range append(list, TLV{}) {
		n := min(len(t.Value), 0x1ff)
		head := t.Type<<9 | n
		b = append(append(b, byte(head>>8), byte(head)), t.Value[:n]...)
	}
	return b
}

// Own returns the TLV of an organization.
func Own(org, subtype int, value string) TLV {
	return TLV{Organization, append([]byte{byte(org >> 16), byte(org >> 8), byte(org), byte(subtype)}, value...)}
}

// Sub returns a TLV whose value begins with a subtype: a chassis or a port.
func Sub(kind, subtype int, value string) TLV {
	return TLV{kind, append([]byte{byte(subtype)}, value...)}
}

// Text returns a TLV that holds text.
func Text(kind int, value string) TLV { return TLV{kind, []byte(value)} }
