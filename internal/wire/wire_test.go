package wire_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/heron-iot/heron/internal/wire"
)

func TestReaderReadsNumbers(t *testing.T) {
	t.Parallel()
	r := wire.NewReader([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22})
	got := []int{r.U8(), r.U16(), r.U24(), r.U32(), r.U16LE(), r.U32LE()}
	want := []int{1, 0x0203, 0x040506, 0x0708090a, 0x0c0b, 0x100f0e0d}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("number %d = %#x, want %#x", i, got[i], want[i])
		}
	}
	if r.Len() != 6 || r.Offset() != 16 || r.Err() != nil {
		t.Errorf("Len, Offset, Err = %d, %d, %v, want 6, 16, nil", r.Len(), r.Offset(), r.Err())
	}
}

func TestReaderErrorIsSticky(t *testing.T) {
	t.Parallel()
	r := wire.NewReader([]byte{1, 2, 3})
	if got := r.U32(); got != 0 {
		t.Errorf("U32 of three bytes = %d, want 0", got)
	}
	if got := r.U8(); got != 0 || !errors.Is(r.Err(), wire.ErrShort) || r.Len() != 0 {
		t.Errorf("after a short read: U8 %d, Err %v, Len %d; want 0, ErrShort, 0", got, r.Err(), r.Len())
	}
}

func TestReaderSub(t *testing.T) {
	t.Parallel()
	r := wire.NewReader([]byte{1, 2, 3, 4})
	s := r.Sub(2)
	if s.U16() != 0x0102 || s.Len() != 0 || r.U8() != 3 {
		t.Error("Sub does not cut the input in two")
	}
	s = r.Sub(9)
	if s.Err() == nil || r.Err() == nil {
		t.Error("Sub beyond the end must fail both readers")
	}
}

func TestReaderLine(t *testing.T) {
	t.Parallel()
	r := wire.NewReader([]byte("one\r\n\ntwo"))
	if got := string(r.Line(10)); got != "one" {
		t.Errorf("Line = %q, want one", got)
	}
	if got := r.Line(10); got == nil || len(got) != 0 {
		t.Errorf("empty Line = %v, want empty and not nil", got)
	}
	if got := r.Line(10); got != nil || r.Err() == nil {
		t.Errorf("Line without an end = %q, %v, want nil and ErrShort", got, r.Err())
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"plain", "plain"},
		{" a\nb\x1b[31m ", "a b [31m"},
		{"caf\xe9", "café"},
		{"x\u202ey", "x y"},
		{strings.Repeat("é", 9), "éééé"},
	}
	for _, tt := range tests {
		if got := wire.Text([]byte(tt.in), 9); got != tt.want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// FuzzReader drives a Reader with random operations and checks that it never
// reads outside its input and never moves after an error.
func FuzzReader(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, []byte("\x00\x03abc"))
	f.Fuzz(func(t *testing.T, ops, in []byte) {
		orig := bytes.Clone(in)
		r := wire.NewReader(in)
		for _, op := range ops {
			failed, off := r.Err() != nil, r.Offset()
			step(&r, op)
			if r.Offset() < off || r.Offset() > len(in) {
				t.Fatalf("offset %d after %d of %d", r.Offset(), off, len(in))
			}
			if failed && r.Offset() != off {
				t.Fatal("moved after an error")
			}
		}
		if !bytes.Equal(in, orig) {
			t.Fatal("input changed")
		}
	})
}

func step(r *wire.Reader, op byte) {
	switch op % 12 {
	case 0:
		r.U8()
	case 1:
		r.U16()
	case 2:
		r.U24()
	case 3:
		r.U32()
	case 4:
		r.U64()
	case 5:
		r.U64LE()
	case 6:
		r.Bytes(int(op))
	case 7:
		s := r.Sub(int(op) / 12)
		s.U32LE()
	case 8:
		r.Line(int(op))
	case 9:
		r.Peek(int(op))
	case 10:
		a := r.At(int(op))
		a.U16LE()
	case 11:
		r.Skip(r.Count(int(op), 2))
	}
}

// Whatever octet stands wherever in plain text, it is kept only where it is plain.
func TestTextLooksAtEachOctet(t *testing.T) {
	t.Parallel()
	for size := range 20 {
		for at := range size {
			for c := range 256 {
				b := bytes.Repeat([]byte{'x'}, size)
				b[at] = byte(c)
				got, want := wire.Text(b, 100), strings.TrimSpace(string(b))
				if plain := c >= ' ' && c < 0x7f; plain != (got == want) && strings.TrimSpace(string(b[at:at+1])) != "" {
					t.Fatalf("%q of %q", got, b)
				}
			}
		}
	}
}

func TestCleanAgreesWithText(t *testing.T) { // alone: allocations are counted
	for _, s := range []string{"", "a", " a", "a ", "a b", "a\tb", "é", "\x00", "123456789", " "} {
		if got, want := wire.Clean(s, 8), wire.Text([]byte(s), 8); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
	if n := testing.AllocsPerRun(10, func() { wire.Clean("40001", 8) }); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("caf\xe9\x00"), 4)
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		limit = min(max(limit, 0), 1<<16)
		got := wire.Text(in, limit)
		if len(got) > limit || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x1b\x00") {
			t.Fatalf("Text(%q, %d) = %q", in, limit, got)
		}
	})
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for order, want := range map[wire.Order][2]int{wire.BigEndian: {0x0102, 0x03040506}, wire.LittleEndian: {0x0201, 0x06050403}} {
		r := wire.NewReader([]byte{1, 2, 3, 4, 5, 6})
		if got := [2]int{order.U16(&r), order.U32(&r)}; got != want {
			t.Errorf("order %v: got %#x, want %#x", order, got, want)
		}
	}
}

func TestFieldsOfFixedSize(t *testing.T) {
	t.Parallel()
	if got := string(wire.UntilZero([]byte("PLC\x00\x7f"))); got != "PLC" {
		t.Errorf("UntilZero: %q", got)
	}
	if got := string(wire.UntilZero([]byte("PLC"))); got != "PLC" {
		t.Errorf("UntilZero without a zero: %q", got)
	}
	if got := string(wire.Unpad([]byte(" PLC 5 \x00\x00"))); got != "PLC 5" {
		t.Errorf("Unpad: %q", got)
	}
}

func TestCanBegin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"": true, "SS": true, "SSH-": true, "SSH-2.0": true, "SSX": false, "x": false} {
		if got := wire.CanBegin([]byte(in), "SSH-"); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}
