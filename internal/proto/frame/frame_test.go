package frame_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

var (
	link   = frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 0, 1}, Dst: heron.MAC{2, 0, 0, 0, 0, 2}}
	v4, v6 = frame.IP{Src: addr("10.0.0.1"), Dst: addr("10.0.0.2")}, frame.IP{Src: addr("fd00::1"), Dst: addr("fd00::2")}
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestFramesByteByByte(t *testing.T) {
	t.Parallel()
	const (
		macs = "020000000002 020000000001 "
		pad  = "00"
	)
	tagged := link
	tagged.VLAN, tagged.Outer = 7, 100
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{
			"UDP over IPv4, padded", frame.AppendUDP(nil, link, v4, frame.UDP{SrcPort: 1000, DstPort: 53}, []byte("hi")),
			macs + "0800 45 00 001e 0000 0000 40 11 66cd 0a000001 0a000002 03e8 0035 000a 7f51 6869" + strings.Repeat(pad, 16),
		},
		{
			"two tags", frame.AppendUDP(nil, tagged, v4, frame.UDP{SrcPort: 1000, DstPort: 53}, []byte("hi")),
			macs + "88a8 0064 8100 0007 0800 45 00 001e 0000 0000 40 11 66cd 0a000001 0a000002 03e8 0035 000a 7f51 6869" +
				strings.Repeat(pad, 16),
		},
		{
			"TCP with options over IPv6", frame.AppendTCP(nil, link, v6,
				frame.TCP{SrcPort: 1, DstPort: 2, Seq: 3, Ack: 4, Flags: frame.SYN | frame.ACK, Options: []byte{2, 4, 5}}, nil),
			macs + "86dd 60000000 0018 06 40 fd000000000000000000000000000001 fd000000000000000000000000000002 " +
				"0001 0002 00000003 00000004 60 12 ffff 9ebc 0000 02040500",
		},
		{
			"ping", frame.AppendICMP(nil, link, v4, frame.ICMP{Type: 8, Rest: 0x00010002}, []byte("ab")),
			macs + "0800 45 00 001e 0000 0000 40 01 66dd 0a000001 0a000002 08 00 969a 00010002 6162" + strings.Repeat(pad, 16),
		},
		{
			"ARP", frame.AppendARP(nil, link, frame.ARP{
				Operation: frame.ARPReply, SenderMAC: link.Src, SenderIP: v4.Src, TargetMAC: link.Dst, TargetIP: v4.Dst,
			}),
			macs + "0806 0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002" + strings.Repeat(pad, 18),
		},
		{"LLC", frame.AppendLLC(nil, link, 0x42, 0x42, 3, []byte{1}), macs + "0004 424203 01" + strings.Repeat(pad, 42)},
		{
			"SNAP", frame.AppendSNAP(nil, link, [3]byte{0, 0, 12}, 0x2000, []byte{1}),
			macs + "0009 aaaa03 00000c 2000 01" + strings.Repeat(pad, 37),
		},
	}
	for _, tt := range tests {
		want, err := hex.DecodeString(strings.ReplaceAll(tt.want, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(tt.got, want) {
			t.Errorf("%s:\ngot  %x\nwant %x", tt.name, tt.got, want)
		}
	}
}

// A checksum over bytes that hold their checksum is 0 (RFC 1071 §1).
func TestChecksumsHold(t *testing.T) {
	t.Parallel()
	for _, options := range [][]byte{nil, {7, 3, 4}, make([]byte, 40)} {
		for n := range 70 {
			ip := v4
			ip.Options = options
			b := frame.AppendTCP([]byte("kept"), link, ip, frame.TCP{SrcPort: 5, DstPort: 6, Seq: uint32(n)}, make([]byte, n))
			header := 20 + (len(options)+3)/4*4
			if string(b[:4]) != "kept" {
				t.Fatal("what was in the buffer is gone")
			}
			packet := b[4+14:]
			if sum := frame.Checksum(0, packet[:header]); sum != 0 {
				t.Errorf("%d options, %d bytes: the header's checksum is off by %#x", len(options), n, sum)
			}
			length := int(packet[2])<<8 | int(packet[3])
			if length != header+20+n {
				t.Errorf("total length %d, want %d", length, header+20+n)
			}
			pseudo := append(append([]byte{}, packet[12:20]...), 0, 6, byte((20+n)>>8), byte(20+n))
			if sum := frame.Checksum(0, append(pseudo, packet[header:length]...)); sum != 0 {
				t.Errorf("%d options, %d bytes: the TCP checksum is off by %#x", len(options), n, sum)
			}
		}
	}
}

func TestFragmentsPutTogetherAreTheSegment(t *testing.T) {
	t.Parallel()
	segment := make([]byte, 3001)
	for i := range segment {
		segment[i] = byte(i * 7)
	}
	for _, ip := range []frame.IP{v4, v6} {
		ip.ID, ip.Protocol = 99, frame.ProtoUDP
		header := 20
		if ip.Src.Is6() {
			header = 48
		}
		var got []byte
		parts := frame.Fragments(ip, segment, 1000)
		for _, p := range parts {
			got = append(got, p[header:]...)
		}
		if len(parts) != 4 || !bytes.Equal(got, segment) {
			t.Errorf("%v: %d fragments of %d bytes in all, want 4 of %d", ip.Src, len(parts), len(got), len(segment))
		}
	}
}

// FuzzTCP checks that a frame of whatever parts holds its checksums and says
// its own length.
func FuzzTCP(f *testing.F) {
	f.Add([]byte("payload"), []byte{1, 2, 3}, []byte{2, 4, 5, 0xb4}, frame.SYN, uint16(7))
	f.Fuzz(func(t *testing.T, payload, ipOptions, tcpOptions []byte, flags uint8, vlan uint16) {
		if len(ipOptions) > 40 || len(tcpOptions) > 40 || len(payload) > 60_000 {
			return
		}
		e, ip := link, v4
		e.VLAN, ip.Options = vlan, ipOptions
		b := frame.AppendTCP(nil, e, ip, frame.TCP{Flags: flags, Options: tcpOptions}, payload)
		packet := b[14:]
		if vlan != 0 {
			packet = b[18:]
		}
		header := int(packet[0]&0xf) * 4
		length := int(packet[2])<<8 | int(packet[3])
		if len(packet) < 46 || length > len(packet) || frame.Checksum(0, packet[:header]) != 0 {
			t.Fatalf("a packet of %d bytes says %d, header %x", len(packet), length, packet[:header])
		}
		segment := packet[header:length]
		pseudo := append(append([]byte{}, packet[12:20]...), 0, 6, byte(len(segment)>>8), byte(len(segment)))
		if frame.Checksum(0, append(pseudo, segment...)) != 0 || !bytes.HasSuffix(segment, payload) {
			t.Fatalf("segment %x of payload %x", segment, payload)
		}
	})
}
