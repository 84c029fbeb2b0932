package inventory

import (
	"iter"

	"github.com/heron-iot/heron"
)

// gather collects the facts that are given to a node: those under its own
// addresses, and those told of these addresses by nobody in particular at a
// time when they were its own. They are there until forgetGathered.
func (v *Inventory) gather(n *node) {
	if n.record != nil {
		v.freshen(n.record) // while its nodes are what they were
	}
	v.gathered = append(v.gathered, n)
	n.first, n.last, n.shows = 0, 0, 0
	start := len(v.facts)
	if n.isMAC() {
		v.gatherMAC(n)
	} else if v.ownerAt(n, 0) == nil {
		local := n.isLocal()
		for _, e := range n.endpoints {
			carried := e.mac != nil && !local
			v.take(n, e, func(f *fact) bool {
				return (!f.key.kind.has(ofARP) || e.mac == nil) && (!f.key.kind.has(ofFrame) || !carried)
			})
		}
	}
	n.facts = v.facts[start:len(v.facts):len(v.facts)]
	n.local = n.isMAC() || n.isLocal()
	n.present = (n.isMAC() && n.first != 0) || (!n.isMAC() && n.speaks())
}

// maxGathered bounds the room that is kept for gathering facts.
const maxGathered = 1 << 16

// forgetGathered takes away the lists of facts that gather made.
func (v *Inventory) forgetGathered() {
	for _, n := range v.gathered {
		n.facts = nil
	}
	clear(v.gathered)
	clear(v.facts)
	v.gathered, v.facts = v.gathered[:0], v.facts[:0]
	if cap(v.facts) > maxGathered {
		v.gathered, v.facts = nil, nil
	}
}

// gatherMAC is gather for an interface.
func (v *Inventory) gatherMAC(n *node) {
	for _, e := range n.endpoints {
		switch {
		case e.ip == nil:
			v.take(n, e, nil)
		case !e.own:
			v.carry(n, e)
		case e.standing == usurps:
			for f := range v.linked(e) {
				v.give(n, f)
			}
		default:
			v.take(n, e, nil)
		}
		if e.own {
			v.gatherAddress(n, e)
		}
	}
}

// carry takes what shows that a MAC sends frames of others, of remote hosts or
// in answer to ARP: that is what makes it a router. The time in which it was
// seen is that of all these frames.
func (v *Inventory) carry(n *node, e *endpoint) {
	for f := range v.linked(e) {
		n.span(f.first, f.last)
		if f.key.kind.has(ofARP) || (f.key.kind.has(ofFrame) && !e.ip.isLocal()) {
			v.give(n, f)
		}
	}
}

// linked yields the facts of an endpoint that are about frames. It looks at no
// others.
func (v *Inventory) linked(e *endpoint) iter.Seq[*fact] {
	return func(yield func(*fact) bool) {
		for i, k := range e.keys {
			if v.keyKinds[k].has(ofLink) && !yield(e.facts[i]) {
				return
			}
		}
	}
}

// gatherAddress takes the facts about an address that were told with no MAC,
// with a router's, or with a usurper's, at a time when the address was n's.
func (v *Inventory) gatherAddress(n *node, own *endpoint) {
	if !own.contending() {
		return
	}
	others := own.ip.endpoints
	if c := v.contests[own.ip]; c != nil {
		others = c.others
	}
	for _, e := range others {
		if e.contending() {
			continue
		}
		linked := e.mac != nil && e.own
		carried := e.mac != nil && !e.ip.isLocal()
		v.take(n, e, func(f *fact) bool {
			if (f.key.kind.has(ofARP) && e.mac != nil) || (linked && f.key.kind.has(ofLink)) || (carried && f.key.kind.has(ofFrame)) {
				return false
			}
			return v.ownerAt(own.ip, f.first) == own
		})
	}
}

// take adds the facts of an endpoint that pass, all for nil.
func (v *Inventory) take(n *node, e *endpoint, pass func(*fact) bool) {
	for _, f := range e.facts {
		if pass == nil || pass(f) {
			v.give(n, f)
		}
	}
}

// give adds a fact to those of a node.
func (v *Inventory) give(n *node, f *fact) {
	v.facts = append(v.facts, f)
	n.shows |= f.key.kind
	n.span(f.first, f.last)
}

// span widens the time in which n was seen, and returns when that was first.
func (n *node) span(first, last heron.Time) heron.Time {
	if n.first == 0 || (first != 0 && first < n.first) {
		n.first = first
	}
	n.last = max(n.last, last)
	return n.first
}

// speaks reports whether an address without a MAC is a host worth keeping as a
// device: a local one that was seen at all, a remote one of which something
// is known. The first and the last address of a network of ours are no host's unless
// they sent.
func (n *node) speaks() bool {
	edge := n.ip.Is4() && (n.ip.As4()[3] == 255 || n.ip.As4()[3] == 0)
	for _, f := range n.facts {
		switch {
		case n.local && (f.key.kind.has(ofFrame) || !edge):
			return true
		case !n.local && tells(f.key.name, f.value):
			return true
		}
	}
	return false
}
