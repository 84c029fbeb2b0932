package snmp_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/snmp"
	"github.com/heron-iot/heron/internal/proto/ber"
	proto "github.com/heron-iot/heron/internal/proto/snmp"
)

// report is what an engine of Cisco's answers to somebody who does not know it.
func report() []byte {
	text := func(b ...byte) []byte { return ber.Append(nil, ber.OctetString, b) }
	engine := text(probetest.Hex("80000009 03 020000000005")...)
	header := ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 7), ber.AppendInt(nil, 1500), text(0), ber.AppendInt(nil, 3))
	security := ber.Append(nil, ber.Sequence, engine, ber.AppendInt(nil, 5), ber.AppendInt(nil, 99), text(), text(), text())
	counter := proto.Object(nil, proto.ParseOID("1.3.6.1.6.3.15.1.1.4.0")).Value
	list := ber.Append(nil, ber.Sequence, ber.Append(nil, ber.Sequence, ber.Append(nil, ber.OID, counter), ber.Append(nil, proto.TagCounter, []byte{1})))
	pdu := ber.Append(nil, 0xa8, ber.AppendInt(nil, 7), ber.AppendInt(nil, 0), ber.AppendInt(nil, 0), list)
	return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 3), header, text(security...), ber.Append(nil, ber.Sequence, engine, text(), pdu))
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, snmp.Probe(), []probetest.Case{
		{Name: "engine", Answer: report(), Want: map[string]string{
			"service.protocol": "udp/161/snmp", "snmp.engine_boots": "5", "snmp.engine_enterprise": "9",
			"snmp.engine_id": "8000000903020000000005", "snmp.engine_mac": "02:00:00:00:00:05", "snmp.version": "3",
		}},
	})
	oid := proto.ParseOID
	system := proto.Message{Version: proto.Version2c, Community: "lab", Kind: proto.Response, RequestID: 1, Bindings: []proto.Binding{
		proto.Text(oid("1.3.6.1.2.1.1.1.0"), "Example Printer; FW 1.2"), proto.Object(oid("1.3.6.1.2.1.1.2.0"), oid("1.3.6.1.4.1.11.2.3.9.1")),
		proto.Text(oid("1.3.6.1.2.1.1.5.0"), "printer-1"),
	}}
	more := proto.Message{Version: proto.Version2c, Community: "lab", Kind: proto.Response, RequestID: 1, Bindings: []proto.Binding{
		{OID: oid("1.3.6.1.2.1.47.1.1.1.1.13.1"), Tag: proto.NoSuchObject}, proto.Text(oid("1.3.6.1.2.1.43.5.1.1.17.1"), "S0001"),
	}}
	answers := probetest.Case{Name: "printer", Answer: system.Append(nil), Then: [][]byte{more.Append(nil)}, Want: map[string]string{
		"service.protocol": "udp/161/snmp", "host.name": "printer-1", "snmp.printer.serial": "S0001",
		"snmp.sysdescr": "Example Printer; FW 1.2", "snmp.sysname": "printer-1",
		"snmp.sysobjectid": "1.3.6.1.4.1.11.2.3.9.1", "snmp.version": "2c",
	}}
	for _, p := range []probe.Probe{snmp.WithCommunity("lab"), snmp.Public()} {
		probetest.Run(t, p, []probetest.Case{answers})
	}
}

// TestPublicIsTriedInVersion1 has an agent that speaks version 1 alone.
func TestPublicIsTriedInVersion1(t *testing.T) {
	t.Parallel()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	heard := make(chan string, 16)
	go func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			m, err := proto.Parse(buf[:n])
			if err != nil {
				heard <- err.Error()
				continue
			}
			heard <- fmt.Sprintf("version %d, community %s, kind %x", m.Version, m.Community, m.Kind)
			if m.Version == proto.Version1 {
				m.Kind = proto.Response
				m.Bindings = []proto.Binding{proto.Text(proto.ParseOID("1.3.6.1.2.1.1.1.0"), "Example")}
				_, _ = c.WriteTo(m.Append(nil), from)
			}
		}
	}()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, c.LocalAddr().String())
	}
	s, err := probe.NewScanner(probe.Options{Probes: []probe.Probe{snmp.Public()}, Safety: probe.Login, Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	here := netip.MustParseAddr("127.0.0.1")
	target := probe.Target{Question: probe.Question{Host: here, Port: 161, Probe: snmp.PublicName}}
	if a := s.Ask(t.Context(), probe.Host{Addr: here}, target); !a.Open || a.Err != nil || a.Writes != 2 {
		t.Errorf("open %v, error %v, %d writes", a.Open, a.Err, a.Writes)
	}
	for _, want := range []string{"version 1, community public, kind a0", "version 0, community public, kind a0"} {
		if got := <-heard; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	p := snmp.Public()
	if n := len(p.Requests(t.Context(), target)); n != 3 {
		t.Errorf("a plan shows %d requests, want all three", n)
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, snmp.Probe(), report()) }
