package capture

import (
	"testing"

	"github.com/heron-iot/heron"
)

// FuzzTZSP feeds what anyone might send to the port.
func FuzzTZSP(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 0, 10, 1, 7, 41, 2, 5, 0xdc, 1, 1, 2, 3})
	f.Add([]byte{1, 0, 0, 18, 1, 8})
	f.Fuzz(func(t *testing.T, b []byte) {
		var p heron.Packet
		if readTZSP(b, &p) && (len(p.Data) == 0 || len(p.Data) > len(b) || p.OrigLen < len(p.Data) || !p.Link.Known()) {
			t.Fatalf("frame %+v", p)
		}
	})
}
