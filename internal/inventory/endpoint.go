package inventory

import (
	"bytes"
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Bounds.
const (
	maxRemoteOfMAC = 64   // remote addresses remembered behind one MAC
	maxRemotes     = 4096 // remote hosts remembered with no MAC at all
	// maxOfNode bounds the addresses of a MAC and the MACs of an address: what one
	// sender makes up must neither fill a site nor make each of its packets dear.
	maxOfNode = 1024
)

// endpoint is the finest unit: what was observed of one MAC with one IP. Facts
// never move between endpoints; what moves is which device an endpoint's facts
// are given to.
type endpoint struct {
	mac, ip     *node   // nil where missing
	sighting    *fact   // of its facts, the one that says no more than that the host is there
	lone        *record // the device that its facts are of, if it is plain and the only one; nil when not known
	first, last heron.Time
	vlan        uint16
	// claimed: the MAC said in ARP or NDP, or a DHCP server said, that the IP is its own.
	claimed bool
	frames  frames
	// own is derived: the IP belongs to the MAC, at some time at least.
	own bool
	// So are these, of a contested address: another MAC claimed it while this one only
	// sent from it, and what the endpoint is to it and was before.
	claimedByOther  bool
	standing, stood standing
	keys            []uint32 // numbers of the keys of the facts, to find these by
	facts           []*fact  // in the order of compareFacts
	// leased is when a DHCP server first gave the IP to the MAC; 0 = never.
	leased heron.Time
}

// frames says what is known of those that came from a MAC with an IP as their
// source. What is known of them only grows.
type frames uint8

const (
	unseen frames = iota // none came
	sent                 // some did
	direct               // and straight from the host: no router had counted the hop limit down
)

// node is what may be a device of its own: a MAC, or an IP that no MAC owns.
type node struct {
	mac      heron.MAC
	marks    mark  // of the sets that it is in
	overflow bool  // of a MAC: more addresses than are remembered
	routes   bool  // of a MAC, derived: it carries packets of hosts behind it
	remote   int32 // endpoints with remote addresses, of a MAC
	users    int32 // MACs that used it, of an IP
	owner    *node // of an IP that is not contested, the MAC that owns it
	// What follows is derived.
	record      *record
	first, last heron.Time
	local       bool
	present     bool
	contested   bool     // of an IP that several MACs used: one of them claimed or owns it, or did
	shows       kind     // what there is among the facts
	self        [1]*node // the node, for records of one node
	ids         []string
	facts       []*fact // only while deriving
	id          string  // of the device that it is the root of; "" until asked for
	// What follows is not.
	endpoints []*endpoint // of a MAC by IP, of an IP by MAC
	anchor    string      // "mac:…" or "ip:…"
	ip        netip.Addr
	segment   *segment // of an IP, that it is in
	ours      bool     // of an IP, that it is local whatever is seen of its segment
	rhythm    *rhythm  // nil where nobody asks for presence
}

// isMAC reports whether n stands for an interface rather than an address.
func (n *node) isMAC() bool { return !n.mac.IsZero() }

// lookUp returns the endpoints that observations are about, nil for those that
// are not known as yet or are not simply found. To look at one after another,
// and at what each leads to, waits for memory once for several of them.
func (v *Inventory) lookUp(obs []heron.Observation) []*endpoint {
	v.found = v.found[:0]
	for i := range obs {
		o := &obs[i]
		var end *endpoint
		if o.Key != heron.KeyDHCPAddress {
			end = v.ends.find(endKey{o.MAC, o.IP})
		}
		v.found = append(v.found, end)
	}
	for _, e := range v.found {
		if e != nil && e.sighting != nil {
			v.read ^= e.sighting.last
		}
	}
	return v.found
}

// observe files one observation and returns the fact, or nil when it was
// dropped. The endpoint is nil where lookUp did not find it.
func (v *Inventory) observe(o *heron.Observation, end *endpoint) *fact {
	if end == nil {
		end = v.file(o)
	}
	if end == nil {
		v.dropped++
		return nil
	}
	if v.since == 0 || (o.First != 0 && o.First < v.since) {
		v.since = o.First
	}
	earlier := end.first == 0 || o.First < end.first
	newest := v.note(end, o)
	f, what := v.merge(end, o)
	if f == nil {
		v.dropped++
		return nil
	}
	v.hear(end, o)
	if !earlier && v.touch(end, f, what, newest) {
		return f
	}
	if v.arrive(end, f, what, newest) {
		return f
	}
	for _, n := range end.nodes() {
		v.dirty.node(n)
	}
	return f
}

// nodes returns the one or two nodes of an endpoint.
func (e *endpoint) nodes() []*node {
	switch {
	case e.mac == nil:
		return []*node{e.ip}
	case e.ip == nil:
		return []*node{e.mac}
	}
	return []*node{e.mac, e.ip}
}

// file finds or makes the endpoint that o is about, or nil when it is about nobody.
func (v *Inventory) file(o *heron.Observation) *endpoint {
	key := endKey{o.MAC, o.IP}
	if o.Key == heron.KeyDHCPAddress {
		key.ip, _ = netip.ParseAddr(o.Value)
	}
	if end := v.ends.find(key); end != nil {
		return end
	}
	mac := key.mac
	ip, ok := usableIP(key.ip)
	if !ok || mac.IsMulticast() || (mac.IsZero() && !ip.IsValid()) {
		return nil
	}
	key.ip = ip
	if end := v.ends.find(key); end != nil {
		return end // an address that means none
	}
	if ip.IsValid() && (mac.IsZero() || !isClaim(o.Key)) && !v.isLocal(ip) {
		return v.fileRemote(key, o)
	}
	return v.fileLocal(key, o)
}

// fileLocal finds room for an address of ours. Of a MAC that has too many it is
// remembered alone, as one behind a router; with an address that too many MACs
// used, a MAC is remembered alone, and that it used the address is lost.
func (v *Inventory) fileLocal(key endKey, o *heron.Observation) *endpoint {
	switch mac, ip := v.macs[key.mac], v.ips[key.ip]; {
	case key.mac.IsZero() || !key.ip.IsValid():
		return v.makeEndpoint(key)
	case mac.isFull():
		if isClaim(o.Key) {
			v.unplaced++
			return nil
		}
		v.overflow(mac)
		key.mac = heron.MAC{}
	case ip.isFull():
		v.unplaced++
		key.ip = netip.Addr{}
	default:
		return v.makeEndpoint(key)
	}
	if end := v.ends.find(key); end != nil {
		return end
	}
	return v.makeEndpoint(key)
}

// isFull reports whether a node, nil for one that is not known, has all the
// endpoints that it may have.
func (n *node) isFull() bool { return n != nil && len(n.endpoints) >= maxOfNode }

// overflow notes that a MAC has more addresses than are remembered with it.
func (v *Inventory) overflow(mac *node) {
	if !mac.overflow {
		mac.overflow = true
		v.dirty.mac(mac)
	}
}

// fileRemote finds room for an address that is not on a network we watch. A
// router carries any number of them; only a few are remembered with it, so
// that they can be given back should their network turn out to be on the link.
func (v *Inventory) fileRemote(key endKey, o *heron.Observation) *endpoint {
	asked := key
	if !key.mac.IsZero() {
		router := v.macs[key.mac]
		if router == nil || router.remote < maxRemoteOfMAC && !router.isFull() {
			return v.makeEndpoint(key)
		}
		v.overflow(router)
		key.mac = heron.MAC{}
	}
	if !tells(o.Key, o.Value) && key != asked {
		return nil // one of very many, and nothing is known of it
	}
	if end := v.ends.find(key); end != nil {
		return end
	}
	if v.remotes >= maxRemotes {
		return nil
	}
	v.remotes++
	return v.makeEndpoint(key)
}

// makeEndpoint adds an endpoint with its nodes, or returns nil at the bound.
func (v *Inventory) makeEndpoint(key endKey) *endpoint {
	if v.ends.count >= v.options.MaxEndpoints {
		v.unplaced++
		return nil
	}
	end := &endpoint{}
	if !key.mac.IsZero() {
		end.mac = v.macNode(key.mac)
	}
	if key.ip.IsValid() {
		end.ip = v.ipNode(key.ip)
	}
	if end.mac != nil {
		end.mac.insert(end, key)
		v.dirty.macs.add(end.mac)
	}
	if end.ip != nil {
		end.ip.insert(end, key)
		if end.mac != nil {
			end.ip.users++
		}
		v.forget(end.ip)
		if end.ip.users == 2 && slices.ContainsFunc(end.ip.endpoints, func(e *endpoint) bool { return e.own || e.claimed }) {
			end.ip.contested = true
		}
		v.joinSegment(end)
		if end.mac != nil && !end.ip.isLocal() {
			end.mac.remote++
		}
	}
	v.ends.add(key, end)
	return end
}

// key is what the endpoint is filed under.
func (e *endpoint) key() endKey {
	var k endKey
	if e.mac != nil {
		k.mac = e.mac.mac
	}
	if e.ip != nil {
		k.ip = e.ip.ip
	}
	return k
}

// insert keeps a node's endpoints in order, so that nothing depends on the
// order of arrival.
func (n *node) insert(end *endpoint, key endKey) {
	i, _ := slices.BinarySearchFunc(n.endpoints, key, func(e *endpoint, k endKey) int {
		o := e.key()
		return cmp.Or(o.ip.Compare(k.ip), bytes.Compare(o.mac[:], k.mac[:]))
	})
	n.endpoints = slices.Insert(n.endpoints, i, end)
}

// macNode finds or makes the node of a MAC.
func (v *Inventory) macNode(m heron.MAC) *node {
	n := v.macs[m]
	if n == nil {
		n = &node{anchor: "mac:" + m.String(), mac: m}
		n.self[0] = n
		v.macs[m] = n
	}
	return n
}

// ipNode finds or makes the node of an IP.
func (v *Inventory) ipNode(ip netip.Addr) *node {
	n := v.ips[ip]
	if n == nil {
		n = &node{anchor: "ip:" + ip.String(), ip: ip, segment: v.segment(ip), ours: v.isOurs(ip)}
		n.self[0] = n
		v.ips[ip] = n
	}
	return n
}

// node returns the node with that anchor, or nil.
func (v *Inventory) node(anchor string) *node {
	var n *node
	if text, is := strings.CutPrefix(anchor, "mac:"); is {
		if m, err := heron.ParseMAC(text); err == nil {
			n = v.macs[m]
		}
	} else if text, is := strings.CutPrefix(anchor, "ip:"); is {
		if ip, err := netip.ParseAddr(text); err == nil {
			n = v.ips[ip]
		}
	}
	if n == nil || n.anchor != anchor {
		return nil
	}
	return n
}

// nodes yields all nodes, in no order.
func (v *Inventory) nodes() iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, n := range v.macs {
			if !yield(n) {
				return
			}
		}
		for _, n := range v.ips {
			if !yield(n) {
				return
			}
		}
	}
}

