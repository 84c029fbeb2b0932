package flow

import (
	"encoding/binary"
	"net/netip"
)

// addr is an IP address as two numbers; IPv4 addresses are in the lower 32 bits.
type addr struct{ hi, lo uint64 }

func (a addr) less(b addr) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

func addrOf(ip netip.Addr) addr {
	b := ip.As16()
	if ip.Is4() {
		return addr{lo: uint64(binary.BigEndian.Uint32(b[12:]))}
	}
	return addr{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// ipv4Of is the address that is a number.
func ipv4Of(n uint64) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return netip.AddrFrom4(b)
}

func (a addr) netip(v6 bool) netip.Addr {
	if !v6 {
		return ipv4Of(a.lo)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return netip.AddrFrom16(b)
}

// isGroup reports whether a is a multicast or the limited broadcast address.
func (a addr) isGroup(v6 bool) bool {
	if v6 {
		return a.hi>>56 == 0xff
	}
	return a.lo>>28 == 0xe || a.lo == 0xffffffff
}
