package lab_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/heron-iot/heron/internal/lab"
)

// A fragile device stands orderly questions, one connection after the other, and goes
// down at what old ones go down at; others stand all of it.
func TestFragile(t *testing.T) {
	t.Parallel()
	read := []byte{0, 2, 0, 0, 0, 6, 1, 3, 0, 10, 0, 2}
	connect := func(t *testing.T, to netip.AddrPort) *net.TCPConn {
		t.Helper()
		c, err := net.DialTimeout("tcp", to.String(), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.(*net.TCPConn)
	}
	for name, c := range map[string]struct {
		model, protocol string
		do              func(t *testing.T, to netip.AddrPort)
		want            string
	}{
		"order": {"schneider-m340", "modbus", func(t *testing.T, to netip.AddrPort) {
			for range 3 {
				ask(t, to, read)
				time.Sleep(20 * time.Millisecond) // it has let go of it
			}
		}, ""},
		"a crowd": {"schneider-m340", "modbus", func(t *testing.T, to netip.AddrPort) {
			connect(t, to)
			connect(t, to)
		}, "a second connection while one was open"},
		"a reset": {"schneider-m340", "modbus", func(t *testing.T, to netip.AddrPort) {
			x := connect(t, to)
			_, _ = x.Write(read)
			_, _ = x.Read(make([]byte, 64))
			_ = x.SetLinger(0)
			_ = x.Close()
		}, "a connection that was reset"},
		"stray bytes": {"mitsubishi-q", "melsec", func(t *testing.T, to netip.AddrPort) {
			_, _ = connect(t, to).Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		}, "bytes that the protocol has no room for"},
		"a stray datagram": {"beckhoff-cx", "ads", func(t *testing.T, to netip.AddrPort) {
			x, err := net.Dial("udp", to.String())
			if err != nil {
				t.Fatal(err)
			}
			defer x.Close()
			_, _ = x.Write([]byte("\x03\x66\x14\x71"))
		}, "bytes that the protocol has no room for"},
		"a printer in a crowd": {"hp-laserjet", "http", func(t *testing.T, to netip.AddrPort) {
			connect(t, to)
			connect(t, to)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, lab.Config{Name: "frail", Fragile: true, Models: []string{c.model}})
			d, _ := n.Find(c.model)
			to := at(t, n, c.model, c.protocol)
			c.do(t, to)
			for end := time.Now().Add(2 * time.Second); n.Fallen()[d.Name] != c.want && time.Now().Before(end); {
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(20 * time.Millisecond)
			if got := n.Fallen()[d.Name]; got != c.want {
				t.Errorf("it broke at %q, want %q", got, c.want)
			}
			if c.protocol == "ads" {
				return // there is nothing over TCP
			}
			x, err := net.DialTimeout("tcp", to.String(), time.Second)
			if err == nil {
				x.Close()
			}
			if (err == nil) != (c.want == "") {
				t.Errorf("it broke at %q, and a connection gets %v", c.want, err)
			}
		})
	}
}