// note keeps of an observation what ownership is decided by. It reports whether
// the endpoint was seen later than before, or elsewhere.
func (v *Inventory) note(end *endpoint, o *heron.Observation) (newest bool) {
	last, vlan := end.last, end.vlan
	if end.first == 0 || o.First < end.first {
		end.first = o.First
		if end.claimed { // it may be what its MAC claimed first
			v.dirty.mac(end.mac)
		}
	}
	if o.Last > end.last {
		end.last, end.vlan = o.Last, cmp.Or(o.VLAN, end.vlan)
	}
	if o.Last == end.last {
		end.vlan = max(end.vlan, o.VLAN)
	}
	if seen := framesOf(o.Key); seen > end.frames {
		end.frames = seen
		if end.mac != nil {
			v.dirty.macs.add(end.mac)
		}
	}
	if isClaim(o.Key) && end.mac != nil && end.ip != nil {
		v.noteClaim(end, o)
	}
	return end.last != last || end.vlan != vlan
}

// framesOf is what an observation of that key shows of frames.
func framesOf(key string) frames {
	switch key {
	case heron.KeyFrame:
		return sent
	case heron.KeyDirect:
		return direct
	}
	return unseen
}

// noteClaim is note for a claim.
func (v *Inventory) noteClaim(end *endpoint, o *heron.Observation) {
	if o.Key == heron.KeyDHCPAddress && (end.leased == 0 || o.First < end.leased) {
		if end.leased == 0 { // it is its own now, whatever else the MAC claims
			v.dirty.mac(end.mac)
		}
		end.leased = o.First
	}
	if !end.claimed {
		end.claimed = true
		v.contestIP(end.ip)
		v.dirty.mac(end.mac)
		v.onLink(end.ip.ip)
	}
}

// isClaim reports whether an observation says that an IP belongs to a MAC.
func isClaim(key string) bool { return key == heron.KeyARP || key == heron.KeyDHCPAddress }

// tells reports whether an observation says more of a host than that it exists:
// one that control systems speak with is never one of the many of the Internet.
func tells(key, value string) bool {
	switch key {
	case heron.KeyServiceProtocol:
		return IsControl(value[strings.LastIndexByte(value, '/')+1:])
	case heron.KeyClientProtocol:
		return IsControl(value)
	case heron.KeyFrame, heron.KeyMAC, heron.KeyDirect, heron.KeyService, heron.KeyContact, heron.KeyInbound, heron.KeyOutbound:
		return false
	}
	return true
}

// usableIP returns ip in its plain form, or the zero Addr where the address
// means "none yet". It is not ok for an address that no host can have.
func usableIP(ip netip.Addr) (plain netip.Addr, ok bool) {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid(), ip.IsUnspecified():
		return netip.Addr{}, true
	case ip.IsMulticast(), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return netip.Addr{}, false
	case ip.Is4() && ip.As4()[0] == 0, ip.Is4() && ip.As4()[0] >= 240:
		return netip.Addr{}, false
	}
	return ip, true
}
