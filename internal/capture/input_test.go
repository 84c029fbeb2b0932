package capture_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
)

// next waits for a frame.
func next(t *testing.T, s capture.Source) heron.Packet {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		var p heron.Packet
		err := s.Next(&p)
		if err == nil {
			p.Data = bytes.Clone(p.Data)
			return p
		}
		if !errors.Is(err, capture.ErrIdle) {
			t.Fatal(err)
		}
	}
	t.Fatal("no frame came")
	return heron.Packet{}
}

func input(t *testing.T, name, filter string) capture.Source {
	t.Helper()
	s, err := capture.OpenInput(capture.LiveConfig{Interface: name, Filter: filter, Idle: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// port finds a free UDP port.
func port(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
}

// arpFrame and ipFrame are frames that filters tell apart.
func arpFrame() []byte { return append(make([]byte, 12), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1) }

func ipFrame() []byte {
	return append(append(make([]byte, 12), 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0), make([]byte, 16)...)
}

func TestTZSP(t *testing.T) {
	t.Parallel()
	address := port(t)
	s := input(t, "tzsp://"+address, "")
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send := func(b ...byte) {
		t.Helper()
		if _, err := conn.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	send(2, 0, 0, 1, 1, 9)                                                            // another version
	send(1, 4, 0, 1, 1)                                                               // a sign of life
	send(1, 0, 0, 99, 1, 9)                                                           // an unknown link
	send(1, 0, 0, 1, 10, 200, 1)                                                      // a tag that is cut
	send(1, 0, 0, 1)                                                                  // no end of tags
	send(1, 0, 0, 1, 1)                                                               // no frame
	send(append([]byte{1, 0, 0, 1, 0, 10, 1, 7, 41, 2, 5, 0xdc, 1}, ipFrame()...)...) // tags, and 1500 bytes on the wire
	if p := next(t, s); !bytes.Equal(p.Data, ipFrame()) || p.OrigLen != 1500 || p.Link != heron.LinkEthernet || p.Time == 0 {
		t.Errorf("frame %+v", p)
	}
	if err := capture.SetFilter(s, "arp"); err != nil {
		t.Fatal(err)
	}
	if err := capture.SetFilter(s, "no such filter"); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("a wrong filter: %v", err)
	}
	send(append([]byte{1, 0, 0, 1, 1}, ipFrame()...)...)
	send(append([]byte{1, 0, 0, 18, 1}, 8, 1, 2)...) // no filter fits 802.11: it passes
	send(append([]byte{1, 0, 0, 1, 1}, arpFrame()...)...)
	if p := next(t, s); p.Link != heron.Link80211 {
		t.Errorf("frame %+v", p)
	}
	if p := next(t, s); !bytes.Equal(p.Data, arpFrame()) {
		t.Errorf("frame %+v, want the ARP alone", p)
	}
	if st := s.Stats(); st.Packets != 3 {
		t.Errorf("stats %+v", st)
	}
	if _, err := capture.OpenInput(capture.LiveConfig{Interface: "tzsp://" + address}); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("a second listener: %v", err)
	}
}

func TestClosedInputEnds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tzsp://" + port(t), "pcap+tcp://127.0.0.1:1"} {
		s := input(t, name, "")
		var wg sync.WaitGroup
		wg.Go(func() {
			var p heron.Packet
			for {
				err := s.Next(&p)
				if errors.Is(err, io.EOF) {
					return
				}
				if !errors.Is(err, capture.ErrIdle) {
					t.Error(err)
					return
				}
			}
		})
		time.Sleep(100 * time.Millisecond)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	}
}

// TestPcapOverTCP reads from a server that breaks off in the middle of a frame
// and is there again.
func TestPcapOverTCP(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var file bytes.Buffer
	w, err := capture.NewWriter(&file, heron.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := w.Write(heron.Time(i+1)*heron.Second, ipFrame()); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for cut := 5; ; cut = 0 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write(file.Bytes()[:file.Len()-cut])
			if cut == 0 {
				defer c.Close() // stays open, as a live capture does
				continue
			}
			_ = c.Close()
		}
	}()
	s := input(t, "pcap+tcp://"+l.Addr().String(), "ip")
	for _, want := range []heron.Time{1, 2, 1, 2, 3} {
		if p := next(t, s); p.Time != want*heron.Second || !bytes.Equal(p.Data, ipFrame()) {
			t.Fatalf("frame of %v, want %d s", p.Time, want)
		}
	}
}

func TestInputsAreChecked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tzsp://", "tzsp://:37008", "pcap+tcp://", "http://127.0.0.1", "tzsp://127.0.0.1:port"} {
		s, err := capture.OpenInput(capture.LiveConfig{Interface: name})
		if err == nil {
			t.Error(name, "opens", s.Close())
		} else if heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
