package cotp_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

func TestMessagesOfSeveralPacketsAreJoined(t *testing.T) {
	t.Parallel()
	b := cotp.AppendConnect(nil, cotp.ConnectRequest, 0, 7, []byte{1, 0}, []byte{1, 2})
	b = cotp.AppendData(b, []byte("hel"), false)
	b = cotp.AppendData(b, []byte("lo"), true)
	whole := len(b)
	b = cotp.AppendData(b, []byte("more"), true)
	n, first, err := cotp.Span(b)
	if n != whole || string(first) != "hel" || err != nil {
		t.Errorf("Span = %d, %q, %v; want %d", n, first, err, whole)
	}
	if got := cotp.Join(b[:n], nil); string(got) != "hello" {
		t.Errorf("Join = %q", got)
	}
	for i := range whole {
		if n, _, err := cotp.Span(b[:i]); n != 0 && n <= i || err != nil {
			t.Fatalf("Span of %d bytes = %d, %v; want to wait", i, n, err)
		}
	}
	r := wire.NewReader(b)
	if p, err := cotp.Read(&r); err != nil || p.Source != 7 || !bytes.Equal(p.Called, []byte{1, 2}) {
		t.Errorf("connection: %+v, %v", p, err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 5, 300} {
		for _, kind := range []byte{cotp.Connect, cotp.Accept, cotp.Transfer, cotp.Finish} {
			data := bytes.Repeat([]byte{0x61}, size)
			r := wire.NewReader(cotp.AppendSession(nil, kind, data))
			got, body, ok := cotp.ReadSession(&r)
			if !ok || got != int(kind) || !bytes.Equal(body.Rest(), data) {
				t.Errorf("kind %d with %d octets: %d, %t", kind, size, got, ok)
			}
		}
	}
}

func TestOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, b := range []string{"GET / HTTP/1.1\r\n", "\x03\x00\x00\x04aaaa", "\x03\x00\x00\x08\x03\xf0\x80\x00", "\x03\x01\x00\x16"} {
		if n, _, err := cotp.Span([]byte(b)); err == nil {
			t.Errorf("%q: %d", b, n)
		}
	}
}

func FuzzSpan(f *testing.F) {
	f.Add(cotp.AppendConnect(nil, cotp.ConnectConfirm, 1, 2, nil, []byte{1, 2}))
	f.Add(cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Connect, []byte("x")), true))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, payload, err := cotp.Span(b)
		if n < 0 || err != nil && n != 0 {
			t.Fatalf("Span = %d, %v of %d", n, err, len(b))
		}
		joined := cotp.Join(b[:min(n, len(b))], nil)
		if n > 0 && !bytes.HasPrefix(joined, payload) {
			t.Fatalf("joined %x, first %x", joined, payload)
		}
		r := wire.NewReader(joined)
		cotp.ReadSession(&r)
	})
}
