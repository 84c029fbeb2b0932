package quic_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/proto/quic"
	"github.com/heron-iot/heron/internal/wire"
)

func dcid() []byte { return []byte{0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08} }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The server's Initial packet of RFC 9001 §A.3 and of RFC 9369 §A.3.
func TestServerInitialsOfTheSpecifications(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, packet string }{
		{"version 1", "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5e" +
			"de4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"},
		{"version 2", "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f7" +
			"fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140"},
	} {
		r := wire.NewReader(unhex(t, c.packet))
		p, err := quic.ReadLong(&r)
		if err != nil || p.Type != quic.TypeInitial || !p.Whole || r.Len() != 0 {
			t.Fatalf("%s: %+v, %v", c.name, p, err)
		}
		_, server, err := quic.InitialKeys(p.Version, dcid())
		if err != nil {
			t.Fatal(err)
		}
		frames, _, err := server.Open(nil, nil, &p)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var kinds []int
		if err := quic.CryptoFrames(frames, func(offset int, data []byte) {
			kinds = append(kinds, offset, int(data[0]), len(data))
		}); err != nil || !slices.Equal(kinds, []int{0, 2, 90}) {
			t.Errorf("%s: %v, %v", c.name, kinds, err)
		}
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	for _, version := range []int{quic.Version1, quic.Version2, quic.Draft29, 0xff00001b, 0xff000022, quic.GoogleQ50, quic.GoogleT50, quic.GoogleT51} {
		client, server, err := quic.InitialKeys(version, dcid())
		if err != nil {
			t.Fatal(err)
		}
		b := client.AppendInitial(nil, quic.Initial{
			Version: version, DCID: dcid(), SCID: []byte{1}, Token: []byte("token"), Number: 0x1234,
			Frames: quic.AppendCrypto([]byte{0, 1}, 5000, []byte("hello")),
		})
		b = quic.AppendHandshake(b, version, nil, nil, make([]byte, 30))
		b = quic.AppendRetry(b, version, dcid(), nil, []byte("again"))
		r := wire.NewReader(b)
		p, err := quic.ReadLong(&r)
		if err != nil || p.Version != version || string(p.Token) != "token" || quic.VersionName(version) == "" {
			t.Fatalf("%+v, %v", p, err)
		}
		frames, _, err := client.Open(nil, nil, &p)
		got := ""
		if err == nil {
			err = quic.CryptoFrames(frames, func(offset int, data []byte) {
				if offset == 5000 {
					got = string(data)
				}
			})
		}
		if err != nil || got != "hello" {
			t.Errorf("version %#x: %q, %v", version, got, err)
		}
		if _, _, err := server.Open(nil, nil, &p); !errors.Is(err, quic.ErrSealed) {
			t.Errorf("opened with the wrong keys: %v", err)
		}
		for _, want := range []int{quic.TypeHandshake, quic.TypeRetry} {
			if p, err := quic.ReadLong(&r); err != nil || p.Type != want {
				t.Errorf("version %#x: type %d, %v, want %d", version, p.Type, err, want)
			}
		}
	}
	r := wire.NewReader(quic.AppendNegotiation(nil, dcid(), nil, quic.Version1, 0x1a2a3a4a))
	if p, err := quic.ReadLong(&r); err != nil || p.Type != quic.TypeNegotiation || len(p.Versions) != 8 {
		t.Errorf("negotiation: %+v, %v", p, err)
	}
}

func TestHelloOfGoogle(t *testing.T) {
	t.Parallel()
	b := quic.AppendHello(nil, quic.Hello{Name: []byte("hub.example"), Agent: []byte("Chrome/81")})
	h, ok := quic.ReadHello(b)
	if !ok || string(h.Name) != "hub.example" || string(h.Agent) != "Chrome/81" {
		t.Errorf("%q, %q, %t", h.Name, h.Agent, ok)
	}
	for n := range b {
		if _, ok := quic.ReadHello(b[:n]); ok {
			t.Errorf("%d octets are a whole hello", n)
		}
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	if got := quic.UserAgent(unhex(t, "000a0000"+"00390009"+"010130"+"7129"+"09"+"414243")); got != nil {
		t.Errorf("a broken parameter gave %q", got)
	}
	if got := string(quic.UserAgent(unhex(t, "000a0000"+"00390009"+"010130"+"7129"+"03"+"414243"))); got != "ABC" {
		t.Errorf("got %q", got)
	}
}

// FuzzReadLong checks that nothing reads beyond its input, whatever it says.
func FuzzReadLong(f *testing.F) {
	client, _, err := quic.InitialKeys(quic.Version1, dcid())
	if err != nil {
		f.Fatal(err)
	}
	frames := quic.AppendCrypto(nil, 0, []byte("hello"))
	f.Add(client.AppendInitial(nil, quic.Initial{Version: quic.Version1, DCID: dcid(), Frames: frames}), frames)
	f.Add([]byte{0xc0}, quic.AppendHello(nil, quic.Hello{Name: []byte("a"), Agent: []byte("b")}))
	f.Add(quic.AppendNegotiation(nil, dcid(), nil, quic.Version2), []byte("\x02\x01\x01\x00\x00\x1c\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, in, frames []byte) {
		orig := slices.Clone(in)
		for r := wire.NewReader(in); r.Len() > 0; {
			p, err := quic.ReadLong(&r)
			if err != nil {
				break
			}
			_, _, _ = client.Open(nil, nil, &p)
		}
		if !slices.Equal(orig, in) {
			t.Fatal("input changed")
		}
		_ = quic.CryptoFrames(frames, func(int, []byte) {})
		quic.UserAgent(frames)
		quic.ReadHello(frames)
	})
}
