package dissect

// AppendLower appends b to dst with the ASCII capitals made small, as names of
// hosts are compared (RFC 4343).
func AppendLower(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, lower(c))
	}
	return dst
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// IsAddress reports whether what stands where a host name is expected is an
// address: dotted digits, or anything with colons or brackets.
func IsAddress(host []byte) bool {
	digits := true
	for _, c := range host {
		if c == ':' || c == '[' {
			return true
		}
		digits = digits && (c >= '0' && c <= '9' || c == '.')
	}
	return digits
}
