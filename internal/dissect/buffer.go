package dissect

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// Buffer is where a dissector builds the values that it tells, so that what is
// known costs no allocation. What a method returns is valid until the next.
type Buffer []byte

// Number writes a number in decimal.
func (b *Buffer) Number(n int) []byte {
	*b = strconv.AppendInt((*b)[:0], int64(n), 10)
	return *b
}

// Numbers writes numbers in decimal with a separator between: versions, and
// addresses that are numbers.
func (b *Buffer) Numbers(separator byte, numbers ...int) []byte {
	*b = (*b)[:0]
	for i, n := range numbers {
		if i > 0 {
			*b = append(*b, separator)
		}
		*b = strconv.AppendInt(*b, int64(n), 10)
	}
	return *b
}

// Octets is Numbers for octets.
func (b *Buffer) Octets(separator byte, octets []byte) []byte {
	*b = (*b)[:0]
	for i, c := range octets {
		if i > 0 {
			*b = append(*b, separator)
		}
		*b = strconv.AppendUint(*b, uint64(c), 10)
	}
	return *b
}

// Hex writes octets in hexadecimal.
func (b *Buffer) Hex(octets []byte) []byte {
	*b = hex.AppendEncode((*b)[:0], octets)
	return *b
}

// HexNumber writes a number in hexadecimal with at least so many digits, at most
// eight of them zeros.
func (b *Buffer) HexNumber(n, digits int) []byte {
	*b = (*b)[:0]
	for i := min(digits, 8) - 1; i > 0 && n < 1<<(4*i); i-- {
		*b = append(*b, '0')
	}
	*b = strconv.AppendInt(*b, int64(n), 16)
	return *b
}

// MAC writes a hardware address as AppendMAC does.
func (b *Buffer) MAC(address []byte) []byte {
	*b = AppendMAC((*b)[:0], address)
	return *b
}

// Address writes an IP address; nothing for one that is none.
func (b *Buffer) Address(ip netip.Addr) []byte {
	if !ip.IsValid() {
		return nil
	}
	*b = ip.AppendTo((*b)[:0])
	return *b
}

// GUID writes sixteen octets, in the order in which they stand, as 8-4-4-4-12
// digits; nothing when they are all zero.
func (b *Buffer) GUID(octets []byte) []byte {
	*b = (*b)[:0]
	zero := true
	for i := range octets {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			*b = append(*b, '-')
		}
		*b = hex.AppendEncode(*b, octets[i:i+1])
		zero = zero && octets[i] == 0
	}
	if zero {
		return nil
	}
	return *b
}

// Names writes the names of the bits that are set, the lowest first, with commas
// between. Bits without a name are left out.
func (b *Buffer) Names(bits int, names ...string) []byte {
	*b = (*b)[:0]
	for i, name := range names {
		if bits&(1<<i) == 0 || name == "" {
			continue
		}
		if len(*b) > 0 {
			*b = append(*b, ',')
		}
		*b = append(*b, name...)
	}
	return *b
}
