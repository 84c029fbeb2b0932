package capture

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// TZSP carries frames from a device that sees them, in UDP. There is no
// standard: this follows what Wireshark reads and network equipment sends.
const (
	tzspPort     = "37008"
	tzspVersion  = 1
	tzspReceived = 0
	tzspTransmit = 1
	tzspEthernet = 1
	tzsp80211    = 18
	tagPadding   = 0
	tagEnd       = 1
	tagLength    = 41 // of the frame on the wire
	maxDatagram  = 64 << 10
)

// tzsp listens for frames. Anyone may send anything to its port.
type tzsp struct {
	conn   *net.UDPConn
	idle   time.Duration
	filter atomic.Pointer[userFilter]
	buf    []byte
	oob    []byte
	stats  Stats
	// overflow is the kernel's count of datagrams that found no room.
	overflow uint32
}

func openTZSP(c LiveConfig) (Source, error) {
	c.fill()
	address, err := hostPort(c.Interface, schemeTZSP, tzspPort)
	if err != nil {
		return nil, err
	}
	t := &tzsp{idle: c.Idle, buf: make([]byte, maxDatagram), oob: make([]byte, 128)}
	if err := t.SetFilter(c.Filter); err != nil {
		return nil, err
	}
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "source %.100q: %v", c.Interface, err)
	}
	if t.conn, err = net.ListenUDP("udp", at); err != nil {
		return nil, heron.Errorf(heron.CodeConflict, "source %.100q: %v", c.Interface, err)
	}
	prepareInput(t.conn, c.RingBytes)
	return t, nil
}

// SetFilter exchanges the filter.
func (t *tzsp) SetFilter(expr string) error {
	f, err := newUserFilter(expr)
	if err == nil {
		t.filter.Store(f)
	}
	return err
}

// Next implements Source. Datagrams that are no frame in TZSP are passed over.
func (t *tzsp) Next(p *heron.Packet) error {
	for {
		if t.idle > 0 {
			_ = t.conn.SetReadDeadline(time.Now().Add(t.idle)) // fails when it is closed, and so does the read
		}
		n, oobn, _, _, err := t.conn.ReadMsgUDP(t.buf, t.oob)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return ErrIdle
		case errors.Is(err, net.ErrClosed):
			return io.EOF
		case err != nil:
			return heron.Errorf(heron.CodeUnavailable, "TZSP at %v: %v", t.conn.LocalAddr(), err)
		}
		t.count(t.oob[:oobn])
		if !readTZSP(t.buf[:n], p) {
			continue
		}
		p.Time = heron.TimeOf(time.Now())
		if !t.filter.Load().passes(p) {
			continue
		}
		t.stats.Packets++
		t.stats.Bytes += uint64(p.OrigLen)
		return nil
	}
}

// count takes what the kernel says of datagrams that it dropped.
func (t *tzsp) count(oob []byte) {
	if total, ok := overflowed(oob); ok {
		t.stats.KernelDrops += uint64(total - t.overflow)
		t.overflow = total
	}
}

// Stats implements Source.
func (t *tzsp) Stats() Stats { return t.stats }

// Close implements Source.
func (t *tzsp) Close() error {
	if err := t.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// readTZSP finds the frame in a datagram.
func readTZSP(b []byte, p *heron.Packet) bool {
	r := wire.NewReader(b)
	version, kind, protocol := r.U8(), r.U8(), r.U16()
	if version != tzspVersion || kind != tzspReceived && kind != tzspTransmit {
		return false
	}
	link := heron.LinkEthernet
	switch protocol {
	case tzspEthernet:
	case tzsp80211:
		link = heron.Link80211
	default:
		return false
	}
	orig := 0
	for tag := r.U8(); tag != tagEnd; tag = r.U8() {
		if r.Err() != nil {
			return false
		}
		if tag == tagPadding {
			continue
		}
		value := r.Sub(r.U8())
		if tag == tagLength {
			orig = value.U16()
		}
	}
	data := r.Rest()
	if len(data) == 0 {
		return false
	}
	*p = heron.Packet{Data: data, OrigLen: max(orig, len(data)), Link: link}
	return true
}
