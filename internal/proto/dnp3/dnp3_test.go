package dnp3_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/heron-iot/heron/internal/proto/dnp3"
	"github.com/heron-iot/heron/internal/wire"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 16, 248, 249, 250, 600, 2000} {
		f := dnp3.Frame{Control: 0xc4, Destination: 4, Source: 3}
		fragment := bytes.Repeat([]byte{0xc0, 1, 60, 2, 6}, n)[:n]
		b := f.AppendFragment(nil, fragment)
		size, err := dnp3.Span(b)
		if err != nil || size != len(b) {
			t.Fatalf("%d octets: Span = %d, %v, want %d", n, size, err, len(b))
		}
		r := wire.NewReader(b)
		got, back, err := dnp3.ReadFragment(&r, nil)
		if err != nil || got != f || !bytes.Equal(back, fragment) {
			t.Fatalf("%d octets: got %+v, %d octets, %v", n, got, len(back), err)
		}
		if size, err = dnp3.Span(b[:len(b)-1]); err != nil || size != 0 && size < len(b) {
			t.Fatalf("%d octets less one: Span = %d, %v", n, size, err)
		}
	}
}

// TestChecksum is the example of a frame that resets a link: the standard's
// own polynomial over eight octets.
func TestChecksum(t *testing.T) {
	t.Parallel()
	b := []byte{0x05, 0x64, 0x05, 0xc0, 0x01, 0x00, 0x00, 0x04}
	if got := dnp3.Checksum(b); got != 0x21e9 {
		t.Errorf("checksum %#04x, want 0x21e9", got)
	}
	f := dnp3.Frame{Control: 0xc4, Destination: 1, Source: 2}
	whole := f.AppendFragment(nil, []byte{0xc0, 1, 60, 2, 6})
	whole[len(whole)-4] ^= 1
	r := wire.NewReader(whole)
	if _, _, err := dnp3.ReadFragment(&r, nil); !errors.Is(err, dnp3.ErrChecksum) {
		t.Errorf("changed data: %v, want ErrChecksum", err)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	a := dnp3.Application{Function: dnp3.Response, Objects: []byte{
		0, 252, 0, 0, 0, 1, 4, 'A', 'c', 'm', 'e', 0, 248, 0x17, 1, 0, 1, 2, '4', '2',
	}}
	var got []string
	a.Attributes(func(at dnp3.Attribute) { got = append(got, string(at.Value)) })
	if len(got) != 2 || got[0] != "Acme" || got[1] != "42" {
		t.Errorf("attributes %q", got)
	}
	r := wire.NewReader([]byte{12, 1, 0x28, 1, 0, 7, 0, 0x81, 1})
	h, ok := dnp3.ReadHeader(&r)
	c, known := h.Point(&r)
	if !ok || !known || c.Index != 7 || c.Code != 0x81 || c.Count != 1 {
		t.Errorf("command %+v of %+v", c, h)
	}
}

func FuzzRead(f *testing.F) {
	head := dnp3.Frame{Control: 0xc4, Destination: 4, Source: 3}
	f.Add(head.AppendFragment(nil, []byte{0xc0, 1, 60, 2, 6}))
	f.Add(head.AppendFragment(nil, bytes.Repeat([]byte{0xc0, 129, 0, 0, 0, 250, 0, 0}, 80)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := dnp3.Span(b); n < 0 || err != nil && n != 0 {
			t.Fatalf("Span = %d, %v", n, err)
		}
		r := wire.NewReader(b)
		_, fragment, err := dnp3.ReadFragment(&r, nil)
		if err != nil {
			fragment = b
		}
		if a, ok := dnp3.ReadApplication(fragment); ok {
			if back := a.Append(nil); !bytes.Equal(back, fragment) {
				t.Fatalf("written %x, read %x", back, fragment)
			}
			a.Attributes(func(dnp3.Attribute) {})
			a.FileNamed()
		}
	})
}
