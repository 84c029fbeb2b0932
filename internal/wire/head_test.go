package wire_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/wire"
)

func TestHeads(t *testing.T) {
	t.Parallel()
	in := []byte("0123456789abcdefghijklmnopqrstuvwxyz.,;:")
	heads := map[int]func(b []byte) (head, rest []byte){
		2: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head2(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		38: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head38(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		26: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head26(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		4: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head4(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		8: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head8(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		16: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head16(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		20: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head20(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		28: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head28(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
		34: func(b []byte) ([]byte, []byte) {
			h, rest := wire.Head34(b)
			return all(h == nil, func() []byte { return h[:] }), rest
		},
	}
	for n, head := range heads {
		if h, rest := head(in); !bytes.Equal(h, in[:n]) || !bytes.Equal(rest, in[n:]) {
			t.Errorf("head of %d: %q and %q", n, h, rest)
		}
		if h, rest := head(in[:n]); !bytes.Equal(h, in[:n]) || rest == nil || len(rest) != 0 {
			t.Errorf("head of all %d: %q and %q", n, h, rest)
		}
		if h, rest := head(in[:n-1]); h != nil || rest != nil {
			t.Errorf("head of %d in %d bytes: %q and %q, want none", n, n-1, h, rest)
		}
	}
}

func all(none bool, b func() []byte) []byte {
	if none {
		return nil
	}
	return b()
}

func TestCut(t *testing.T) {
	t.Parallel()
	in := []byte("abcde")
	if head, rest, ok := wire.Cut(in, 2); !ok || string(head) != "ab" || string(rest) != "cde" || cap(head) != 2 {
		t.Errorf("got %q and %q, %v", head, rest, ok)
	}
	if head, rest, ok := wire.Cut(in, 5); !ok || string(head) != "abcde" || len(rest) != 0 {
		t.Errorf("got %q and %q, %v", head, rest, ok)
	}
	for _, n := range []int{-1, 6} {
		if head, rest, ok := wire.Cut(in, n); ok || head != nil || rest != nil {
			t.Errorf("%d of 5: got %q and %q", n, head, rest)
		}
	}
}

func TestPart(t *testing.T) {
	t.Parallel()
	in := []byte("abcde")
	if b := wire.Part(in, 1, 3); string(b) != "bc" || cap(b) != 2 {
		t.Errorf("got %q of %d", b, cap(b))
	}
	if b := wire.Part(in, 5, 5); b == nil || len(b) != 0 {
		t.Errorf("got %q, want none of none", b)
	}
	for _, p := range [][2]int{{-1, 2}, {3, 2}, {2, 6}, {6, 6}} {
		if b := wire.Part(in, p[0], p[1]); b != nil {
			t.Errorf("%v of 5: got %q", p, b)
		}
	}
}
