package switches

import (
	"bytes"
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
)

// Place is where a MAC is.
type Place struct {
	MAC  heron.MAC
	At   heron.Attachment // without its MAC and time
	hits int              // MACs at that port
	old  bool             // as the switch told before
}

// portKey names a port of all that were asked.
type portKey struct {
	table, ifIndex int
}

// Places works out at which port each MAC is. Every switch on the way to a device has
// learned its MAC; the device is at the port that leads to no other switch and has the
// fewest MACs. Ports that lead to a switch are those where LLDP or CDP says so, and those
// where the MACs of another one that was asked were learned. A MAC that is at none
// but such is somewhere behind a switch that nobody asked, and has no place.
func Places(tables []*Tables) []Place {
	uplink := uplinks(tables)
	own := map[heron.MAC]bool{}
	count := map[portKey]int{}
	for i, t := range tables {
		if len(t.Stations) > 0 { // a router hangs on a port as others do
			maps.Copy(own, t.Own)
		}
		seen := map[Station]bool{}
		for _, s := range t.Stations {
			if s.VLAN = 0; !seen[s] { // once, however many VLANs it is in
				seen[s] = true
				count[portKey{i, s.IfIndex}]++
			}
		}
	}
	best := map[heron.MAC]Place{}
	for i, t := range tables {
		for _, s := range t.Stations {
			k := portKey{i, s.IfIndex}
			if own[s.MAC] || uplink[k] {
				continue
			}
			p := Place{MAC: s.MAC, At: t.attachment(s), hits: count[k], old: t.Old}
			if old, known := best[s.MAC]; !known || better(&p, &old) {
				best[s.MAC] = p
			}
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b Place) int { return bytes.Compare(a.MAC[:], b.MAC[:]) })
}

// better orders the places that one MAC may have: fewest MACs first, and then such
// that the order of what was asked makes no difference.
func better(a, b *Place) bool {
	return cmp.Or(cmp.Compare(a.hits, b.hits), cmp.Compare(a.At.Switch, b.At.Switch), cmp.Compare(a.At.Port, b.At.Port),
		cmp.Compare(a.At.VLAN, b.At.VLAN)) < 0
}

// uplinks are the ports that lead to another switch.
func uplinks(tables []*Tables) map[portKey]bool {
	out := map[portKey]bool{}
	whose := map[heron.MAC]int{} // the table that a switch's MAC is of
	at := map[netip.Addr]int{}   // and its address
	for i, t := range tables {
		at[t.Address] = i
		for m := range t.Own {
			whose[m] = i
		}
	}
	for i, t := range tables {
		for _, n := range t.Neighbours {
			other, asked := whose[n.MAC]
			if !asked {
				other, asked = at[n.Address]
			}
			if n.Switch || asked && other != i && len(tables[other].Stations) > 0 {
				out[portKey{i, t.whole(n.IfIndex)}] = true
			}
		}
		for _, s := range t.Stations {
			if other, asked := whose[s.MAC]; asked && other != i && len(tables[other].Stations) > 0 {
				out[portKey{i, s.IfIndex}] = true
			}
		}
	}
	return out
}

// attachment is the port of a station in words.
func (t *Tables) attachment(s Station) heron.Attachment {
	p := t.Ports[s.IfIndex]
	return heron.Attachment{
		Switch: t.Address.String(), Name: t.Name, Port: cmp.Or(p.Name, "port "+strconv.Itoa(s.IfIndex)), Alias: p.Alias, VLAN: s.VLAN,
	}
}
