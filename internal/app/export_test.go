package app

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/proto/netflow"
)

// exported writes a capture of what two exporters sent to a collector: NetFlow
// of a camera's connection, in both directions and in two parts, and an sFlow
// sample of a frame.
func exported(t *testing.T) string {
	t.Helper()
	const seconds = 1_700_000_000
	var buf bytes.Buffer
	w, err := capture.NewWriter(&buf, heron.LinkEthernet)
	if err != nil {
		t.Fatal(err)
	}
	camera, server := netip.MustParseAddr("10.5.0.7"), netip.MustParseAddr("10.6.0.9")
	send := func(second int, from netip.Addr, port uint16, payload []byte) {
		e := frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 5, from.As4()[3]}, Dst: heron.MAC{2, 0, 0, 0, 5, 99}}
		b := frame.AppendUDP(nil, e, frame.IP{Src: from, Dst: netip.MustParseAddr("10.0.0.99")}, frame.UDP{SrcPort: 50001, DstPort: port}, payload)
		if err := w.Write(heron.Time(seconds+second)*heron.Second, b); err != nil {
			t.Fatal(err)
		}
	}
	record := func(second int, packets, bytes uint64, back bool, flags int) netflow.Record {
		r := netflow.Record{
			Src: camera, Dst: server, SrcPort: 40001, DstPort: 554, Protocol: 6, TCPFlags: flags, Packets: packets, Bytes: bytes,
			First: int64(seconds+second-9) * 1000, Last: int64(seconds+second-1) * 1000,
		}
		if back {
			r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
		}
		return r
	}
	router, sw := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	h := netflow.Header{Uptime: 1_000_000, Seconds: seconds + 10}
	send(10, router, 2055, netflow.Append(nil, h, record(10, 100, 9000, false, 0x12), record(10, 200, 250000, true, 0x12)))
	h.Seconds, h.Uptime = seconds+20, 1_010_000
	send(20, router, 2055, netflow.Append(nil, h, record(20, 50, 4500, false, 0x11), record(20, 60, 70000, true, 0x11)))
	inner := frame.AppendUDP(nil, frame.Ethernet{Src: heron.MAC{2, 0, 0, 0, 5, 7}, Dst: heron.MAC{2, 0, 0, 0, 6, 9}},
		frame.IP{Src: camera, Dst: server}, frame.UDP{SrcPort: 123, DstPort: 123}, make([]byte, 48))
	send(25, sw, 6343, sflowDatagram(sw, 512, inner))
	path := filepath.Join(t.TempDir(), "exported.pcap")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sflowDatagram is one flow sample of one frame (sFlow 5 §5).
func sflowDatagram(agent netip.Addr, rate uint32, sampled []byte) []byte {
	var b []byte
	put := func(v ...uint32) {
		for _, n := range v {
			b = binary.BigEndian.AppendUint32(b, n)
		}
	}
	put(5, 1)
	b = append(b, agent.AsSlice()...)
	put(0, 1, 1000, 1)
	pad := (4 - len(sampled)%4) % 4
	put(1, uint32(8*4+8+16+len(sampled)+pad)) // flow sample
	put(1, 7, rate, 0, 0, 1, 2, 1)
	put(1, uint32(16+len(sampled)+pad)) // sampled header
	put(1, uint32(len(sampled)+4), 4, uint32(len(sampled)))
	return append(append(b, sampled...), make([]byte, pad)...)
}

func TestFlowsOfExportersAreFollowed(t *testing.T) {
	t.Parallel()
	var got []heron.Flow
	o := ReadOptions{Files: []string{exported(t)}, Flow: func(f *heron.Flow) error {
		if f.Ended && f.Exporter.IsValid() {
			got = append(got, *f)
		}
		return nil
	}}
	r, err := Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d flows: %+v", len(got), got)
	}
	for _, f := range got {
		switch f.Exporter.String() {
		case "10.0.0.1":
			if f.Client.IP.String() != "10.5.0.7" || f.ServerPort != 554 || f.ClientPackets != 150 || f.ServerPackets != 260 ||
				f.ClientBytes != 13500 || f.ServerBytes != 320000 || f.State != heron.FlowClosed || f.Last-f.First != 18*heron.Second {
				t.Errorf("NetFlow: %+v", f)
			}
		case "10.0.0.2":
			if f.Transport != heron.UDP || f.ServerPort != 123 || f.ClientPackets+f.ServerPackets != 512 || f.ClientBytes+f.ServerBytes != 512*76 {
				t.Errorf("sFlow: %+v", f)
			}
		}
	}
	found := map[string]bool{}
	for _, d := range r.Devices {
		for _, ip := range d.IPs {
			found[ip.String()] = true
		}
	}
	if !found["10.5.0.7"] || !found["10.6.0.9"] {
		t.Errorf("devices %v", found)
	}
}
