// Package nbns reads and writes what the NetBIOS name service (RFC 1001,
// RFC 1002) adds to the DNS format: names in half-octets, name records, and the
// status of a node.
package nbns

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Opcodes (RFC 1002 §4.2.1.1).
const (
	OpQuery        = 0
	OpRegistration = 5
	OpRelease      = 6
	OpRefresh      = 8
)

// Suffixes: the sixteenth octet of a name, which tells what it stands for.
const (
	SuffixWorkstation = 0x00
	SuffixMessenger   = 0x03
	SuffixFileServer  = 0x20
	SuffixBrowser     = 0x1d // of a segment
	SuffixDomain      = 0x1c // controllers of a domain
)

// nameSize is the length of a name with its suffix.
const nameSize = 16

// flagGroup marks a name that many share (RFC 1002 §4.2.1.3, §4.2.18).
const flagGroup = 0x8000

// DecodeName reads the first label of a DNS name as a NetBIOS name (RFC 1001
// §14.1) into buf, without the spaces at its end. It reports false for others.
func DecodeName(name, buf []byte) (text []byte, suffix int, ok bool) {
	label, _, _ := bytes.Cut(name, []byte("."))
	if len(label) != 2*nameSize {
		return nil, 0, false
	}
	buf = buf[:0]
	for r := wire.NewReader(label); r.Len() > 0; {
		hi, lo := r.U8()-'A', r.U8()-'A'
		if hi < 0 || hi > 15 || lo < 0 || lo > 15 {
			return nil, 0, false
		}
		buf = append(buf, byte(hi<<4|lo))
	}
	text, suffix = trimName(buf)
	return text, suffix, true
}

// trimName parts a name of sixteen octets into its text and its suffix.
func trimName(b []byte) (text []byte, suffix int) {
	r := wire.NewReader(b)
	text = bytes.TrimRight(r.Bytes(nameSize-1), " \x00")
	return text, r.U8()
}

// EncodeName returns the label of a name, as names are written in questions and
// records of package dns.
func EncodeName(name string, suffix int) string {
	raw := bytes.Repeat([]byte{' '}, nameSize)
	if name == "*" { // the wildcard of a status query is padded with zeros
		clear(raw)
	}
	copy(raw[:nameSize-1], name)
	raw[nameSize-1] = byte(suffix)
	label := make([]byte, 0, 2*nameSize)
	for _, c := range raw {
		label = append(label, 'A'+c>>4, 'A'+c&15)
	}
	return string(label)
}

// Owner reads the data of a name record: whether the name is a group's, and the
// first address that has it.
func Owner(data []byte) (group bool, ip netip.Addr) {
	r := wire.NewReader(data)
	group = r.U16()&flagGroup != 0
	ip, _ = netip.AddrFromSlice(r.Bytes(4))
	return group, ip
}

// OwnerData returns the data of the name record of a unique name.
func OwnerData(ip netip.Addr) []byte { return append([]byte{0, 0}, ip.AsSlice()...) }

// Status is the status of a node: the names that it has, and its address.
type Status struct {
	Names []StatusName
	MAC   heron.MAC
}

// StatusName is one name of a node.
type StatusName struct {
	Name   string
	Suffix int
	Group  bool
}

// ReadStatus goes through the names in the data of a status record (RFC 1002
// §4.2.18), and returns the node's address.
func ReadStatus(data []byte, each func(name []byte, suffix int, group bool)) (mac heron.MAC, err error) {
	r := wire.NewReader(data)
	for range r.U8() {
		name, suffix := trimName(r.Bytes(nameSize))
		flags := r.U16()
		if r.Err() != nil {
			return mac, r.Err()
		}
		each(name, suffix, flags&flagGroup != 0)
	}
	copy(mac[:], r.Bytes(len(mac)))
	return mac, r.Err()
}

// Data returns the data of a status record.
func (s *Status) Data() []byte {
	data := []byte{byte(len(s.Names))}
	for _, n := range s.Names {
		raw := bytes.Repeat([]byte{' '}, nameSize)
		copy(raw[:nameSize-1], n.Name)
		raw[nameSize-1] = byte(n.Suffix)
		flags := uint16(0x0400) // active
		if n.Group {
			flags |= flagGroup
		}
		data = binary.BigEndian.AppendUint16(append(data, raw...), flags)
	}
	return append(append(data, s.MAC[:]...), make([]byte, 40)...) // statistics, unused
}
