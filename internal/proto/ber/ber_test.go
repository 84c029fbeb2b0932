package ber_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

func TestIntegers(t *testing.T) {
	t.Parallel()
	for _, v := range []int{0, 1, 127, 128, -1, -128, -129, 65535, 1 << 40} {
		r := wire.NewReader(ber.AppendInt(nil, v))
		if got := ber.GetInt(&r); got != v || r.Err() != nil || r.Len() != 0 {
			t.Errorf("%d comes back as %d, %v", v, got, r.Err())
		}
	}
}

func TestLengths(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 127, 128, 255, 256, 70000} {
		b := ber.Append(nil, ber.OctetString, make([]byte, n))
		size, err := ber.Size(b)
		r := wire.NewReader(b)
		body := ber.Get(&r, ber.OctetString)
		if size != len(b) || err != nil || body.Len() != n || r.Len() != 0 {
			t.Errorf("%d octets: size %d of %d, %v, body %d", n, size, len(b), err, body.Len())
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"\x1f\x01\x00", "\x30\x80\x00\x00", "\x30\x85\x00\x00\x00\x00\x01"} {
		if _, err := ber.Size([]byte(in)); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}

func FuzzNext(f *testing.F) {
	f.Add(ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 300)))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		tag, body := ber.Next(&r)
		if r.Err() != nil {
			return
		}
		rest := body.Rest()
		again := wire.NewReader(ber.Append(nil, tag, rest))
		tag2, body2 := ber.Next(&again)
		if tag2 != tag || !bytes.Equal(body2.Rest(), rest) {
			t.Fatal("what is written is not what is read")
		}
	})
}
