// Package arpspoof finds hosts that take other hosts' addresses on the link.
package arpspoof

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// Limits and times of the rules.
const (
	maxBindings = 65536
	maxPairs    = 8192
	// alive: the holder of an address was seen this lately, so it has not gone.
	alive = 10 * heron.Minute
	// settled: an address is a host's when it had it this long.
	settled = 10 * heron.Second
	// repeat: so many claims within repeatWindow are no accident.
	repeat       = 3
	repeatWindow = heron.Minute
	// asked: an answer that comes this long after the question is one.
	asked = 10 * heron.Second
	// restored: the claimant has been silent, and the holder not, for this long.
	restored = 2 * heron.Minute
)

// Detector returns the detector arp.spoof.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "arp.spoof",
		Title:    "ARP spoofing",
		Severity: heron.High,
		Attack:   []string{"T1557.002", "T0830"},
		Watches:  detect.WatchFlow | detect.WatchEvent | detect.WatchClock,
		Events:   []string{"arp.request", "arp.reply", "arp.announce", "dhcp.ack"},
		Doc: `Sees every claim to an IPv4 address in ARP, and remembers which MAC holds each address and when it was
last heard of.

Fires when a MAC claims an address whose holder was heard of in the last ten minutes: for a router's or
a control device's address, and for a MAC that claims another's address already, at the first packet;
else when it claims the address three times in a minute, unasked or while the holder still speaks, or when
the holder claims it back. Fires also when a MAC tells two hosts, unasked, that it is the other: that needs no knowledge of
who was there before. High; critical for routers and control devices. It clears when the holder has the
address again and the claimant has been silent for two minutes.

It is tolerant of a lease that went to another host (the DHCP server says so, or the old holder is
silent), of VRRP, HSRP, GLBP and CARP addresses, of a device's own second interface, and of
announcements at boot. What fools it: a cluster whose nodes hand over an address with their own MACs
while the old one still speaks; an attacker who silences the holder first.`,
		Start: start,
	}
}

// address is an IPv4 address in a VLAN: the VLAN above, the address in the low
// 32 bits.
type address uint64

// addressOf is for IPv4 alone: ARP and DHCP know no other.
func addressOf(vlan uint16, ip netip.Addr) address {
	b := ip.As4()
	return address(vlan)<<32 | address(binary.BigEndian.Uint32(b[:]))
}

func (a address) hash() uint64 { return detect.HashNumber(uint64(a)) }

func (a address) ip() netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(a))
	return netip.AddrFrom4(b)
}

// String is how keys of alerts begin.
func (a address) String() string { return strconv.Itoa(int(a>>32)) + "/" + a.ip().String() }

// binding is who holds an address.
type binding struct {
	mac         heron.MAC
	first, last heron.Time
	rivals      []rival
}

// rival is a MAC that claims an address that another holds.
type rival struct {
	mac         heron.MAC
	first, last heron.Time
	claims      []heron.Time // within repeatWindow
	count       int
	alerted     bool
}

// question is who asked for whom.
type question struct{ asker, about address }

// telling is what a MAC said, unasked, to one host about another.
type telling struct {
	mac       heron.MAC
	about, to address
}

type state struct {
	bindings  *detect.Table[address, binding]
	questions *detect.Table[question, heron.Time] // when it was asked
	tellings  *detect.Table[telling, int]         // how often it was told
	spoofers  *detect.Table[heron.MAC, int]       // alerts of a MAC that are open
	held      bits                                // the addresses that ever had a binding
	lately    [maxLately]hearing                  // by the hash of the address
}

func start() detect.Evaluate {
	s := &state{
		bindings:  detect.NewTable[address, binding](maxBindings, address.hash, cmp.Compare[address]),
		questions: detect.NewTable[question, heron.Time](maxPairs, question.hash, compareQuestions),
		tellings:  detect.NewTable[telling, int](maxPairs, telling.hash, compareTellings),
		spoofers:  detect.NewTable[heron.MAC, int](maxPairs, hashMAC, compareMACs),
	}
	return s.evaluate
}

func (q question) hash() uint64 { return detect.HashNumbers(uint64(q.asker), uint64(q.about)) }

