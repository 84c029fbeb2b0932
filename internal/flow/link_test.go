package flow_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// join puts the parts of a frame one behind the other.
func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

// The same datagram arrives through every link header that is known.
func TestLinkHeaders(t *testing.T) {
	t.Parallel()
	e, ip := client.headers(server)
	ip.Protocol = frame.ProtoUDP
	udp := frame.AppendUDPDatagram(nil, ip, frame.UDP{SrcPort: 40000, DstPort: 80}, []byte("hello"))
	packet := frame.AppendIP(nil, ip, udp)
	snap := join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, packet)
	tagged, double := e, e
	tagged.VLAN, double.VLAN, double.Outer = 7, 7, 100
	ap, zero := heron.MAC{2, 0, 0, 0, 0, 0xcc}, make([]byte, 2)
	dot11 := func(control uint16, rest ...[]byte) []byte {
		return join(append([][]byte{binary.LittleEndian.AppendUint16(nil, control), zero}, rest...)...)
	}
	msdu := join(macB[:], macA[:], be16(uint16(len(snap))), snap)
	for len(msdu)%4 != 0 {
		msdu = append(msdu, 0)
	}
	plain := dot11(0x0108, ap[:], macA[:], macB[:], zero, snap)
	fcs := join([]byte{0, 0, 17, 0, 3, 0, 0, 0}, make([]byte, 8), []byte{0x10}, plain, []byte{1, 2, 3, 4})
	whole := frame.AppendEthernetIP(nil, e, ip, udp)
	sum := []byte{1, 2, 3, 4}
	prism := join([]byte{0x44, 0, 0, 0, 144, 0, 0, 0}, make([]byte, 136), plain)
	avs := join([]byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 64}, make([]byte, 56), plain)
	ppi := join([]byte{0, 0, 32, 0, 105, 0, 0, 0, 2, 0, 20, 0}, make([]byte, 8), []byte{1, 0}, make([]byte, 10), plain, sum)
	nflog := join([]byte{2, 0, 0, 5, 8, 0, 1, 0, 8, 0, 1, 0, 16, 0, 8, 0, 0, 6, 0, 0}, macA[:], zero,
		[]byte{byte(len(packet) + 4), 0, 9, 0}, packet)
	const text = `m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 "hello"`
	const onVLAN = `m udp 10.0.0.1:40000@7 > 10.0.0.2:80@7 #0 "hello"`
	tests := []struct {
		name string
		link heron.LinkType
		b    []byte
		want string
		src  heron.MAC
	}{
		{"ethernet", heron.LinkEthernet, frame.AppendEthernetIP(nil, e, ip, udp), text, macA},
		{"802.1Q", heron.LinkEthernet, frame.AppendEthernetIP(nil, tagged, ip, udp), onVLAN, macA},
		{"QinQ", heron.LinkEthernet, frame.AppendEthernetIP(nil, double, ip, udp), onVLAN, macA},
		{"SNAP", heron.LinkEthernet, frame.AppendSNAP(nil, e, [3]byte{}, frame.TypeIPv4, packet), text, macA},
		{"raw", heron.LinkRaw, packet, text, heron.MAC{}},
		{"IPv4", heron.LinkIPv4, packet, text, heron.MAC{}},
		{"null, little-endian", heron.LinkNull, join([]byte{2, 0, 0, 0}, packet), text, heron.MAC{}},
		{"null, big-endian", heron.LinkNull, join([]byte{0, 0, 0, 2}, packet), text, heron.MAC{}},
		{"loop", heron.LinkLoop, join([]byte{0, 0, 0, 2}, packet), text, heron.MAC{}},
		{"cooked", heron.LinkLinuxSLL, join([]byte{0, 0, 0, 1, 0, 6}, macA[:], zero, be16(0x0800), packet), text, macA},
		{
			"cooked with a tag", heron.LinkLinuxSLL,
			join([]byte{0, 0, 0, 1, 0, 6}, macA[:], zero, be16(0x8100), be16(7), be16(0x0800), packet), onVLAN, macA,
		},
		{
			"cooked 2", heron.LinkLinuxSLL2,
			join(be16(0x0800), zero, []byte{0, 0, 0, 3, 0, 1, 0, 6}, macA[:], zero, packet), text, macA,
		},
		{"802.11 to the station", heron.Link80211, dot11(0x0208, macB[:], ap[:], macA[:], zero, snap), text, macA},
		{"802.11 to the access point", heron.Link80211, plain, text, macA},
		{"802.11 ad hoc", heron.Link80211, dot11(0x0008, macB[:], macA[:], ap[:], zero, snap), text, macA},
		{"802.11 between access points", heron.Link80211, dot11(0x0308, ap[:], ap[:], macB[:], zero, macA[:], snap), text, macA},
		{"802.11 QoS", heron.Link80211, dot11(0x0188, ap[:], macA[:], macB[:], zero, zero, snap), text, macA},
		{
			"802.11 QoS with HT control", heron.Link80211,
			dot11(0x8188, ap[:], macA[:], macB[:], zero, zero, zero, zero, snap), text, macA,
		},
		{"802.11 aggregate", heron.Link80211, dot11(0x0188, ap[:], macA[:], macB[:], zero, []byte{0x80, 0}, msdu), text, macA},
		{"radiotap", heron.LinkRadiotap, join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, plain), text, macA},
		{"prism", heron.LinkPrism, prism, text, macA},
		{"prism, big-endian", heron.LinkPrism, join([]byte{0, 0, 0, 0x44, 0, 0, 0, 144}, prism[8:]), text, macA},
		{"avs", heron.LinkAVS, avs, text, macA},
		{"avs in prism's place", heron.LinkPrism, avs, text, macA},
		{"ppi with check sequence", heron.LinkPPI, ppi, text, macA},
		{"ppi with ethernet", heron.LinkPPI, join([]byte{0, 0, 8, 0, 1, 0, 0, 0}, whole), text, macA},
		{"log of Linux", heron.LinkNFLog, nflog, text, macA},
		{"log of OpenBSD", heron.LinkPFLog, join([]byte{61, 2, 0, 0}, make([]byte, 60), packet), text, heron.MAC{}},
		{"IPsec of OpenBSD", heron.LinkENC, join([]byte{2, 0, 0, 0}, make([]byte, 8), packet), text, heron.MAC{}},
		{"netANALYZER", heron.LinkNetAnalyzer, join([]byte{1, 0, 0, 0}, whole, sum), text, macA},
		{"netANALYZER, transparent", heron.LinkNetAnalyzerRaw, join([]byte{1, 0, 0, 0, 0x55, 0x55, 0x55, 0xd5}, whole, sum), text, macA},
		{"radiotap with time, flags and check sequence", heron.LinkRadiotap, fcs, text, macA},
	}
	for _, tt := range tests {
		s := newScript(t, "m")
		var src heron.MAC
		s.sink.verdict = func(m *heron.Message) heron.Verdict {
			src = m.Src.MAC
			return heron.Verdict{}
		}
		s.feedAs(tt.link, tt.b).want(tt.want)
		if st := s.table.Stats(); src != tt.src || st.Malformed+st.Undecoded != 0 {
			t.Errorf("%s: source %v, want %v; stats %+v", tt.name, src, tt.src, st)
		}
		if t.Failed() {
			t.Fatalf("with link header %q", tt.name)
		}
		for n := range tt.b { // every prefix: no panic, one packet, and a fault where it is too short
			s.feedAs(tt.link, tt.b[:n])
		}
		if st := s.table.Stats(); st.Packets != uint64(len(tt.b))+1 || st.Malformed == 0 {
			t.Errorf("%s, all prefixes: stats %+v", tt.name, st)
		}
	}
}

