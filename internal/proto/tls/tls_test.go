package tls_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/tls"
	"github.com/heron-iot/heron/internal/wire"
)

// browser is the hello of the example in the JA4 technical details, GREASE added.
func browser() tls.Hello {
	empty := func(kind int) tls.Extension { return tls.Extension{Type: kind} }
	return tls.Hello{
		Ciphers: []uint16{
			0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
			0x009c, 0x009d, 0x002f, 0x0035,
		},
		ServerName: "lamp.example", ALPN: []string{"h2", "http/1.1"},
		Extensions: []tls.Extension{
			empty(0x2a2a), empty(0x001b), empty(0x0033), empty(0x4469), empty(0x0017), empty(0x002d),
			{Type: tls.ExtPointFormats, Body: []byte{1, 0}},
			empty(0x0005), empty(0x0023), empty(0x0012),
			tls.OfferVersions(0x3a3a, tls.Version13, tls.Version12), empty(0xff01),
			tls.Words(tls.ExtGroups, 0x4a4a, 0x001d, 0x0017, 0x0018),
			tls.Words(tls.ExtSignatures, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
			empty(0x0015), empty(0x5a5a),
		},
	}
}

func readHello(t *testing.T, b []byte) tls.ClientHello {
	t.Helper()
	r := wire.NewReader(b)
	rec := tls.ReadRecord(&r)
	body := wire.NewReader(rec.Body)
	if kind, n := body.U8(), body.U24(); kind != tls.TypeClientHello || n != body.Len() || !rec.Whole {
		t.Fatalf("message %d of %d bytes in %+v", kind, n, rec)
	}
	h, err := tls.ReadClientHello(&body)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestFingerprintsOfClients(t *testing.T) {
	t.Parallel()
	plain := tls.Hello{Version: tls.Version10, Ciphers: []uint16{0x0005, 0x0004}}
	name := func(alpn string) tls.Hello { h := browser(); h.ALPN = []string{alpn}; return h }
	for _, c := range []struct {
		name  string
		hello tls.Hello
		ja4   string
	}{
		{"example of the specification", browser(), "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"no extensions", plain, "t10i020000_6e254592683c_000000000000"},
		{"ALPN beyond ASCII", name("\xab\xcd"), "t13d151699_8daaf6152771_e5627efa2ab1"},
		{"ALPN that is no letter", name("\x0ah\xcd"), "t13d15160d_8daaf6152771_e5627efa2ab1"},
		{"ALPN of one letter", name("h"), "t13d1516hh_8daaf6152771_e5627efa2ab1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := readHello(t, tls.AppendClientHello(nil, c.hello))
			var f tls.Fingerprinter
			if got := string(f.JA4(&h, 't')); got != c.ja4 {
				t.Errorf("got %s, want %s", got, c.ja4)
			}
		})
	}
}

func TestJA3LeavesGREASEOut(t *testing.T) {
	t.Parallel()
	h := readHello(t, tls.AppendClientHello(nil, tls.Hello{
		Version: tls.Version12, Ciphers: []uint16{0x0a0a, 4865, 49195},
		Extensions: []tls.Extension{{Type: 0x1a1a}, tls.Words(tls.ExtGroups, 0x2a2a, 29, 23), {Type: 11, Body: []byte{1, 0}}},
	}))
	var f tls.Fingerprinter
	// MD5 of "771,4865-49195,10-11,29-23,0".
	if got, want := string(f.JA3(&h)), "39e090ec4c99f12c3f64ed47be7c2373"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestServerHello(t *testing.T) {
	t.Parallel()
	for _, version := range []int{tls.Version12, tls.Version13} {
		b := tls.AppendServerHello(nil, version, [32]byte{1}, 0x1301, tls.PickALPN("h2"))
		r := wire.NewReader(b)
		rec := tls.ReadRecord(&r)
		body := wire.NewReader(rec.Body)
		body.Skip(4)
		h, err := tls.ReadServerHello(&body)
		if err != nil || h.Version != version || h.Cipher != 0x1301 || string(h.ALPN) != "h2" || h.Legacy != tls.Version12 {
			t.Errorf("got %+v, %v", h, err)
		}
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	r := wire.NewReader(tls.AppendCertificate(nil, []byte("leaf"), []byte("root")))
	rec := tls.ReadRecord(&r)
	body := wire.NewReader(rec.Body)
	body.Skip(4)
	if got := tls.ReadCertificates(&body); string(got) != "leaf" {
		t.Errorf("got %q", got)
	}
}

func TestReadRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		whole bool
		err   error
	}{
		{"\x16\x03\x01\x00\x01x", true, nil},
		{"\x16\x03\x01\x00\x02x", false, nil},
		{"\x16\x03\x01\x00", false, wire.ErrShort},
		{"\x16\x03\x01\x00\x00", false, tls.ErrNotTLS},
		{"\x16\x02\x01\x00\x01x", false, tls.ErrNotTLS},
		{"GET / HTTP/1.1", false, tls.ErrNotTLS},
		{"\x16\x03\x01\xff\xffx", false, tls.ErrNotTLS},
	} {
		r := wire.NewReader([]byte(c.in))
		rec := tls.ReadRecord(&r)
		if rec.Whole != c.whole || !errors.Is(r.Err(), c.err) {
			t.Errorf("%q: whole %t, %v; want %t, %v", c.in, rec.Whole, r.Err(), c.whole, c.err)
		}
	}
}

// FuzzClientHello checks that a hello that can be read gives the same
// fingerprints twice, of the right form.
func FuzzClientHello(f *testing.F) {
	f.Add(tls.AppendClientHello(nil, browser())[9:])
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewReader(in)
		h, err := tls.ReadClientHello(&r)
		if err != nil {
			return
		}
		var one, two tls.Fingerprinter
		ja4 := bytes.Clone(one.JA4(&h, 't'))
		if len(ja4) != 36 || len(one.JA3(&h)) != 32 {
			t.Fatalf("JA4 is %q", ja4)
		}
		if diff := cmp.Diff(string(ja4), string(two.JA4(&h, 't'))); diff != "" {
			t.Fatal(diff)
		}
	})
}