func compareQuestions(a, b question) int {
	return cmp.Or(cmp.Compare(a.asker, b.asker), cmp.Compare(a.about, b.about))
}

func hashMAC(m heron.MAC) uint64 { return detect.HashNumber(m.Uint64()) }

func compareMACs(a, b heron.MAC) int { return bytes.Compare(a[:], b[:]) }

func (t telling) hash() uint64 {
	return detect.HashNumbers(uint64(t.about)<<32^uint64(t.to), t.mac.Uint64())
}

func compareTellings(a, b telling) int {
	return cmp.Or(bytes.Compare(a.mac[:], b.mac[:]), cmp.Compare(a.about, b.about), cmp.Compare(a.to, b.to))
}

func (s *state) evaluate(v detect.View, in *detect.Input, out func(detect.Signal)) {
	switch {
	case in.Flow != nil:
		if in.Still {
			return // that they sent was noted
		}
		s.heard(&in.Flow.Client, in.Flow.Last)
		if in.Flow.ServerPackets > 0 {
			s.heard(&in.Flow.Server, in.Flow.Last)
		}
	case in.Event == nil:
		s.restore(in.Now, out)
	case in.Event.Kind == "dhcp.ack":
		s.leased(in.Event)
	default:
		if c, ok := readClaim(in.Event); ok {
			s.question(&c)
			s.claim(v, c, out)
			s.pair(v, c, out)
		}
	}
}

// claim is one statement of ARP: the sender has an address.
type claim struct {
	kind        string
	mac, target heron.MAC      // target only in replies
	endpoint    heron.Endpoint // of the sender
	ip          netip.Addr     // claimed
	address     address        // the same
	to          address        // who is asked or answered, valid where told
	told        bool
	at          heron.Time
	// unasked: a reply to one host that had not asked.
	unasked bool
}

// readClaim reads an ARP event. A probe claims nothing.
func readClaim(e *heron.Event) (claim, bool) {
	mac, err := heron.ParseMAC(e.Attrs["sender_mac"])
	ip, err2 := told(e.Src.IP, e.Attrs["sender_ip"])
	if err != nil || err2 != nil || !mac.IsUnicast() || !ip.Is4() || ip.IsUnspecified() {
		return claim{}, false
	}
	c := claim{kind: e.Kind, mac: mac, endpoint: e.Src, ip: ip, address: addressOf(e.Src.VLAN, ip), at: e.Time}
	c.endpoint.MAC = mac
	if text := e.Attrs["target_mac"]; text != "" {
		c.target, _ = heron.ParseMAC(text) // zero where it is not said
	}
	if to, err := told(e.Dst.IP, e.Attrs["target_ip"]); err == nil && to.Is4() {
		c.to, c.told = addressOf(e.Src.VLAN, to), true
	}
	return c, true
}

// told returns an address that an event has as that of an end, too, or else reads it.
func told(end netip.Addr, text string) (netip.Addr, error) {
	if end.IsValid() {
		return end, nil
	}
	return netip.ParseAddr(text)
}

// key begins the key of an alert: the VLAN, an address.
func (c *claim) key(ip string) string { return strconv.Itoa(int(c.endpoint.VLAN)) + "/" + ip }

// leased gives an address to whom the DHCP server gave it.
func (s *state) leased(e *heron.Event) {
	mac, err := heron.ParseMAC(e.Attrs["client_mac"])
	ip, err2 := netip.ParseAddr(e.Attrs["address"])
	if err != nil || err2 != nil || !ip.Is4() {
		return
	}
	a := addressOf(e.Src.VLAN, ip)
	b := s.binding(a, e.Time)
	if b.mac != mac {
		*b = binding{mac: mac, first: e.Time}
	}
	b.last = max(b.last, e.Time)
}

// question remembers who asked for whom, and finds whether a reply was asked for.
func (s *state) question(c *claim) {
	switch c.kind {
	case "arp.request":
		if c.told {
			*s.questions.Get(question{c.address, c.to}, c.at) = c.at
		}
	case "arp.reply":
		if !c.target.IsUnicast() || c.told && c.to == c.address {
			return
		}
		q := s.questions.Find(question{c.to, c.address})
		c.unasked = !c.told || q == nil || c.at-*q > asked
	}
}

