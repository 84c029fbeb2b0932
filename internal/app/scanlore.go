package app

import (
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// maxChanged bounds how many devices that changed are looked up one by one for a scan of a
// sensor; of more, all are looked at.
const maxChanged = 1024

// lore is what the sensor that makes a scan is told of its targets, beside what came with
// the task.
type lore struct {
	changed []string         // devices that may have become such that they need care
	all     bool             // every device may have
	learned []heron.ScanHost // who needs care; it is told again with each order, so that none is lost
}

// marked notes that devices changed.
func (l *lore) marked(ids []string) {
	if l.all = l.all || len(l.changed)+len(ids) > maxChanged; l.all {
		l.changed = nil
		return
	}
	l.changed = append(l.changed, ids...)
}

// learn looks at the devices that changed since it did so last, and reports whether the
// sensor of a scan should be told of one.
func (d *discovery) learn(run *scanRun) bool {
	d.mu.Lock()
	l := &run.afar.lore
	ids, all := l.changed, l.all
	l.changed, l.all = nil, false
	d.mu.Unlock()
	if len(ids) == 0 && !all {
		return false
	}
	if all {
		ids = nil
	}
	now := d.core.hostsIn(run.afar.task.Targets, run.afar.task.Exclude, ids)
	d.mu.Lock()
	defer d.mu.Unlock()
	return l.add(now)
}

// add takes hosts that need care, and reports whether that is new of one.
func (l *lore) add(hosts []heron.ScanHost) (news bool) {
	at := make(map[netip.Addr]int, len(l.learned))
	for i, h := range l.learned {
		at[h.Addr] = i
	}
	for _, h := range hosts {
		if !h.Control && !h.Skip {
			continue
		}
		i, told := at[h.Addr]
		if !told {
			l.learned, news = append(l.learned, h), true
			continue
		}
		before := l.learned[i]
		h.Control, h.Skip = h.Control || before.Control, h.Skip || before.Skip
		news = news || h.Control != before.Control || h.Skip != before.Skip
		l.learned[i] = h
	}
	return news
}

// hostsIn is what is known of hosts among the targets of a scan that matters to who asks
// them: of those that some devices have, or of all where none is named.
func (c *core) hostsIn(targets, exclude, ids []string) []heron.ScanHost {
	skip, err := parseExclusions(exclude)
	if err != nil {
		skip = &exclusions{} // never: the scan would not have begun
	}
	networks := prefixesIn(targets)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.analyzer == nil {
		return nil
	}
	seen := map[netip.Addr]bool{}
	var out []heron.ScanHost
	look := func(d *heron.Device) {
		for _, addr := range d.IPs {
			if seen[addr] || !holds(networks, addr) {
				continue
			}
			seen[addr] = true
			now := c.analyzer.known(addr)
			if now == nil {
				continue
			}
			if x := knownHost(addr, now, skip); x != (heron.ScanHost{Addr: addr}) {
				out = append(out, x)
			}
		}
	}
	if ids == nil {
		for d := range c.analyzer.inventory.All() {
			look(d)
		}
	}
	for _, id := range ids {
		if d := c.analyzer.inventory.Device(id); d != nil {
			look(d)
		}
	}
	slices.SortFunc(out, func(x, y heron.ScanHost) int { return x.Addr.Compare(y.Addr) })
	return out
}

func knownHost(addr netip.Addr, d *heron.Device, skip *exclusions) heron.ScanHost {
	knows := howKnown(d)
	return heron.ScanHost{
		Addr: addr, Control: d.IsFragile(), Skip: skip.hasDevice(d), Printer: isPrinter(d),
		Kind: knows >= probe.KnowsKind, Model: knows >= probe.KnowsAll,
	}
}
