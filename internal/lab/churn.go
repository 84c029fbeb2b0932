package lab

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// Truth is what a churn capture holds: which interfaces and routed addresses
// are one device.
type Truth struct {
	// Device names the device of each interface, by MAC address, and of each
	// host behind a router, by IP address.
	Device map[string]string `json:"device"`
	// Names are the host names that each device gave itself.
	Names map[string][]string `json:"names"`
}

// WriteChurn writes three days of a network whose addresses never rest, as a
// pcap file, and returns the truth about it: leases that move on, phones that
// invent a MAC a day, laptops with two interfaces, teams of interfaces behind
// one address, virtual routers, proxy ARP, trunks, hosts behind routers, units
// replaced under the same name, an ARP spoofer, and a series of cameras that
// all have one identifier. The same seed gives the same bytes.
func WriteChurn(w io.Writer, seed uint64) (Truth, error) {
	c := &churn{
		rng:   rand.New(rand.NewPCG(seed, 0x636875726e)),
		truth: Truth{Device: map[string]string{}, Names: map[string][]string{}},
		until: map[netip.Addr]heron.Time{},
	}
	c.cast()
	c.play()
	slices.SortStableFunc(c.frames, func(a, b heron.Packet) int { return cmp.Compare(a.Time, b.Time) })
	out := newPcapWriter(w)
	for i := range c.frames {
		if err := out.write(&c.frames[i]); err != nil {
			return Truth{}, err
		}
	}
	return c.truth, out.flush()
}

const (
	churnDays = 3
	churnBeat = 15 * time.Minute // how often a host that is there is heard
)

// churn is a network in the making: who is there when, then what is heard.
type churn struct {
	rng    *rand.Rand
	truth  Truth
	stays  []stay
	until  map[netip.Addr]heron.Time // when each leased address is free again
	frames []heron.Packet
	macs   uint32
}

// card is one interface and what its device says through it.
type card struct {
	mac           heron.MAC
	vlan          uint16
	device        string
	hostname      string
	class, params string
	clientID      []byte // DHCP option 61; the MAC when empty
	uuid          string // announced by SSDP
}

// stay is the time that a card has an address; one that is not given is leased.
type stay struct {
	*card
	ip       netip.Addr
	from, to heron.Time
}

// mac makes the next address of a maker, or an invented one.
func (c *churn) mac(invented bool) heron.MAC {
	c.macs++
	m := heron.MAC{0x00, 0x17, 0x88, byte(c.macs >> 16), byte(c.macs >> 8), byte(c.macs)}
	if invented {
		m[0], m[1], m[2] = 0x02|byte(c.rng.IntN(64))<<2, byte(c.rng.IntN(256)), byte(c.rng.IntN(256))
	}
	return m
}

// own notes that a card is of a device, and what it calls itself.
func (c *churn) own(k card) *card {
	c.truth.Device[k.mac.String()] = k.device
	if k.hostname != "" && !slices.Contains(c.truth.Names[k.device], k.hostname) {
		c.truth.Names[k.device] = append(c.truth.Names[k.device], k.hostname)
	}
	return &k
}

// at is a time of the capture.
func at(day int, d time.Duration) heron.Time {
	return defaultStart.Add(time.Duration(day)*24*time.Hour + d)
}

// stays a card for a time at an address.
func (c *churn) stay(k *card, ip netip.Addr, from, to heron.Time) {
	c.stays = append(c.stays, stay{k, ip, from, to})
}

// always keeps a card at an address from the first to the last.
func (c *churn) always(k *card, ip netip.Addr) { c.stay(k, ip, at(0, 0), at(churnDays, 0)) }

// play lets everyone be heard, in order of their coming, which is that of the leases.
func (c *churn) play() {
	slices.SortStableFunc(c.stays, func(a, b stay) int { return cmp.Compare(a.from, b.from) })
	for _, s := range c.stays {
		if !s.ip.IsValid() {
			s.ip = c.lease(s)
			c.join(s)
		}
		c.arp(s.from.Add(20*time.Millisecond), s.card, s.ip, s.ip) // the address is mine
		for t := s.from.Add(time.Second); t < s.to; t = t.Add(churnBeat + c.upTo(time.Minute)) {
			c.heard(s, t)
		}
	}
}

func (c *churn) upTo(d time.Duration) time.Duration { return time.Duration(c.rng.Int64N(int64(d))) }

// lease gives any address that is free: servers differ, and this one is the
// worst, for it never gives the same again.
func (c *churn) lease(s stay) netip.Addr {
	for {
		ip := churnAddr(0, 60+c.rng.IntN(130))
		if c.until[ip] < s.from {
			c.until[ip] = s.to.Add(time.Minute)
			return ip
		}
	}
}

// churnAddr is an address of one of the networks.
func churnAddr(network, host int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 20, byte(network), byte(host)})
}

