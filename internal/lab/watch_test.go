package lab_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron/internal/lab"
)

// watchAttack listens on the bridge while the intruder lies in ARP.
func watchAttack(t *testing.T, n *lab.Network) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	intruder, _ := n.Find("intruder")
	seen := make(chan error, 1)
	go func() {
		seen <- n.InsideCore(func() error { return waitForFrame(ctx, n.BridgeName(), intruder.MAC[:], 0x0806) })
	}()
	attack := make(chan error, 1)
	again, stop := context.WithCancel(ctx)
	go func() { attack <- n.Attack(again, "arp-spoof") }()
	if err := <-seen; err != nil {
		t.Error(err)
	}
	stop()
	<-attack
}

// waitForFrame waits for a frame from a MAC address with an EtherType.
func waitForFrame(ctx context.Context, link string, mac []byte, etherType uint16) error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, int(binary.NativeEndian.Uint16([]byte{0, 3})))
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifi, err := net.InterfaceByName(link)
	if err != nil {
		return err
	}
	m := unix.PacketMreq{Ifindex: int32(ifi.Index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
		return err
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100000}); err != nil {
		return err
	}
	buf := make([]byte, 2048)
	for ctx.Err() == nil {
		k, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil || k < 14 {
			continue
		}
		if string(buf[6:12]) == string(mac) && binary.BigEndian.Uint16(buf[12:]) == etherType {
			return nil
		}
	}
	return fmt.Errorf("no frame of type %#x from %x on %s", etherType, mac, link)
}