// claim judges a claim against who holds the address.
func (s *state) claim(v detect.View, c claim, out func(detect.Signal)) {
	b := s.binding(c.address, c.at)
	switch {
	case b.mac.IsZero():
		*b = binding{mac: c.mac, first: c.at, last: c.at}
	case b.mac == c.mac:
		b.last = max(b.last, c.at)
		s.reclaimed(v, b, c, out)
	case isShared(c.mac), isShared(b.mac), sameDevice(v, b.mac, c):
		*b = binding{mac: c.mac, first: c.at, last: c.at}
	case c.at-b.last > alive:
		*b = binding{mac: c.mac, first: c.at, last: c.at, rivals: b.rivals}
	default:
		s.contest(v, b, c, out)
	}
}

// reclaimed is called when the holder speaks: whoever claimed its address a
// moment ago did so while the holder was there.
func (s *state) reclaimed(v detect.View, b *binding, c claim, out func(detect.Signal)) {
	for i := range b.rivals {
		r := &b.rivals[i]
		if !r.alerted && r.count >= 2 && c.at-r.last <= repeatWindow && r.first-b.first >= settled {
			s.raise(v, b, r, c, out)
		}
	}
}

// contest counts a claim to an address that another holds, and decides.
func (s *state) contest(v detect.View, b *binding, c claim, out func(detect.Signal)) {
	i := slices.IndexFunc(b.rivals, func(r rival) bool { return r.mac == c.mac })
	if i < 0 {
		if len(b.rivals) >= 8 {
			b.rivals = slices.Delete(b.rivals, 0, 1)
		}
		b.rivals = append(b.rivals, rival{mac: c.mac, first: c.at})
		s.bindings.Mark(c.address)
		i = len(b.rivals) - 1
	}
	r := &b.rivals[i]
	r.count++
	r.last = c.at
	// A host that took over the address of one that left asks, answers and
	// announces; it does not tell others what they did not ask.
	if c.unasked || b.last > r.first {
		r.claims = append(slices.DeleteFunc(r.claims, func(t heron.Time) bool { return c.at-t > repeatWindow }), c.at)
		r.claims = r.claims[max(0, len(r.claims)-repeat):]
	}
	precious := isPrecious(holder(v, b, c)) && r.first-b.first >= settled
	if r.alerted || precious || s.isSpoofer(c.mac) || len(r.claims) >= repeat {
		s.raise(v, b, r, c, out)
	}
}

// raise makes or refreshes the alert about a rival.
func (s *state) raise(v detect.View, b *binding, r *rival, c claim, out func(detect.Signal)) {
	if !r.alerted {
		r.alerted = true
		*s.spoofers.Get(r.mac, c.at)++
	}
	victim := holder(v, b, c)
	sig := s.describe(v, r.mac, c, victim)
	sig.First = r.first
	sig.Summary = fmt.Sprintf("%s claims the address of %s", who(v, r.mac, c), detect.Name(victim, c.ip.String()))
	sig.Evidence["holder_mac"] = b.mac.String()
	sig.Evidence["claims"] = strconv.Itoa(r.count)
	if isPrecious(victim) {
		sig.Severity, sig.Confidence = heron.Critical, 0.97
	}
	out(sig)
}

// pair judges what one MAC tells two hosts about each other, unasked.
func (s *state) pair(v detect.View, c claim, out func(detect.Signal)) {
	if !c.unasked || !c.told || c.target == c.mac || isShared(c.mac) {
		return
	}
	there := s.tellings.Get(telling{c.mac, c.address, c.to}, c.at)
	*there++
	back := s.tellings.Find(telling{c.mac, c.to, c.address})
	if back == nil || *there+*back < repeat {
		return
	}
	b := s.bindings.Find(c.address)
	if b != nil && b.mac != c.mac {
		return // a contest over a known holder: claim speaks of it
	}
	open := s.spoofers.Get(c.mac, c.at)
	*open = max(1, *open)
	sig := s.describe(v, c.mac, c, nil)
	one, other := c.ip.String(), c.to.ip().String()
	sig.Summary = fmt.Sprintf("%s tells %s and %s, unasked, that it is the other", c.mac, one, other)
	one, other = min(one, other), max(one, other)
	sig.Key = c.key(one) + "/" + other + "/" + c.mac.String()
	sig.Evidence["between"] = one + ", " + other
	sig.Evidence["unasked_replies"] = strconv.Itoa(*there + *back)
	out(sig)
}

