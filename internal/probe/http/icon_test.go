package http

import "testing"

// The values are of the reference implementation.
func TestMurmur3(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint32{
		"": 0, "a": 0x3c2569b2, "abc": 0xb3dd93fa, "abcd": 0x43ed676a, "Hello, world!": 0xc0363e43,
	} {
		if got := murmur3([]byte(text)); got != want {
			t.Errorf("%q: %#x, want %#x", text, got, want)
		}
	}
}