func TestFramesThatAreNotIP(t *testing.T) {
	t.Parallel()
	group := heron.MAC{1, 0x80, 0xc2, 0, 0, 0xe}
	e := frame.Ethernet{Src: macA, Dst: group}
	tagged := e
	tagged.VLAN = 7
	s := newScript(t, "m")
	s.feed(frame.AppendEthernet(nil, e, 0x88cc, []byte("lldp, with padding behind it")))
	s.feed(frame.AppendEthernet(nil, tagged, 0x88cc, make([]byte, 100)))
	s.feed(frame.AppendLLC(nil, e, 0x42, 0x42, 3, []byte("tree")))
	s.feed(frame.AppendSNAP(nil, e, [3]byte{0, 0, 0xc}, 0x2000, []byte("cdp")))
	s.want(
		"m 88cc 02:00:00:00:00:0a > 01:80:c2:00:00:0e #0 46 bytes",
		"m 88cc 02:00:00:00:00:0a@7 > 01:80:c2:00:00:0e@7 #0 100 bytes",
		`m 0007 02:00:00:00:00:0a > 01:80:c2:00:00:0e #0 "BB\x03tree"`,
		`m 000b 02:00:00:00:00:0a > 01:80:c2:00:00:0e #0 "\xaa\xaa\x03\x00\x00\f \x00cdp"`,
	)
}

func TestEncryptedWirelessFramesShowTheirSender(t *testing.T) {
	t.Parallel()
	s := newScript(t, "ms")
	body := make([]byte, 40)
	s.feedAs(heron.Link80211, join([]byte{8, 0x41, 0, 0}, macB[:], macA[:], macB[:], make([]byte, 2), body))
	s.feedAs(heron.Link80211, join([]byte{0x40, 0, 0, 0}, macB[:], macB[:], macB[:], make([]byte, 2), body)) // probe request
	s.feedAs(heron.Link80211, join([]byte{0xd4, 0, 0, 0}, macB[:]))                                          // acknowledgement
	s.want("s 02:00:00:00:00:0a  +0s", "s 02:00:00:00:00:0b  +0s")
	if st := s.table.Stats(); st.Undecoded != 3 || st.Malformed != 0 {
		t.Errorf("stats %+v, want 3 undecoded", st)
	}
}

func TestUnknownLinkTypesAreCounted(t *testing.T) {
	t.Parallel()
	s := newScript(t, "")
	s.feedAs(9999, make([]byte, 60)).want()
	if st := s.table.Stats(); st.Packets != 1 || st.Bytes != 60 || st.Undecoded != 1 || st.Unsupported != 1 {
		t.Errorf("stats %+v, want one undecoded packet", st)
	}
}
