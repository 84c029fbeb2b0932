package dissect

// AppendMAC appends a hardware address of any length to dst as text: lower case,
// with colons.
func AppendMAC(dst, address []byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range address {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}
