package dns_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	msg := dns.Message{
		ID: 7, Flags: dns.FlagResponse,
		Questions: []dns.Ask{{Name: "_hap._tcp.local", Type: dns.TypePTR}},
		Answers: []dns.RR{
			dns.PTR("_hap._tcp.local", 120, `Lamp no\.1._hap._tcp.local`),
			dns.SRV(`Lamp no\.1._hap._tcp.local`, 120, 8080, "lamp.local"),
			dns.TXT(`Lamp no\.1._hap._tcp.local`, 120, "md=LWB", "pv=1.1"),
			dns.A("lamp.local", 120, netip.MustParseAddr("192.0.2.9")),
			dns.A("lamp.local", 120, netip.MustParseAddr("2001:db8::9")),
		},
	}
	r := wire.NewReader(msg.Append(nil))
	h := dns.ReadHeader(&r)
	if h.ID != 7 || !h.Response() || h.Questions != 1 || h.Records() != 5 {
		t.Fatalf("header is %+v", h)
	}
	var got []string
	buf, more := make([]byte, dns.MaxName), make([]byte, dns.MaxName)
	q := dns.ReadQuestion(&r, buf)
	got = append(got, "? "+string(q.Name))
	for range h.Records() {
		rec := dns.ReadRecord(&r, buf)
		got = append(got, string(rec.Name)+" "+describe(rec, more))
	}
	want := []string{
		"? _hap._tcp.local",
		`_hap._tcp.local Lamp no\.1._hap._tcp.local`,
		`Lamp no\.1._hap._tcp.local lamp.local:8080`,
		`Lamp no\.1._hap._tcp.local md=LWB pv=1.1`,
		"lamp.local 192.0.2.9",
		"lamp.local 2001:db8::9",
	}
	if diff := cmp.Diff(want, got); diff != "" || r.Err() != nil || r.Len() != 0 {
		t.Errorf("read back, error %v, left %d:\n%s", r.Err(), r.Len(), diff)
	}
}

func describe(rec dns.Record, buf []byte) string {
	switch rec.Type {
	case dns.TypePTR:
		return string(rec.Target(buf))
	case dns.TypeSRV:
		port, host := rec.Service(buf)
		return string(host) + ":" + map[int]string{8080: "8080"}[port]
	case dns.TypeTXT:
		var all []string
		for s := rec.Strings(); s.Len() > 0; {
			all = append(all, string(dns.ReadString(&s)))
		}
		return strings.Join(all, " ")
	}
	ip, _ := netip.AddrFromSlice(rec.Bytes())
	return ip.String()
}

func TestReadName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\x3f"+strings.Repeat("a", 63), 4) + "\x00"
	for _, c := range []struct {
		name, in string
		at       int
		want     string
		err      error
	}{
		{"root", "\x00", 0, "", nil},
		{"plain", "\x03www\x02de\x00", 0, "www.de", nil},
		{"compressed", "\x02de\x00\x03www\xc0\x00", 4, "www.de", nil},
		{"escaped", "\x03a.b\x01\\\x00", 0, `a\.b.\\`, nil},
		{"pointer to itself", "\xc0\x00", 0, "", dns.ErrName},
		{"pointer forward", "\xc0\x04\x00\x00\x01a\x00", 0, "", dns.ErrName},
		{"label with a reserved length", "\x80a", 0, "", dns.ErrName},
		{"more than 255 octets", long, 0, "", dns.ErrName},
		{"cut short", "\x03ww", 0, "", wire.ErrShort},
		{"no end", "\x03www", 0, "", wire.ErrShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := wire.NewReader([]byte(c.in))
			r.Skip(c.at)
			got := dns.ReadName(&r, nil)
			if string(got) != c.want || !errors.Is(r.Err(), c.err) {
				t.Errorf("got %q, %v; want %q, %v", got, r.Err(), c.want, c.err)
			}
		})
	}
}

func TestAppendLabels(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x04lamp\x05local\x00more": "lamp.local", "\x04lamp": "lamp", "\x00": "", "": "", "\x09short": "",
	} {
		r := wire.NewReader([]byte(in))
		if got := string(dns.AppendLabels(nil, &r)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPointersInARingEnd(t *testing.T) {
	t.Parallel()
	// Each pointer goes back by two: 100 of them are more than any name needs.
	in := []byte{0}
	for i := range 100 {
		in = append(in, 0xc0, byte(max(0, 2*i-1)))
	}
	r := wire.NewReader(in)
	r.Skip(len(in) - 2)
	if got := dns.ReadName(&r, nil); got != nil || !errors.Is(r.Err(), dns.ErrName) {
		t.Errorf("got %q, %v; want %v", got, r.Err(), dns.ErrName)
	}
}

// FuzzReadName checks that a name that can be read is written and read again as
// the same, and that no name is longer than the format allows.
func FuzzReadName(f *testing.F) {
	f.Add([]byte("\x03www\x07example\x00"), 0)
	f.Add([]byte("\x02de\x00\x03www\xc0\x00"), 4)
	f.Add([]byte("\xc0\x00"), 0)
	f.Fuzz(func(t *testing.T, in []byte, at int) {
		r := wire.NewReader(in)
		r.Skip(at)
		name := dns.ReadName(&r, nil)
		if r.Err() != nil {
			if name != nil {
				t.Fatalf("name %q with error %v", name, r.Err())
			}
			return
		}
		if len(name) > dns.MaxName {
			t.Fatalf("name of %d bytes", len(name))
		}
		again := wire.NewReader(dns.AppendName(nil, string(name)))
		if got := dns.ReadName(&again, nil); !bytes.Equal(got, name) {
			t.Fatalf("%q was read back as %q", name, got)
		}
	})
}
