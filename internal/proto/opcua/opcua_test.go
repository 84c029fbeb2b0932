package opcua_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	c := opcua.Chunk{Type: "MSG", Final: 'F', Body: bytes.Repeat([]byte{7}, 30)}
	b := c.Append(nil)
	got, err := opcua.Read(b)
	if n, sizeErr := opcua.Size(b); err != nil || sizeErr != nil || n != len(b) || got.Type != "MSG" || !bytes.Equal(got.Body, c.Body) {
		t.Errorf("got %+v, %v, %d, %v", got, err, n, sizeErr)
	}
	r := wire.NewReader(opcua.AppendApplication(nil, "urn:a", "http://p", "Press 4", 2))
	a := opcua.ReadApplication(&r)
	if string(a.URI) != "urn:a" || string(a.Product) != "http://p" || string(a.Name) != "Press 4" || a.Type != 2 || r.Err() != nil || r.Len() != 0 {
		t.Errorf("application %+v, %v", a, r.Err())
	}
	r = wire.NewReader(opcua.AppendNode(nil, 2, 1234))
	if n := opcua.ReadNode(&r); string(n.Append(nil)) != "ns=2;i=1234" {
		t.Errorf("node %+v", n)
	}
}

func TestOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, b := range []string{"HELO there.\r\n", "HELX\x20\x00\x00\x00", "ACKF\x20\x00\x00\x00", "MSGF\x04\x00\x00\x00", "GET"} {
		if n, err := opcua.Size([]byte(b)); err == nil {
			t.Errorf("%q: %d", b, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	c := opcua.Chunk{Type: "MSG", Final: 'F', Body: opcua.AppendApplication(nil, "a", "b", "c", 0)}
	f.Add(c.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := opcua.Read(b)
		if err == nil {
			if back := c.Append(nil); len(back) != len(b) {
				t.Fatalf("%d octets written, %d read", len(back), len(b))
			}
		}
		for _, read := range []func(*wire.Reader){
			func(r *wire.Reader) { opcua.ReadEndpoint(r) }, func(r *wire.Reader) { opcua.ReadToken(r) },
			func(r *wire.Reader) { opcua.ReadResponseHeader(r) }, opcua.SkipRequestHeader,
			func(r *wire.Reader) { opcua.ReadNode(r).Append(nil) },
		} {
			r := wire.NewReader(b)
			read(&r)
		}
	})
}
