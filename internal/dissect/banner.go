package dissect

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Limits on the text of a banner.
const (
	minBanner = 8
	maxBanner = 128
)

// banner keeps what a flow of no known protocol shows at its start: the greeting
// of a TCP server that speaks first, the first answer of a UDP server, and what
// is called out to a whole network. Nothing else a client says is kept: it may be
// a password.
func (d *Dispatcher) banner(m *heron.Message) {
	if m.Flow.Told&toldBanner != 0 {
		return
	}
	public := m.Transport == heron.UDP && isGroup(m.Dst.IP, m.Dst.MAC)
	if m.FromClient && !public {
		if m.Transport == heron.TCP {
			m.Flow.Told |= toldBanner
		}
		return
	}
	m.Flow.Told |= toldBanner
	if text := leadingText(m.Payload); len(text) >= minBanner {
		d.out.Begin(m, "banner")
		d.out.Observe(m.Sender(), heron.KeyBanner, text)
	}
}

// isGroup reports whether a datagram goes to more than one host.
func isGroup(ip netip.Addr, mac heron.MAC) bool {
	return ip.IsMulticast() || mac.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// leadingText returns the printable bytes at the start of b.
func leadingText(b []byte) []byte {
	r := wire.NewReader(b)
	n := 0
	for n < min(len(b), maxBanner) && wire.Printable(r.Bytes(1)) {
		n++
	}
	return b[:n]
}
