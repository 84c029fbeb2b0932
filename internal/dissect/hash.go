package dissect

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"net/netip"

	"github.com/heron-iot/heron"
)

// hasher makes the hashes that facts are known by: numbers and texts are folded, with
// secrets that nobody who sends packets can know.
type hasher struct{ first, second, third, fourth uint64 }

func newHasher() hasher {
	seed := maphash.MakeSeed()
	secret := func(name string) uint64 { return maphash.String(seed, name) }
	return hasher{secret("first"), secret("second"), secret("third"), secret("fourth")}
}

// fold makes one number of two (the upper and lower half of their product).
func fold(a, b uint64) uint64 {
	upper, lower := bits.Mul64(a, b)
	return upper ^ lower
}

// v4 stands before an IPv4 address that is written as one of IPv6 (RFC 4291 §2.5.5.2).
const v4 = 0xffff

// halves returns an address as two numbers.
func halves(a netip.Addr) (upper, lower uint64) {
	if a.Is4() {
		b := a.As4()
		return 0, v4<<32 | uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// address hashes an end of traffic, of which this is its IP address.
func (h *hasher) address(upper, lower uint64, e *heron.Endpoint) uint64 {
	return fold(fold(upper^h.first, lower^h.second)^h.third, link(e)^h.fourth)
}

// link returns the hardware address and the VLAN of an end as one number.
func link(e *heron.Endpoint) uint64 {
	mac := e.MAC[:]
	return uint64(binary.LittleEndian.Uint32(mac))<<32 | uint64(binary.LittleEndian.Uint16(mac[4:]))<<16 | uint64(e.VLAN)
}

// endpoint hashes an end of traffic.
func (h *hasher) endpoint(e *heron.Endpoint) uint64 {
	upper, lower := halves(e.IP)
	return h.address(upper, lower, e)
}

// identify drops addresses that are nobody's (0.0.0.0, groups, broadcast) from an
// end of traffic. It returns the hash of what is left, and whether an address is.
func (h *hasher) identify(e *heron.Endpoint) (hash uint64, known bool) {
	upper, lower := halves(e.IP)
	if isNobody(upper, lower) {
		e.IP, upper, lower = netip.Addr{}, 0, 0
	}
	if e.MAC.IsMulticast() {
		e.MAC = heron.MAC{}
	}
	return h.address(upper, lower, e), upper|lower != 0 || !e.MAC.IsZero()
}

// isNobody reports whether an address in two halves is no single host's.
func isNobody(upper, lower uint64) bool {
	const groups, broadcast = 0xe, 1<<32 - 1 // RFC 1112 §4, RFC 919 §7
	if upper != 0 || lower>>32 != v4 {
		return upper>>56 == 0xff || upper|lower == 0
	}
	host := uint32(lower)
	return host>>28 == groups || host == 0 || host == broadcast
}

// scope hashes what a fact shares with the other values of its key.
func (h *hasher) scope(endpoint uint64, key string) uint64 {
	return fold(endpoint^h.first, h.text([]byte(key)))
}

// fact hashes what makes a fact the one it is.
func (h *hasher) fact(scope uint64, about *heron.Subject, value uint64) uint64 {
	return fold(scope^uint64(about.Transport)<<16^uint64(about.Port)^h.second, value)
}

// numbers hashes a fact that is all numbers.
func (h *hasher) numbers(endpoint, of uint64) uint64 { return fold(endpoint^h.fourth, of^h.first) }

// text hashes a text, to be folded with what it belongs to. Most are short: two
// numbers have all of them.
func (h *hasher) text(b []byte) uint64 {
	size, sum := uint64(len(b)), h.third
	for ; len(b) > 16; b = b[16:] {
		sum = fold(binary.LittleEndian.Uint64(b)^h.first, binary.LittleEndian.Uint64(b[8:])^sum)
	}
	var first, last uint64
	switch n := len(b); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		first, last = uint64(b[0])<<8|uint64(b[n/2]), uint64(b[n-1])
	}
	return fold(first^h.second, last^sum) ^ size
}
