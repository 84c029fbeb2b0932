//go:build !linux

package probe

import (
	"context"
	"net"

	"github.com/heron-iot/heron"
)

// errNoARP makes hosts on a link be found by connections.
var errNoARP = heron.Errorf(heron.CodeUnsupported, "hosts are found by ARP on Linux only")

func (*search) arp(context.Context, *link, []Host) error { return errNoARP }

func (*search) neighbours([]Host) {}

func echoSocket(ctx context.Context, six bool) (conn net.PacketConn, own bool, err error) {
	network, address := "ip4:icmp", "0.0.0.0"
	if six {
		network, address = "ip6:ipv6-icmp", "::"
	}
	conn, err = new(net.ListenConfig).ListenPacket(ctx, network, address)
	return conn, true, err
}