// describe begins a signal about a claimant. Its own address is one that it
// holds and did not take.
func (s *state) describe(v detect.View, mac heron.MAC, c claim, victim *heron.Device) detect.Signal {
	ip := c.ip.String()
	sig := detect.Signal{
		Op: detect.Raise, Key: c.key(ip) + "/" + mac.String(),
		Src: mac.String(), Dst: ip, Confidence: 0.9,
		Evidence: heron.Attributes{"claimant_mac": mac.String(), "address": ip},
	}
	if d := claimant(v, mac, c); d != nil && d != victim {
		sig.DeviceID = d.ID
		for _, ip := range d.IPs {
			if !ip.Is4() {
				continue
			}
			if b := s.bindings.Find(addressOf(c.endpoint.VLAN, ip)); b != nil && b.mac == mac {
				sig.Src = ip.String()
				break
			}
		}
	}
	return sig
}

// claimant returns the device with that MAC.
func claimant(v detect.View, mac heron.MAC, c claim) *heron.Device {
	return v.DeviceAt(heron.Endpoint{MAC: mac, VLAN: c.endpoint.VLAN}, c.at)
}

// holder returns the device that holds the address.
func holder(v detect.View, b *binding, c claim) *heron.Device {
	return v.DeviceAt(heron.Endpoint{MAC: b.mac, VLAN: c.endpoint.VLAN}, c.at)
}

// who names the claimant.
func who(v detect.View, mac heron.MAC, c claim) string {
	d := claimant(v, mac, c)
	if d == nil {
		return mac.String()
	}
	return detect.Name(d, mac.String())
}

// sameDevice reports whether the holder and the claimant are two interfaces of
// one device.
func sameDevice(v detect.View, holder heron.MAC, c claim) bool {
	a := v.DeviceAt(heron.Endpoint{MAC: holder, VLAN: c.endpoint.VLAN}, c.at)
	b := claimant(v, c.mac, c)
	return a != nil && a == b
}

// isPrecious reports whether an attacker gains most from being taken for this
// device: all traffic, or a machine.
func isPrecious(d *heron.Device) bool {
	return d != nil && (d.IsControl() || slices.Contains(d.Roles, "router") || d.Identity.Type.Value == "router")
}

// isShared reports whether a MAC moves between routers by design: VRRP and
// CARP (RFC 9568 §7.3), HSRP, GLBP.
func isShared(m heron.MAC) bool {
	switch [3]byte(m[:3]) {
	case [3]byte{0x00, 0x00, 0x5e}:
		return m[3] == 0
	case [3]byte{0x00, 0x00, 0x0c}:
		return m[3] == 0x07 || m[3] == 0x9f
	case [3]byte{0x00, 0x05, 0x73}:
		return m[3] == 0xa0
	case [3]byte{0x00, 0x07, 0xb4}:
		return m[3] == 0
	}
	return false
}

// restore clears the alerts whose holder has its address back.
func (s *state) restore(now heron.Time, out func(detect.Signal)) {
	contested := func(b *binding) bool { return len(b.rivals) > 0 }
	s.bindings.Sweep(now, contested, func(key address, b *binding) bool {
		s.catchUp(key)
		b.rivals = slices.DeleteFunc(b.rivals, func(r rival) bool {
			if now-r.last <= restored || (r.alerted && b.last <= r.last && b.mac != r.mac) {
				return false
			}
			if r.alerted {
				out(detect.Signal{Op: detect.Clear, Key: key.String() + "/" + r.mac.String()})
				s.forget(r.mac)
			}
			return true
		})
		return false
	})
}

// isSpoofer reports whether an alert about a MAC is open.
func (s *state) isSpoofer(mac heron.MAC) bool {
	n := s.spoofers.Find(mac)
	return n != nil && *n > 0
}

// forget takes one alert off a spoofer.
func (s *state) forget(mac heron.MAC) {
	if n := s.spoofers.Find(mac); n != nil {
		if *n--; *n <= 0 {
			s.spoofers.Remove(mac)
		}
	}
}
