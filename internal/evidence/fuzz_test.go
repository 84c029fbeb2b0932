package evidence

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// FuzzDisk feeds what a damaged disk might hold to all that reads it.
func FuzzDisk(f *testing.F) {
	p := &heron.Packet{Time: 5, Data: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 0x45}, Link: heron.LinkEthernet}
	data := appendRecord(appendFileHeader(nil, heron.LinkEthernet), p)
	blocks, _ := noteAll(nil, fileHeader, data[fileHeader:], heron.LinkEthernet)
	f.Add(data)
	f.Add(encodeIndex(blocks, int64(len(data))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if link, ok := readFileHeader(b); ok {
			_, good := noteAll(nil, fileHeader, b[fileHeader:], link)
			if good > int64(len(b)) {
				t.Fatalf("%d of %d bytes are good", good, len(b))
			}
		}
		if blocks, ok := decodeIndex(b, int64(len(b))); ok {
			for _, k := range blocks {
				if k.from < 0 || k.to > int64(len(b)) {
					t.Fatalf("block %d to %d of %d", k.from, k.to, len(b))
				}
			}
		}
	})
}

// FuzzHosts feeds frames of all links.
func FuzzHosts(f *testing.F) {
	f.Add(byte(1), []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 0x45})
	f.Fuzz(func(t *testing.T, link byte, b []byte) {
		var e ends
		decode(&heron.Packet{Data: b, Link: heron.LinkType(link)}, &e)
		if e.n > maxEnds {
			t.Fatalf("%d hosts", e.n)
		}
		r := wire.NewReader(b)
		var p heron.Packet
		for nextRecord(&r, heron.LinkType(link), &p) {
			decode(&p, &e)
		}
	})
}
