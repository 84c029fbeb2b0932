//go:build !linux

package capture

import (
	"net"

	"github.com/heron-iot/heron"
)

// OpenLive captures on an interface, on Linux only.
func OpenLive(c LiveConfig) (Source, error) {
	return nil, heron.Errorf(heron.CodeUnsupported,
		"capture on %s: live capture works on Linux only; capture with tcpdump and read the file", c.Interface)
}

// OpenRings opens what c names; only Linux shares it between several rings.
func OpenRings(c LiveConfig, _ int) ([]Source, error) {
	one, err := OpenInput(c)
	if err != nil {
		return nil, err
	}
	return []Source{one}, nil
}

func prepareInput(c *net.UDPConn, room int) { _ = c.SetReadBuffer(room) }

func overflowed([]byte) (uint32, bool) { return 0, false }
