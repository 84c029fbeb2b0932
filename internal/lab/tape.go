package lab

import (
	"container/heap"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// tape is the player that writes frames. It knows the time at which its actor
// is, and keeps the frames not yet asked for in order of time.
type tape struct {
	site  *Site
	rng   *rand.Rand // of the actor whose turn it is
	at    heron.Time
	queue frameQueue
	next  uint64 // tells apart frames of one instant

	resolved map[[2]heron.MAC]heron.Time // when one end last learned the other's MAC
	open     map[flowKey]*tcpTape        // connections that stay
	ports    map[heron.MAC]uint16        // last ephemeral port
	groups   map[uint16][]*Host          // who listens to groups, by UDP port
	certs    map[string][]byte           // certificates shown, by host or name
}

type flowKey struct {
	client heron.MAC
	server netip.AddrPort
}

func newTape(s *Site) *tape {
	t := &tape{
		site:     s,
		resolved: map[[2]heron.MAC]heron.Time{},
		open:     map[flowKey]*tcpTape{},
		ports:    map[heron.MAC]uint16{},
		groups:   map[uint16][]*Host{},
		certs:    map[string][]byte{},
	}
	for _, h := range s.Hosts {
		for _, v := range h.Model.Services {
			if len(v.Groups) > 0 {
				t.groups[v.Port] = append(t.groups[v.Port], h)
			}
		}
	}
	return t
}

// turn gives the tape to an actor at a time.
func (t *tape) turn(rng *rand.Rand, at heron.Time) { t.rng, t.at = rng, at }

func (t *tape) pause(d time.Duration) { t.at = t.at.Add(d) }

func (t *tape) frame(_ *Host, b []byte) { t.put(b) }

func (t *tape) put(b []byte) { t.putAt(t.at, b) }

func (t *tape) putAt(at heron.Time, b []byte) {
	t.next++
	heap.Push(&t.queue, queued{at: at, seq: t.next, data: b})
}

// delay passes the time that a packet needs: local, or across the Internet.
func (t *tape) delay(local bool) {
	d := 150*time.Microsecond + time.Duration(t.rng.Int64N(int64(600*time.Microsecond)))
	if !local {
		d += 9*time.Millisecond + time.Duration(t.rng.Int64N(int64(4*time.Millisecond)))
	}
	t.pause(d)
}

// ephemeral returns the next client port of a host, in the range of RFC 6335 §6.
func (t *tape) ephemeral(h *Host) uint16 {
	p := t.ports[h.MAC]
	if p < 49152 || p == 65535 {
		p = 49152 + uint16(t.rng.IntN(8000))
	}
	t.ports[h.MAC] = p + 1
	return p + 1
}

// peer is one end of a conversation as the wire shows it.
type peer struct {
	host  *Host // nil outside the site
	mac   heron.MAC
	ip    netip.Addr
	ttl   uint8
	stack Stack
}

// cloudHops is how many routers are between the site and the outside.
const cloudHops = 11

// peerOf describes a host.
func peerOf(h *Host, ip netip.Addr) peer {
	return peer{host: h, mac: h.MAC, ip: ip, ttl: h.Model.Stack.ttl(), stack: h.Model.Stack}
}

// peerAt finds who has an address, on the link or behind the gateway. It is
// not ok when the address is on the link and nobody has it.
func (t *tape) peerAt(ip netip.Addr) (peer, bool) {
	if h := t.site.byIP[ip]; h != nil {
		return peerOf(h, ip), true
	}
	if ip.Is6() || Prefix().Contains(ip) {
		return peer{}, false
	}
	return peer{mac: t.site.gateway().MAC, ip: ip, ttl: Linux.ttl() - cloudHops}, true
}

// packetTo addresses one packet, with an identification of chance.
func (t *tape) packetTo(from, to peer) packet {
	return packet{
		srcMAC: from.mac, dstMAC: to.mac, src: from.ip, dst: to.ip,
		ttl: from.ttl, id: uint16(t.rng.Uint32()),
	}
}

// arpLife is how long a host remembers an address.
const arpLife = 5 * heron.Minute

// reach finds the link address of to as a host would, by ARP when it forgot.
// It reports false when nobody answers.
func (t *tape) reach(from *Host, to netip.Addr) (peer, bool) {
	p, ok := t.peerAt(to)
	if !ok {
		if to.Is4() {
			t.put(arpFrame(frame.Broadcast(), 1, from.MAC, from.IP, heron.MAC{}, to))
		}
		return peer{}, false
	}
	if to.Is6() {
		return p, true
	}
	owner := p.host
	if owner == nil {
		owner = t.site.gateway()
	}
	key := [2]heron.MAC{from.MAC, owner.MAC}
	if last, known := t.resolved[key]; owner != from && (!known || t.at-last > arpLife) {
		t.put(arpFrame(frame.Broadcast(), 1, from.MAC, from.IP, heron.MAC{}, owner.IP))
		t.delay(true)
		t.put(arpFrame(from.MAC, 2, owner.MAC, owner.IP, from.MAC, from.IP))
		t.delay(true)
	}
	t.resolved[key] = t.at
	t.resolved[[2]heron.MAC{owner.MAC, from.MAC}] = t.at
	return p, true
}

// say implements player: the datagram, and the answers it gets.
func (t *tape) say(d datagram) {
	src := t.source(d)
	if d.to.Addr().IsMulticast() || isBroadcast(d.to.Addr()) {
		t.sayToGroup(d, src)
		return
	}
	to, ok := t.reach(d.from, d.to.Addr())
	if !ok {
		return
	}
	from := peerOf(d.from, src.Addr())
	t.put(udpFrame(t.packetTo(from, to), src.Port(), d.to.Port(), d.payload))
	t.delay(to.host != nil)
	if to.host == nil {
		if d.reply != nil {
			t.put(udpFrame(t.packetTo(to, from), d.to.Port(), src.Port(), d.reply))
		}
		return
	}
	svc := to.host.service(heron.UDP, d.to.Port())
	if svc == nil {
		t.unreachable(to, from, src.Port(), d)
		return
	}
	r := svc.Answer(to.host, Query{From: src, Bytes: d.payload, Session: &Session{}})
	if len(r.Bytes) > 0 {
		t.put(udpFrame(t.packetTo(to, from), svc.Port, src.Port(), r.Bytes))
		t.delay(true)
	}
}

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// source fills in what the datagram leaves open.
func (t *tape) source(d datagram) netip.AddrPort {
	ip, port := d.src.Addr(), d.src.Port()
	if !ip.IsValid() {
		ip = d.from.IP
	}
	if port == 0 {
		port = t.ephemeral(d.from)
	}
	return netip.AddrPortFrom(ip, port)
}

// sayToGroup sends to a group; every listener that has something to say answers.
func (t *tape) sayToGroup(d datagram, src netip.AddrPort) {
	from := peerOf(d.from, src.Addr())
	group := peer{mac: multicastMAC(d.to.Addr()), ip: d.to.Addr()}
	p := t.packetTo(from, group)
	p.ttl = groupTTL(d.to.Port(), from.ttl)
	t.put(udpFrame(p, src.Port(), d.to.Port(), d.payload))
	began := t.at
	for _, h := range t.groups[d.to.Port()] {
		svc := h.service(heron.UDP, d.to.Port())
		if h == d.from || svc == nil || d.to.Addr().Is6() {
			continue // everyone answers on IPv4 already
		}
		r := svc.Answer(h, Query{From: src, Bytes: d.payload, Session: &Session{}})
		if len(r.Bytes) == 0 {
			continue
		}
		t.at = began.Add(time.Millisecond + time.Duration(t.rng.Int64N(int64(90*time.Millisecond))))
		t.answerGroup(svc, h, from, src, d, r.Bytes)
	}
	t.at = began.Add(100 * time.Millisecond)
}

// answerGroup sends one answer to where the protocol wants it: the group, the
// asker, or everyone when the asker has no address yet.
func (t *tape) answerGroup(svc *Service, h *Host, asker peer, src netip.AddrPort, d datagram, answer []byte) {
	to, port := asker, src.Port()
	switch {
	case svc.ToGroup && src.Port() == svc.Port:
		to, port = peer{mac: multicastMAC(d.to.Addr()), ip: d.to.Addr()}, svc.Port
	case src.Addr().IsUnspecified():
		to = peer{mac: frame.Broadcast(), ip: limitedBroadcast}
	}
	p := t.packetTo(peerOf(h, h.IP), to)
	if to.ip.IsMulticast() {
		p.ttl = groupTTL(svc.Port, p.ttl)
	}
	t.put(udpFrame(p, svc.Port, port, answer))
}

// groupTTL is the hop limit of group traffic: 255 for mDNS (RFC 6762 §11), few
// for the others.
func groupTTL(port uint16, own uint8) uint8 {
	switch port {
	case 5353:
		return 255
	case 1900:
		return 4
	case 3702:
		return 1
	}
	return own
}

// unreachable is what a host says about a UDP port that nobody listens on
// (RFC 1122 §3.2.2.1).
func (t *tape) unreachable(from, to peer, srcPort uint16, d datagram) {
	if to.ip.Is6() {
		return
	}
	asked := udpFrame(t.packetTo(to, from), srcPort, d.to.Port(), d.payload)
	const header = 14
	n := min(len(asked)-header, 28)
	t.put(icmpFrame(t.packetTo(from, to), frame.ICMP{Type: 3, Code: 3}, asked[header:header+n]))
	t.delay(true)
}

// queued is a frame that waits for its time.
type queued struct {
	at   heron.Time
	seq  uint64
	data []byte
}

// frameQueue is a heap by time, then by order of writing.
type frameQueue []queued

func (q frameQueue) Len() int { return len(q) }
func (q frameQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q frameQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *frameQueue) Push(x any)   { *q = append(*q, x.(queued)) }
func (q *frameQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = queued{}
	*q = (*q)[:last]
	return x
}

// isBroadcast tells the addresses that reach the whole link.
func isBroadcast(ip netip.Addr) bool { return ip == limitedBroadcast || ip == subnetBroadcast() }
