package inventory

// arrival is a new fact of an address with a MAC. Most routers carry hundreds of
// addresses, and a new one of them changes no more of the router than when it was
// seen: to derive all that it is again each time would cost as much as all its
// addresses together.
type arrival struct {
	fact   *fact
	newest bool // the endpoint is the newest of its node's
}

// arrive puts off what a new fact means to the MAC until it is known whose the
// address is. It reports false for what must be looked at in any case.
func (v *Inventory) arrive(e *endpoint, f *fact, what news, newest bool) bool {
	if what != added || e.mac == nil || e.ip == nil || isClaim(f.key.name) {
		return false
	}
	v.dirty.node(e.ip)
	v.arrivals = append(v.arrivals, arrival{f, newest})
	return true
}

// place finds what the new facts mean to the MACs, whose addresses are judged.
func (v *Inventory) place() {
	for _, a := range v.arrivals {
		if a.fact.end != nil && !v.passed(a) {
			v.dirty.node(a.fact.end.mac)
		}
	}
	clear(v.arrivals)
	v.arrivals = v.arrivals[:0]
}

// passed takes note of a fact of an address that is not the MAC's own, but only
// passed through it. It reports false, having done nothing, where more may follow.
func (v *Inventory) passed(a arrival) bool {
	f := a.fact
	e, m := f.end, f.end.mac
	if e.own || e.ip.contested || m.record == nil || !m.present || f.first < m.first || v.meets(m, f) {
		return false
	}
	r := m.record
	switch taken := f.key.kind.has(ofFrame) && !e.ip.isLocal(); {
	case !f.key.kind.has(ofLink): // the address's alone, but for where the MAC is
		if a.newest && !v.seeLater(r, 0, true) {
			v.stale(r)
		}
	case taken && !m.shows.has(ofLink):
		return false // the first that shows the MAC
	case taken:
		r.parts |= v.partsOf(m, f, added)
		if !v.touchLater(r, f, added, a.newest) {
			v.touchNode(m, f, added)
		}
	case !v.seeLater(r, f.last, a.newest):
		v.touchNode(m, f, nothing)
	}
	return true
}
