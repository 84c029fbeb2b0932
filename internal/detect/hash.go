package detect

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"net/netip"
)

// seed and salt make hashes differ from run to run, so that nobody can choose
// keys that collide. Nothing that comes out depends on them.
var (
	seed = maphash.MakeSeed()
	salt = [2]uint64{maphash.String(seed, "one"), maphash.String(seed, "other")}
)

// HashString is the hash of a key for a Table.
func HashString(s string) uint64 { return maphash.String(seed, s) }

// HashNumber is the hash of a key that is a number.
func HashNumber(n uint64) uint64 { return HashNumbers(n, 0) }

// HashNumbers is the hash of a key that is two numbers.
func HashNumbers(a, b uint64) uint64 {
	upper, lower := bits.Mul64(a^salt[0], b^salt[1])
	return upper ^ lower
}

// HashAddress is the hash of a key that is an address.
func HashAddress(ip netip.Addr) uint64 {
	b := ip.As16()
	upper, lower := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	if ip.Is4() {
		upper = 1 << 63 // ::ffff:192.0.2.1 is another
	}
	return HashNumbers(upper, lower)
}
