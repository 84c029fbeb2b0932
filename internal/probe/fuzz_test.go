package probe

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
)

// FuzzReadARP reads answers to who-has: what is told is a hardware address of one host
// and an IPv4 address.
func FuzzReadARP(f *testing.F) {
	mac := heron.MAC{0x00, 0x80, 0xf4, 1, 2, 3}
	f.Add(whoHas(mac, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")))
	f.Add([]byte{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, 192, 0, 2, 7, 2, 0, 0, 0, 0, 2, 192, 0, 2, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, addr, ok := readARP(b)
		if ok && (!addr.Is4() || !m.IsUnicast() || m == heron.MAC{}) {
			t.Errorf("%v has %v", m, addr)
		}
	})
}

// FuzzReadEcho reads messages of ICMP and ICMPv6.
func FuzzReadEcho(f *testing.F) {
	f.Add(append([]byte{echoReply, 0, 0, 0}, 0x48, 0x52, 0, 1), false, true)
	f.Add(append([]byte{echoReply6, 0, 0, 0}, 0x48, 0x52, 0, 1), true, true)
	advert := append([]byte{advertise6, 0, 0, 0, 0x60, 0, 0, 0}, netip.MustParseAddr("2001:db8::7").AsSlice()...)
	f.Add(append(advert, 2, 1, 2, 0, 0, 0, 0, 7), true, false)
	f.Add(append(advert, 14, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0), true, true)
	f.Fuzz(func(t *testing.T, b []byte, six, own bool) {
		from := netip.MustParseAddr("192.0.2.9")
		if six {
			from = netip.MustParseAddr("2001:db8::9")
		}
		h, ok := readEcho(b, six, own, from)
		if ok && (!h.Addr.IsValid() || h.Addr.Is4() == six || !six && h.MAC != heron.MAC{}) {
			t.Errorf("%+v is there", h)
		}
	})
}
