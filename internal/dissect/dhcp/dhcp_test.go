package dhcp_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	dissector "github.com/heron-iot/heron/internal/dissect/dhcp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/dhcp"
)

const client = "02:00:00:00:00:0c"

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// ask is what a client broadcasts, answer what the server broadcasts back.
func ask(name string, m dhcp.Message) dissecttest.Conversation {
	m.Op, m.XID, m.ClientMAC = dhcp.OpRequest, 0x3903f326, heron.MAC{2, 0, 0, 0, 0, 0x0c}
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 68, ServerPort: 67,
		Client: dissecttest.End(client, "0.0.0.0"), Server: dissecttest.End("ff:ff:ff:ff:ff:ff", "255.255.255.255"),
		Steps: []dissecttest.Step{dissecttest.C(m.Append(nil))},
	}
}

func answer(name string, m dhcp.Message) dissecttest.Conversation {
	m.Op, m.XID, m.ClientMAC = dhcp.OpReply, 0x3903f326, heron.MAC{2, 0, 0, 0, 0, 0x0c}
	m.Options = append(m.Options,
		dhcp.Addr(dhcp.OptServerID, ip("192.0.2.1")), dhcp.Addr(dhcp.OptRouter, ip("192.0.2.1")),
		dhcp.Addr(dhcp.OptDNS, ip("192.0.2.53"), ip("192.0.2.54")), dhcp.Text(dhcp.OptDomainName, "lan"))
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 67, ServerPort: 68,
		Client: dissecttest.End("02:00:00:00:00:01", "192.0.2.1"), Server: dissecttest.End(client, "192.0.2.12"),
		Steps: []dissecttest.Step{dissecttest.C(m.Append(nil))},
	}
}

// first is a conversation of which a capture kept so many octets of each datagram.
func first(name string, c dissecttest.Conversation, size int) dissecttest.Conversation {
	c.Name, c.PortOnly = name, true
	for i := range c.Steps {
		c.Steps[i].Payload = c.Steps[i].Payload[:size]
	}
	return c
}

func suite() dissecttest.Suite {
	fqdn := append([]byte{5, 0, 0}, "\x04lamp\x03lan\x00"...)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   13, // the event of an answer: its map, its kind and five addresses
		Conversations: []dissecttest.Conversation{
			first("cut", ask("", dhcp.Message{Options: []dhcp.Option{dhcp.Type(dhcp.Discover)}}), 86),
			ask("discover", dhcp.Message{Options: []dhcp.Option{
				dhcp.Type(dhcp.Discover),
				{Code: dhcp.OptClientID, Data: dissecttest.Hex("01 02000000000c")},
				{Code: dhcp.OptMaxSize, Data: []byte{5, 0xdc}},
				dhcp.Text(dhcp.OptVendorClass, "udhcp 1.24.1"),
				dhcp.Text(dhcp.OptHostName, "lamp-0c"),
				{Code: dhcp.OptParameters, Data: []byte{1, 3, 6, 12, 15, 28, 42}},
			}}),
			ask("request", dhcp.Message{Options: []dhcp.Option{
				dhcp.Type(dhcp.Request), dhcp.Addr(dhcp.OptRequestedIP, ip("192.0.2.12")),
				dhcp.Addr(dhcp.OptServerID, ip("192.0.2.1")),
				{Code: dhcp.OptClientFQDN, Data: fqdn},
				{Code: dhcp.OptUserClass, Data: []byte("\x04iPXE")},
			}}),
			ask("renewal", dhcp.Message{ClientIP: ip("192.0.2.12"), Options: []dhcp.Option{
				dhcp.Type(dhcp.Request),
				{Code: dhcp.OptClientFQDN, Data: []byte("\x00\x00\x00lamp.lan")},
				dhcp.Text(dhcp.OptUserClass, "bare text"),
			}}),
			answer("offer", dhcp.Message{YourIP: ip("192.0.2.12"), Options: []dhcp.Option{dhcp.Type(dhcp.Offer)}}),
			answer("ack", dhcp.Message{YourIP: ip("192.0.2.12"), Options: []dhcp.Option{dhcp.Type(dhcp.Ack)}}),
			answer("ack_of_inform", dhcp.Message{ClientIP: ip("192.0.2.12"), Options: []dhcp.Option{dhcp.Type(dhcp.Ack)}}),
			answer("ack_by_a_relay", dhcp.Message{YourIP: ip("192.0.2.12"), RelayIP: ip("192.0.2.1"), Options: []dhcp.Option{dhcp.Type(dhcp.Ack)}}),
			answer("nak", dhcp.Message{Options: []dhcp.Option{dhcp.Type(dhcp.Nak)}}),
		},
	}
}

func TestDHCP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
