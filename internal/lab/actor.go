package lab

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
)

// player carries out what actors do. There are two: tape, which writes the
// frames that it would take, and stage, which does it on real sockets.
type player interface {
	// talk holds one TCP conversation and reports whether the server accepted it.
	talk(c conversation) bool
	// say sends one datagram; whoever listens answers.
	say(d datagram)
	// frame sends raw bytes on the link.
	frame(from *Host, b []byte)
	// pause lets time pass.
	pause(d time.Duration)
}

// conversation is one TCP connection as its client wants it.
type conversation struct {
	from *Host
	to   netip.AddrPort
	// requests are sent one after the other, each once the last was answered.
	requests [][]byte
	// gap is the wait before each request but the first.
	gap time.Duration
	// tls wraps the requests; server is the name asked for.
	tls    bool
	server string
	// script is what both sides say when the server is no host of the site.
	script []line
	// stay leaves the connection open.
	stay bool
}

// line is what one side says.
type line struct {
	fromClient bool
	data       []byte
}

// datagram is one UDP message.
type datagram struct {
	from    *Host
	src     netip.AddrPort // zero address is the host's own; port 0 is any
	to      netip.AddrPort
	payload []byte
	reply   []byte // what an outside server answers
}

// actor is one host about to do something.
type actor struct {
	player
	site *Site
	host *Host
	rng  *rand.Rand
	now  heron.Time
}

// ask connects to a host and sends requests, each after the last was answered.
func (a *actor) ask(to *Host, port uint16, requests ...[]byte) {
	if to == nil || to == a.host {
		return
	}
	a.talk(conversation{from: a.host, to: addrPort(to, port), requests: requests})
}

// askSlowly is ask with a wait between the requests: polling.
func (a *actor) askSlowly(to *Host, port uint16, gap time.Duration, requests ...[]byte) {
	if to == nil || to == a.host {
		return
	}
	a.talk(conversation{
		from: a.host, to: addrPort(to, port), requests: requests, gap: gap,
	})
}

// tell sends one datagram to a host and lets it answer.
func (a *actor) tell(to *Host, port uint16, payload []byte) {
	if to == nil || to == a.host {
		return
	}
	a.say(datagram{from: a.host, to: addrPort(to, port), payload: payload})
}

// announce sends to a group from the group's own port.
func (a *actor) announce(group netip.AddrPort, payload []byte) {
	d := datagram{from: a.host, to: group, payload: payload}
	d.src = netip.AddrPortFrom(netip.Addr{}, group.Port())
	if group.Addr().Is6() {
		d.src = netip.AddrPortFrom(a.host.IPv6, group.Port())
	}
	a.say(d)
}

// search asks a group from a port of its own.
func (a *actor) search(group netip.AddrPort, payload []byte) {
	a.say(datagram{from: a.host, to: group, payload: payload})
}

// resolve asks the gateway for a name.
func (a *actor) resolve(name string) netip.Addr {
	a.tell(a.site.gateway(), 53, dnsQuery(uint16(a.rng.Uint32()), name, dnsTypeA))
	return cloudAddr(name)
}

// cloud resolves a name and holds a TLS conversation with it, with about so
// many bytes each way.
func (a *actor) cloud(name string, up, down int) {
	a.cloudPort(name, 443, up, down)
}

func (a *actor) cloudPort(name string, port uint16, up, down int) {
	ip := a.resolve(name)
	a.talk(conversation{
		from: a.host, to: netip.AddrPortFrom(ip, port), tls: true, server: name,
		script: a.secrets(up, down),
	})
}

// secrets are application records of about those lengths, both ways.
func (a *actor) secrets(up, down int) []line {
	jitter := func(n int) int { return n*3/4 + a.rng.IntN(n/2+1) }
	return []line{
		{true, tlsRecord(tlsApplicationData, random(a.rng, jitter(up)))},
		{false, tlsRecords(random(a.rng, jitter(down)))},
	}
}

func addrPort(h *Host, port uint16) netip.AddrPort { return netip.AddrPortFrom(h.IP, port) }
