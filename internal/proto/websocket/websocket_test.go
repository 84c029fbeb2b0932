package websocket_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/websocket"
)

// The examples of RFC 6455 §5.7, and what comes beside them.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in   string
		fromClient bool
		data       string
		size       int
		whole      bool
	}{
		{"text", "\x81\x05Hello", false, "Hello", 7, true},
		{"masked", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", true, "Hello", 11, true},
		{"fragments", "\x01\x03Hel\x80\x02lo", false, "Hello", 9, true},
		{"ping between fragments", "\x01\x03Hel\x89\x01x\x80\x02lo", false, "Hello", 12, true},
		{"more is there", "\x82\x01ab", false, "a", 3, true},
		{"256 octets", "\x82\x7e\x01\x00" + strings.Repeat("x", 256), false, strings.Repeat("x", 256), 260, true},
		{"65536 octets, none of them here", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", false, "", 65546, false},
		{"pong", "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", true, "", 11, true},
		{"compressed", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", false, "", 9, true},
		{"rest of a message", "\x80\x02lo", false, "", 4, true},
		{"cut", "\x81\x05Hel", false, "", 7, false},
		{"cut head", "\x81", false, "", 0, false},
		{"cut key", "\x81\x85\x37", true, "", 0, false},
		{"second head cut", "\x01\x03Hel\x80", false, "", 5, false},
		{"second fragment to come", "\x01\x03Hel", false, "", 5, false},
		{"nothing", "", true, "", 0, false},
	} {
		m, err := websocket.Read(nil, []byte(c.in), c.fromClient)
		if err != nil || string(m.Data) != c.data || m.Size != c.size || m.Whole != c.whole {
			t.Errorf("%s: got %q, %d, %t, %v", c.name, m.Data, m.Size, m.Whole, err)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"a mask of a server's":         "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
		"reserved bits":                "\xa1\x05Hello",
		"an opcode that is not known":  "\x83\x05Hello",
		"a ping in parts":              "\x09\x01x",
		"a long ping":                  "\x89\x7e\x01\x00" + strings.Repeat("x", 256),
		"a length in too many octets":  "\x81\x7e\x00\x05Hello",
		"a length beyond all":          "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
		"a message within another":     "\x01\x03Hel\x81\x02lo",
		"the greeting of some service": "SSH-2.0-x\r\n",
	} {
		if m, err := websocket.Read(nil, []byte(in), false); !errors.Is(err, websocket.ErrNotWebSocket) {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
	}
}

// What is written can be read, and what is read ends within what was there.
func FuzzRead(f *testing.F) {
	f.Add([]byte("\x01\x03Hel\x80\x02lo"), false)
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), true)
	f.Fuzz(func(t *testing.T, in []byte, fromClient bool) {
		m, err := websocket.Read(nil, in, fromClient)
		if err == nil && (len(m.Data) > len(in) || m.Data != nil && m.Size > len(in)) {
			t.Fatalf("%d octets of %d, %d of data", m.Size, len(in), len(m.Data))
		}
		var key []byte
		if fromClient {
			key = []byte{1, 2, 3, 4}
		}
		out := websocket.Append(nil, websocket.Binary, key, in)
		m, err = websocket.Read(nil, out, fromClient)
		if err != nil || !m.Whole || m.Size != len(out) || !bytes.Equal(m.Data, in) {
			t.Fatalf("got %+v, %v", m, err)
		}
	})
}