// join asks for an address and gets it.
func (c *churn) join(s stay) {
	id := s.clientID
	if id == nil {
		id = append([]byte{1}, s.mac[:]...)
	}
	say := func(b []byte) []byte {
		b = appendOption(b, optClientID, id)
		if s.hostname != "" {
			b = appendOption(b, optHostname, []byte(s.hostname))
		}
		if s.class != "" {
			b = appendOption(b, optVendorClass, []byte(s.class))
		}
		return append(appendOption(b, optParams, paramList(s.params)), optEnd)
	}
	xid := c.rng.Uint32()
	zero, all := netip.IPv4Unspecified(), localBcast
	gate := churnAddr(0, 1)
	request := appendOption(dhcpMessage(1, xid, s.mac, netip.Addr{}, netip.Addr{}, dhcpRequest), optRequested, s.ip.AsSlice())
	c.udp(s.from, s.card, frame.Broadcast(), netip.AddrPortFrom(zero, 68), netip.AddrPortFrom(all, 67), say(request))
	ack := appendOption(dhcpMessage(2, xid, s.mac, s.ip, gate, dhcpAck), optServer, gate.AsSlice())
	ack = append(appendOption(ack, optLease, []byte{0, 0, 0x1c, 0x20}), optEnd)
	c.udp(s.from.Add(2*time.Millisecond), c.gate(s.vlan), frame.Broadcast(), netip.AddrPortFrom(gate, 67), netip.AddrPortFrom(all, 68), ack)
}

// gate is the router of the network, which is also its DHCP and DNS server.
func (c *churn) gate(vlan uint16) *card {
	return &card{mac: heron.MAC{0, 0x17, 0x88, 0xff, 0, 1}, vlan: vlan}
}

// heard is one sign of life: where is the router, and a question to it.
func (c *churn) heard(s stay, t heron.Time) {
	gate := c.gate(s.vlan)
	where := churnAddr(int(s.ip.As4()[2]), 1)
	c.arp(t, s.card, s.ip, where)
	c.put(t.Add(time.Millisecond), arpFrame(s.mac, frame.ARPReply, gate.mac, where, s.mac, s.ip), s.vlan)
	c.ask(t.Add(2*time.Millisecond), s.card, s.ip, where)
	if s.uuid != "" {
		c.notify(t.Add(9*time.Millisecond), s)
	}
}

// ask is a question to the name server, and its answer.
func (c *churn) ask(t heron.Time, k *card, from, server netip.Addr) {
	port := uint16(49152 + c.rng.IntN(9000))
	id := uint16(c.rng.Uint32())
	query := dnsQuery(id, fmt.Sprintf("updates%d.example.net", c.rng.IntN(40)), dnsTypeA)
	c.udp(t, k, c.gate(0).mac, netip.AddrPortFrom(from, port), netip.AddrPortFrom(server, 53), query)
	answer := dns.Message{ID: int(id), Flags: dns.FlagResponse | dns.FlagRecursion | dns.FlagAvailable}
	c.udp(t.Add(3*time.Millisecond), c.gate(k.vlan), k.mac, netip.AddrPortFrom(server, 53), netip.AddrPortFrom(from, port), answer.Append(nil))
}

// notify announces the identifier of the device.
func (c *churn) notify(t heron.Time, s stay) {
	msg := fmt.Appendf(nil, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\nNT: upnp:rootdevice\r\nUSN: uuid:%s::upnp:rootdevice\r\n\r\n", s.uuid)
	c.udp(t, s.card, multicastMAC(ssdpGroup.Addr()), netip.AddrPortFrom(s.ip, 1900), ssdpGroup, msg)
}

// arp asks who has an address.
func (c *churn) arp(t heron.Time, k *card, from, whose netip.Addr) {
	c.put(t, arpFrame(frame.Broadcast(), frame.ARPRequest, k.mac, from, heron.MAC{}, whose), k.vlan)
}

func (c *churn) udp(t heron.Time, k *card, to heron.MAC, src, dst netip.AddrPort, payload []byte) {
	p := packet{srcMAC: k.mac, dstMAC: to, src: src.Addr(), dst: dst.Addr(), ttl: 64, id: uint16(c.rng.Uint32())}
	c.put(t, udpFrame(p, src.Port(), dst.Port(), payload), k.vlan)
}

// put keeps a frame, with a tag when it is of a VLAN.
func (c *churn) put(t heron.Time, b []byte, vlan uint16) {
	if vlan != 0 {
		tag := binary.BigEndian.AppendUint16([]byte{frame.TypeVLAN >> 8, frame.TypeVLAN & 0xff}, vlan)
		b = slices.Insert(b, 12, tag...)
	}
	c.frames = append(c.frames, heron.Packet{Time: t, Data: b, OrigLen: len(b), Link: heron.LinkEthernet})
}
