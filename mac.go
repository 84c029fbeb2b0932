package heron

import "fmt"

// MAC is a 48-bit IEEE 802 address. The zero value means "none".
type MAC [6]byte

// ParseMAC reads "aa:bb:cc:dd:ee:ff", with ':' '-' or no separators, in either case.
func ParseMAC(s string) (MAC, error) {
	var m MAC
	n := 0 // hexadecimal digits so far
	for i := range len(s) {
		c := s[i]
		if c == ':' || c == '-' {
			continue
		}
		d, ok := hexDigit(c)
		if !ok || n == 12 {
			return MAC{}, fmt.Errorf("MAC address %q: want six octets in hexadecimal, as 00:11:22:aa:bb:cc", s)
		}
		m[n/2] = m[n/2]<<4 | d
		n++
	}
	if n != 12 {
		return MAC{}, fmt.Errorf("MAC address %q: want six octets in hexadecimal, as 00:11:22:aa:bb:cc", s)
	}
	return m, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
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

// Uint64 returns the address as a number, the first octet highest.
func (m MAC) Uint64() uint64 {
	return uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 | uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
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
