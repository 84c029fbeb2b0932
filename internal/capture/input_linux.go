package capture

import (
	"encoding/binary"
	"net"

	"golang.org/x/sys/unix"
)

// prepareInput gives a socket room for bursts and asks the kernel to count what
// it drops. Neither is needed for it to work.
func prepareInput(c *net.UDPConn, room int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room) != nil {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, room)
		}
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
	})
}

// overflowed reads how many datagrams a socket dropped so far.
func overflowed(oob []byte) (uint32, bool) {
	list, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0, false
	}
	for _, m := range list {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_RXQ_OVFL && len(m.Data) >= 4 {
			return binary.NativeEndian.Uint32(m.Data), true
		}
	}
	return 0, false
}

// SetFilter exchanges the filter in the kernel, which does so between two frames.
func (l *live) SetFilter(expr string) error {
	program, err := liveProgram(expr, l.link, l.snaplen)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return nil
	}
	if err := attach(l.fd, program); err != nil {
		return liveError(l.name, err)
	}
	return nil
}
