package inventory

import (
	"slices"

	"github.com/heron-iot/heron"
)

// contest is what follows for an address that several MACs used, of which one at
// least claims or owns it. It is worked out once a flush at most, for an attacker
// may claim one address from very many MACs: what any of them costs must not grow
// with their number.
type contest struct {
	spans  []span      // by time; empty when no MAC ever owned the address
	before []span      // what they were
	holder *endpoint   // who has it now, nil for nobody
	others []*endpoint // that do not contend, and have facts
}

// span says who had an address from a time on, until the next span.
type span struct {
	from  heron.Time
	owner *endpoint
}

// standing is what an endpoint is to its contested address.
type standing uint8

const (
	unjudged standing = iota
	carries           // the address is not the MAC's own
	usurps            // see judgeStanding
	contends          // the MAC had the address at some time
)

// contending reports whether the endpoint's MAC has its address at some time.
func (e *endpoint) contending() bool { return e.own && e.standing != usurps }

// ownerAt returns which endpoint had the address at that time, or nil when no
// MAC ever owned it.
func (v *Inventory) ownerAt(ip *node, at heron.Time) *endpoint {
	if c := v.contests[ip]; c != nil {
		return ownerIn(c.spans, at)
	}
	return ip.soleOwner()
}

// holder returns the endpoint that has the address now: at the last time that
// any of its owners was seen.
func (v *Inventory) holder(ip *node) *endpoint {
	if c := v.contests[ip]; c != nil {
		return c.holder
	}
	return ip.soleOwner()
}

// soleOwner returns the endpoint that owns an address which nobody contests.
func (n *node) soleOwner() *endpoint {
	for _, e := range n.endpoints {
		if e.own {
			return e
		}
	}
	return nil
}

// ownerIn returns who had the address at a time, nil for nobody.
func ownerIn(spans []span, at heron.Time) *endpoint {
	i, _ := slices.BinarySearchFunc(spans, at, func(s span, at heron.Time) int {
		if s.from <= at {
			return -1
		}
		return 1
	})
	if i == 0 {
		return nil
	}
	return spans[i-1].owner
}

// contend works out who had an address when, and adds to the spread those for
// whom it makes a difference.
func (v *Inventory) contend(ip *node) {
	c := v.contests[ip]
	isNew := c == nil
	if isNew {
		c = &contest{}
		v.contests[ip] = c
	}
	changed := v.judgeStanding(ip)
	v.claims, c.others = v.claims[:0], c.others[:0]
	var last heron.Time
	for _, e := range ip.endpoints {
		switch {
		case e.standing == contends:
			v.claims = append(v.claims, e)
			last = max(last, e.last)
		case len(e.facts) > 0:
			c.others = append(c.others, e)
		}
	}
	c.spans, c.before = v.timeline.paint(c.before[:0], v.claims), c.spans
	held := c.holder
	c.holder = ownerIn(c.spans, last)
	if isNew || changed {
		v.spread.add(ip)
	}
	v.spreadContest(ip, c, held, isNew)
}

// judgeStanding finds the standing of all endpoints of a contested address, and
// reports whether any has another than before. MACs that claim an address whose
// holder is alive, while they have another of their own, usurp it: they stand
// between others (ARP spoofing), so that what passes through them was said by these.
func (v *Inventory) judgeStanding(ip *node) (changed bool) {
	r := v.reaches[:0]
	for _, e := range ip.endpoints {
		if e.own && e.claimed {
			r = append(r, reach{e.first, e.last})
		}
	}
	r.sort()
	v.reaches = r
	for _, e := range ip.endpoints {
		now := carries
		switch {
		case !e.own:
		case e.claimed && e.leased == 0 && r.before(e.first) >= e.first && e.mac.claimsBeside(e):
			now = usurps
		default:
			now = contends
		}
		e.stood, e.standing = e.standing, now
		changed = changed || e.stood != now
	}
	return changed
}

// spreadContest adds to the spread the MACs whose facts or addresses are others
// than they were.
func (v *Inventory) spreadContest(ip *node, c *contest, held *endpoint, isNew bool) {
	if held != c.holder {
		v.spreadEnd(held)
		v.spreadEnd(c.holder)
	}
	for _, e := range ip.endpoints {
		if isNew || e.stood != e.standing {
			v.spreadEnd(e)
		}
		if e.standing == contends && e.stood == contends {
			continue
		}
		for _, f := range e.facts { // given to whoever had the address
			was, is := ownerIn(c.before, f.first), ownerIn(c.spans, f.first)
			if was != is || f.dirty || e.stood != e.standing {
				v.spreadEnd(was)
				v.spreadEnd(is)
			}
		}
	}
}

func (v *Inventory) spreadEnd(e *endpoint) {
	if e != nil && e.mac != nil {
		v.spread.add(e.mac)
	}
}

// losing notes that whoever a fact is given to loses it, or has it at another time.
func (v *Inventory) losing(f *fact) {
	e := f.end
	if e.ip == nil || e.standing == unjudged || e.standing == contends {
		return
	}
	if o := v.ownerAt(e.ip, f.first); o != nil {
		v.dirty.node(o.mac)
	}
}
