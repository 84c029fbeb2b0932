package frame

import "encoding/binary"

// More EtherTypes, protocol numbers of IP and ports of tunnels (IANA).
const (
	TypeFrame  = 0x6558 // an Ethernet frame, in GRE and Geneve
	TypeMPLS   = 0x8847
	TypePPPoED = 0x8863
	TypePPPoE  = 0x8864
	TypePPP    = 0x880b
	TypeMACsec = 0x88e5
	TypeERSPAN = 0x88be

	ProtoIPIP    = 4
	ProtoIPv6    = 41
	ProtoGRE     = 47
	ProtoAH      = 51
	ProtoEtherIP = 97

	PortL2TP   = 1701
	PortGTPU   = 2152
	PortTeredo = 3544
	PortVXLAN  = 4789
	PortCAPWAP = 5247
	PortGeneve = 6081
	PortTZSP   = 37008

	PPPIPv4 = 0x21
	PPPIPv6 = 0x57
)

// AppendMPLS appends a label stack (RFC 3032) and what it carries.
func AppendMPLS(b []byte, payload []byte, labels ...uint32) []byte {
	for i, l := range labels {
		entry := l<<12 | 64
		if i == len(labels)-1 {
			entry |= 1 << 8
		}
		b = binary.BigEndian.AppendUint32(b, entry)
	}
	return append(b, payload...)
}

// AppendPPPoE appends a PPPoE session header (RFC 2516), a PPP protocol and
// what it carries.
func AppendPPPoE(b []byte, session, protocol uint16, payload []byte) []byte {
	b = append(b, 0x11, 0)
	b = binary.BigEndian.AppendUint16(b, session)
	b = binary.BigEndian.AppendUint16(b, uint16(len(payload)+2))
	b = binary.BigEndian.AppendUint16(b, protocol)
	return append(b, payload...)
}

// GRE is a GRE header (RFC 2784, RFC 2890), or PPTP's (RFC 2637) when Call is
// not 0. Zero fields are left out.
type GRE struct {
	Protocol uint16
	Checksum bool
	Key      uint32
	Sequence uint32
	Call     uint16
}

// AppendGRE appends a GRE header and what it carries.
func AppendGRE(b []byte, g GRE, payload []byte) []byte {
	flags := uint16(0)
	if g.Checksum {
		flags |= 0x8000
	}
	if g.Key != 0 || g.Call != 0 {
		flags |= 0x2000
	}
	if g.Sequence != 0 {
		flags |= 0x1000
	}
	if g.Call != 0 {
		flags |= 1
	}
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = binary.BigEndian.AppendUint16(b, g.Protocol)
	if g.Checksum {
		b = append(b, 0, 0, 0, 0)
	}
	switch {
	case g.Call != 0:
		b = binary.BigEndian.AppendUint16(b, uint16(len(payload)))
		b = binary.BigEndian.AppendUint16(b, g.Call)
	case g.Key != 0:
		b = binary.BigEndian.AppendUint32(b, g.Key)
	}
	if g.Sequence != 0 {
		b = binary.BigEndian.AppendUint32(b, g.Sequence)
	}
	b = append(b, payload...)
	if g.Checksum {
		binary.BigEndian.PutUint16(b[at+4:], Checksum(0, b[at:]))
	}
	return b
}

// AppendVXLAN appends a VXLAN header (RFC 7348) and a frame.
func AppendVXLAN(b []byte, network uint32, frame []byte) []byte {
	b = append(b, 8, 0, 0, 0)
	return append(binary.BigEndian.AppendUint32(b, network<<8), frame...)
}

// AppendGeneve appends a Geneve header (RFC 8926) with options, whose length
// must be a multiple of 4, and what it carries.
func AppendGeneve(b []byte, network uint32, protocol uint16, options, payload []byte) []byte {
	b = append(b, byte(len(options)/4), 0)
	b = binary.BigEndian.AppendUint16(b, protocol)
	b = binary.BigEndian.AppendUint32(b, network<<8)
	return append(append(b, options...), payload...)
}

// AppendGTPU appends the header of a user's packet in GTP (3GPP TS 29.281) and
// the packet. A sequence number other than 0 is told.
func AppendGTPU(b []byte, tunnel uint32, sequence uint16, packet []byte) []byte {
	first, n := byte(0x30), len(packet)
	if sequence != 0 {
		first, n = first|2, n+4
	}
	b = append(b, first, 0xff)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = binary.BigEndian.AppendUint32(b, tunnel)
	if sequence != 0 {
		b = binary.BigEndian.AppendUint16(b, sequence)
		b = append(b, 0, 0)
	}
	return append(b, packet...)
}

// AppendAH appends an authentication header (RFC 4302) with a check value of 12
// octets, and what it stands before.
func AppendAH(b []byte, next uint8, payload []byte) []byte {
	b = append(b, next, 4, 0, 0)
	b = append(b, make([]byte, 20)...)
	return append(b, payload...)
}
