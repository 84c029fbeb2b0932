package app

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// tunnelled writes a capture in which the same hosts talk alone and in every
// kind of tunnel, with refusals and fragments inside, and a clock that jumps.
func tunnelled(t testing.TB) string {
	t.Helper()
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, heron.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	at := heron.Time(1_700_001_000) * heron.Second
	send := func(b []byte) {
		at += 70 * heron.Millisecond
		if err := w.Write(at, b); err != nil {
			t.Fatal(err)
		}
	}
	for i := range byte(40) {
		a, b := host(i, 1), host(i, 2)
		for _, inner := range [][]byte{a.udp(b), b.udp(a), b.refuse(a), a.syn(b)} {
			send(inner)
			for _, outer := range wrapped(i, inner) {
				send(outer)
			}
		}
		if i == 20 {
			at += 2 * heron.Hour
		}
	}
	path := filepath.Join(t.TempDir(), "tunnelled.pcap")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// station is a host and its link address.
type station struct {
	e  heron.MAC
	ip netip.Addr
}

func host(i, net byte) station {
	return station{heron.MAC{2, 0, 0, net, 0, i}, netip.AddrFrom4([4]byte{10, 50, net, i + 1})}
}

func (s station) to(d station) (frame.Ethernet, frame.IP) {
	return frame.Ethernet{Src: s.e, Dst: d.e}, frame.IP{Src: s.ip, Dst: d.ip}
}

func (s station) udp(d station) []byte {
	e, ip := s.to(d)
	from, to := uint16(40000), uint16(20000)
	if s.ip.As4()[2] == 2 {
		from, to = to, from
	}
	return frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: from, DstPort: to}, []byte("hello"))
}

func (s station) syn(d station) []byte {
	e, ip := s.to(d)
	return frame.AppendTCP(nil, e, ip, frame.TCP{SrcPort: 41000, DstPort: 80, Seq: 9, Flags: frame.SYN, Options: []byte{2, 4, 5, 0xb4}}, nil)
}

// refuse says, in the name of a router, that d's SYN cannot be delivered.
func (s station) refuse(d station) []byte {
	e, ip := s.to(d)
	ip.Src = netip.AddrFrom4([4]byte{10, 50, 9, 9})
	return frame.AppendICMP(nil, e, ip, frame.ICMP{Type: 3, Code: 3}, d.udp(s)[14:])
}

// wrapped puts a frame into tunnels; of some both directions are used.
func wrapped(i byte, inner []byte) [][]byte {
	a, b := host(i%7, 100), host(i%5, 101)
	if inner[5] > 1 && len(inner)%2 == 0 {
		a, b = b, a
	}
	e, ip := a.to(b)
	packet := inner[14:]
	ip.Protocol = frame.ProtoGRE
	udp := func(port uint16, payload []byte) []byte {
		return frame.AppendUDP(nil, e, ip, frame.UDP{SrcPort: 60000, DstPort: port}, payload)
	}
	gre := frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeIPv4}, packet)
	out := [][]byte{
		frame.AppendEthernet(nil, e, frame.TypeMPLS, frame.AppendMPLS(nil, packet, 7)),
		frame.AppendEthernet(nil, e, frame.TypeMPLS, frame.AppendMPLS(nil, append(make([]byte, 4), inner...), 8)),
		frame.AppendEthernet(nil, e, frame.TypePPPoE, frame.AppendPPPoE(nil, 3, frame.PPPIPv4, packet)),
		frame.AppendEthernetIP(nil, e, ip, gre),
		udp(frame.PortVXLAN, frame.AppendVXLAN(nil, 1, inner)),
		udp(frame.PortVXLAN, frame.AppendVXLAN(nil, 2, inner)),
		udp(frame.PortGTPU, frame.AppendGTPU(nil, uint32(i), 0, packet[:20+8])),
	}
	ip.ID = uint32(i) + 1
	for _, piece := range frame.Fragments(ip, gre, 48) {
		out = append(out, frame.AppendEthernet(nil, e, frame.TypeIPv4, piece))
	}
	return out
}

// What a TCP stack gives away is told once, of hosts in tunnels too.
func TestHandshakesAreObserved(t *testing.T) {
	t.Parallel()
	src, err := capture.Open([]string{tunnelled(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	seen := map[string]int{}
	p := newPipeline(pipelineConfig{site: "s", sensor: "s", emit: func(b *heron.Batch) error {
		for _, o := range b.Observations {
			if o.IP.As4()[2] == 1 {
				seen[o.Key+"="+o.Value]++
			}
		}
		return nil
	}})
	if err := p.run(src, func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	// Each host asks as itself and with no link address, in a tunnel without one.
	for _, want := range []string{"tcp.syn=64:65535::1460:mss:noid", "ip.ttl=64"} {
		if n := seen[want]; n < 40 || n > 4*40 {
			t.Errorf("%s was told %d times of 40 hosts", want, n)
		}
	}
}

func TestTunnelsAreRead(t *testing.T) {
	t.Parallel()
	r := read(t, tunnelled(t))
	var names []string
	for _, p := range r.Protocols {
		names = append(names, p.Name)
	}
	for _, want := range []string{"mpls", "pppoes", "ppp", "gre", "vxlan", "gtp", "icmp"} {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+want+" ") {
			t.Errorf("no %s among %v", want, names)
		}
	}
	if s := r.Stats; s.ClockJumps != 1 || s.Unsupported != 0 || s.Panics != 0 {
		t.Errorf("stats %+v", s)
	}
	// A tunnel's ends carry many addresses, and have none of them.
	for _, d := range r.Devices {
		for _, ip := range d.IPs {
			if ip.As4()[2] == 1 && len(d.MACs) > 0 && d.MACs[0][3] >= 100 {
				t.Errorf("%v has the address %v of a host in its tunnel", d.MACs, ip)
			}
		}
	}
}
