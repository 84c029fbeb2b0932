package dissect

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"github.com/heron-iot/heron"
)

// hasher makes the hashes that facts are known by. Numbers are folded, with
// secrets that nobody who sends packets can know, and texts are left to maphash.
type hasher struct {
	seed                         maphash.Seed
	first, second, third, fourth uint64 // secrets
}

func newHasher() hasher {
	seed := maphash.MakeSeed()
	secret := func(name string) uint64 { return maphash.String(seed, name) }
	return hasher{seed, secret("first"), secret("second"), secret("third"), secret("fourth")}
}

// fold makes one number of two (the upper and lower half of their product).
func fold(a, b uint64) uint64 {
	upper, lower := bits.Mul64(a, b)
	return upper ^ lower
}

// endpoint hashes an end of traffic.
func (h *hasher) endpoint(e *heron.Endpoint) uint64 {
	ip := e.IP.As16()
	link := e.MAC.Uint64()<<16 | uint64(e.VLAN)
	address := fold(binary.BigEndian.Uint64(ip[:8])^h.first, binary.BigEndian.Uint64(ip[8:])^h.second)
	return fold(address^h.third, link^h.fourth)
}

// scope hashes what a fact shares with the other values of its key.
func (h *hasher) scope(endpoint uint64, key string) uint64 {
	return fold(endpoint^h.first, maphash.String(h.seed, key)^h.third)
}

// fact hashes what makes a fact the one it is.
func (h *hasher) fact(scope uint64, about *heron.Subject, value uint64) uint64 {
	return fold(scope^uint64(about.Transport)<<16^uint64(about.Port)^h.second, value^h.fourth)
}

// numbers hashes a fact that is all numbers.
func (h *hasher) numbers(endpoint, of uint64) uint64 { return fold(endpoint^h.fourth, of^h.first) }
