package heron

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// MAC is a 48-bit IEEE 802 address. The zero value means "none".
type MAC [6]byte

// ParseMAC reads "aa:bb:cc:dd:ee:ff", with ':' '-' or no separators, in either case.
func ParseMAC(s string) (MAC, error) {
	var m MAC
	plain := strings.NewReplacer(":", "", "-", "").Replace(s)
	if len(plain) != 12 {
		return m, fmt.Errorf("MAC address %q: want six octets, as 00:11:22:aa:bb:cc", s)
	}
	if _, err := hex.Decode(m[:], []byte(plain)); err != nil {
		return MAC{}, fmt.Errorf("MAC address %q: want hexadecimal digits", s)
	}
	return m, nil
}

// String returns lower case with colons, or "" for the zero MAC.
func (m MAC) String() string {
	if m.IsZero() {
		return ""
	}
	const digits = "0123456789abcdef"
	b := make([]byte, 0, 17)
	for i, c := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return string(b)
}

// MarshalText implements encoding.TextMarshaler.
func (m MAC) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero MAC.
func (m *MAC) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = MAC{}
		return nil
	}
	v, err := ParseMAC(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// IsZero reports whether m is the zero MAC.
func (m MAC) IsZero() bool { return m == MAC{} }

// IsMulticast reports whether the group bit is set, broadcast included.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// IsLocal reports whether the address is locally administered: made up by
// software, often at random, and so no evidence of a maker (IEEE 802c).
func (m MAC) IsLocal() bool { return m[0]&2 != 0 }

// IsUnicast reports whether m can be the address of one interface.
func (m MAC) IsUnicast() bool { return !m.IsZero() && !m.IsMulticast() }
