package tls_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

func TestHelloOverDatagrams(t *testing.T) {
	t.Parallel()
	h := browser()
	h.Version = tls.VersionDTLS12
	h.Extensions[10] = tls.OfferVersions(0x3a3a, tls.VersionDTLS12, tls.VersionDTLS13)
	body := tls.WithCookie(tls.AppendClientHello(nil, h)[9:], []byte("cookie"))
	b := tls.AppendDatagramRecord(nil, tls.RecordHandshake, tls.VersionDTLS12, 0, 1,
		tls.AppendFragment(nil, tls.TypeClientHello, 1, body, 0, len(body)))
	r := wire.NewReader(b)
	rec := tls.ReadDatagramRecord(&r)
	inner := wire.NewReader(rec.Body)
	f := tls.ReadFragment(&inner)
	if r.Err() != nil || r.Len() != 0 || inner.Err() != nil || f.Sequence != 1 || !slices.Equal(f.Body, body) {
		t.Fatalf("%+v, %+v", rec, f)
	}
	message := wire.NewReader(f.Body)
	got, err := tls.ReadDatagramClientHello(&message)
	if err != nil || string(got.ServerName) != "lamp.example" || got.MaxVersion() != tls.VersionDTLS13 {
		t.Errorf("%+v, %v", got, err)
	}
	var prints tls.Fingerprinter
	if ja4 := string(prints.JA4(&got, 'd')); ja4[:10] != "dd3d1516h2" {
		t.Errorf("JA4 is %s", ja4)
	}
}

// FuzzDatagram checks that records and fragments lie within their input.
func FuzzDatagram(f *testing.F) {
	f.Add(tls.AppendDatagramRecord(nil, tls.RecordHandshake, tls.VersionDTLS10, 0, 1,
		tls.AppendFragment(nil, tls.TypeClientHello, 0, []byte("hello"), 1, 3)))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		rec := tls.ReadDatagramRecord(&r)
		inner := wire.NewReader(rec.Body)
		p := tls.ReadFragment(&inner)
		if inner.Err() == nil && p.Offset+len(p.Body) > p.Length {
			t.Fatalf("%+v", p)
		}
		message := wire.NewReader(in)
		_, _ = tls.ReadDatagramClientHello(&message)
	})
}
