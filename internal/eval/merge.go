package eval

import (
	"cmp"
	"container/heap"
	"errors"
	"io"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// part is a capture as a piece of one network: moved in time so that all begin
// at once, and with addresses of its own.
type part struct {
	Source
	number int
	packet heron.Packet
	shift  heron.Time
}

// network is captures that play at once.
type network struct {
	parts  []*part // a heap: who is next
	all    []*part
	begun  *heron.Time // when the first frame came
	lent   *part
	faults []error
}

// add has a source play as well, from the time at which the first of them begins.
func (n *network) add(src Source) {
	p := &part{Source: src, number: len(n.all)}
	n.all = append(n.all, p)
	if !n.advance(p) {
		return
	}
	if n.begun == nil {
		n.begun = new(p.packet.Time)
	}
	p.shift = *n.begun - p.packet.Time
	p.packet.Time += p.shift
	heap.Push(n, p)
}

// advance reads the next frame of a part; it reports false at its end.
func (n *network) advance(p *part) bool {
	for {
		switch err := p.Next(&p.packet); {
		case errors.Is(err, io.EOF):
			return false
		case err != nil:
			n.faults = append(n.faults, err)
		default:
			p.packet.Time += p.shift
			return true
		}
	}
}

// Next implements Source.
func (n *network) Next(p *heron.Packet) error {
	if n.lent != nil {
		if n.advance(n.lent) {
			heap.Fix(n, 0)
		} else {
			heap.Pop(n)
		}
		n.lent = nil
	}
	if len(n.faults) > 0 {
		err := n.faults[0]
		n.faults = n.faults[1:]
		return err
	}
	if len(n.parts) == 0 {
		return io.EOF
	}
	n.lent = n.parts[0]
	*p = n.lent.packet
	return nil
}

// Close implements Source.
func (n *network) Close() error {
	var errs []error
	for _, p := range n.all {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

func (n *network) Len() int { return len(n.parts) }
func (n *network) Less(i, j int) bool {
	a, b := n.parts[i], n.parts[j]
	return cmp.Or(cmp.Compare(a.packet.Time, b.packet.Time), cmp.Compare(a.number, b.number)) < 0
}
func (n *network) Swap(i, j int) { n.parts[i], n.parts[j] = n.parts[j], n.parts[i] }

// Push implements heap.Interface.
func (n *network) Push(x any) { n.parts = append(n.parts, x.(*part)) }

// Pop implements heap.Interface.
func (n *network) Pop() any {
	last := len(n.parts) - 1
	p := n.parts[last]
	n.parts = n.parts[:last]
	return p
}

// plan gives out the IPv4 addresses of a network that several captures are merged
// into: who comes first keeps its own.
type plan struct {
	owners map[netip.Addr]string
	used   map[netip.Addr]bool
}

// newPlan knows the addresses of all captures, so that none is given out twice.
func newPlan(sights []*Sight) *plan {
	p := &plan{owners: map[netip.Addr]string{}, used: map[netip.Addr]bool{}}
	for _, s := range sights {
		for i := range s.Devices {
			for _, ip := range s.Devices[i].IPs {
				p.used[ip] = true
			}
		}
	}
	return p
}

// settle returns the addresses that a capture cannot keep, and what they become.
func (p *plan) settle(s *Sight) moves {
	moved := moves{}
	for i := range s.Devices {
		d := &s.Devices[i]
		if !d.Local || len(d.MACs) == 0 {
			continue
		}
		for _, ip := range d.IPs {
			if !ip.Is4() || !ip.IsPrivate() && !ip.IsLinkLocalUnicast() {
				continue
			}
			owner := d.MACs[0].String()
			if was, taken := p.owners[ip]; taken && was != owner {
				moved[ip] = p.fresh(ip)
				continue
			}
			p.owners[ip] = owner
		}
	}
	return moved
}

// fresh returns an address that nobody has, close to one.
func (p *plan) fresh(ip netip.Addr) netip.Addr {
	for next := ip.Next(); ; next = next.Next() {
		if last := next.As4()[3]; last > 1 && last < 255 && !p.used[next] {
			p.used[next] = true
			return next
		}
	}
}

// swaps are what moves the addresses in frames.
func swaps(moved moves) []swap {
	var out []swap
	for from, to := range moved {
		out = append(out, swap{from.AsSlice(), to.AsSlice()})
	}
	slices.SortFunc(out, func(a, b swap) int { return slices.Compare(a.old, b.old) })
	return out
}

// pick chooses the captures of a merged network: the first of each label, and of
// each device.
func pick(all []Capture) []*Capture {
	labels, macs := map[[2]string]bool{}, map[heron.MAC]bool{}
	var out []*Capture
	for i := range all {
		c := &all[i]
		label := [2]string{c.Dataset, c.Label}
		if labels[label] || !c.MAC.IsZero() && macs[c.MAC] {
			continue
		}
		labels[label], macs[c.MAC] = true, true
		out = append(out, c)
	}
	return out
}
