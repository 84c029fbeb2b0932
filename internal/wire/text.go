package wire

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a string fit for logs, terminals and pages out of untrusted
// bytes: at most limit bytes, valid UTF-8 (other bytes read as Latin-1),
// control and format characters made spaces, and space at the ends trimmed.
func Text(b []byte, limit int) string {
	if isPlain(b) && len(b) <= limit {
		return string(bytes.Trim(b, " "))
	}
	var s strings.Builder
	for len(b) > 0 && s.Len() < limit {
		c, n := utf8.DecodeRune(b)
		if c == utf8.RuneError && n == 1 {
			c = rune(b[0])
		}
		b = b[n:]
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Zl, c) || unicode.Is(unicode.Zp, c) {
			c = ' '
		}
		if s.Len()+utf8.RuneLen(c) > limit {
			break
		}
		s.WriteRune(c)
	}
	return strings.TrimSpace(s.String())
}

// Clean is Text for a string; one that is fit already costs nothing.
func Clean(s string, limit int) string {
	if len(s) <= limit && isPlain(s) && (s == "" || s[0] != ' ' && s[len(s)-1] != ' ') {
		return s
	}
	return Text([]byte(s), limit)
}

// isPlain reports whether b is printable ASCII alone: eight octets at once, as far
// as there are as many.
func isPlain[T string | []byte](b T) bool {
	for ; len(b) >= 8; b = b[8:] {
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		const each, top = 0x0101010101010101, 0x8080808080808080
		if ((x-0x20*each)&^x|(x+each)|x)&top != 0 { // below a space, delete, or above
			return false
		}
	}
	for i := range len(b) {
		if b[i] < 0x20 || b[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Printable reports whether b is not empty and wholly printable ASCII, with
// tabs, carriage returns and line feeds.
func Printable(b []byte) bool {
	for _, c := range b {
		if (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c >= 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// UntilZero returns what stands before the first zero in a field of fixed size:
// all of it when there is none.
func UntilZero(b []byte) []byte {
	b, _, _ = bytes.Cut(b, []byte{0})
	return b
}

// Unpad takes the zeros and spaces off both ends of a field of fixed size.
func Unpad(b []byte) []byte { return bytes.Trim(b, " \x00") }

// CanBegin reports whether b, as far as it goes, begins with want: the start of a
// stream may be shorter than the mark that is looked for.
func CanBegin(b []byte, want string) bool {
	n := min(len(b), len(want))
	return string(b[:n]) == want[:n]
}
