package inventory

import (
	"bytes"
	"slices"

	"github.com/heron-iot/heron"
)

// attached lists where the interfaces of a device are, one port for each MAC: what
// was said last. Since when is told by what was said of other ports before.
func attached(nodes []*node) []heron.Attachment {
	var out []heron.Attachment
	for _, n := range nodes {
		if !n.isMAC() || !n.shows.has(ofPort) {
			continue
		}
		if a, ok := n.attached(); ok {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b heron.Attachment) int { return bytes.Compare(a.MAC[:], b.MAC[:]) })
	return out
}

// attached says which port a MAC is at.
func (n *node) attached() (now heron.Attachment, ok bool) {
	latest := n.latestPort()
	if latest == nil {
		return now, false
	}
	now, ok = heron.ParseAttachment(latest.value)
	if !ok {
		return now, false
	}
	now.MAC, now.Since = n.mac, latest.first
	var elsewhere heron.Time
	for f := range n.ports() {
		switch a, ok := heron.ParseAttachment(f.value); {
		case !ok:
		case a.SamePort(&now):
			now.Since = min(now.Since, f.first)
		case f.last < latest.last:
			elsewhere = max(elsewhere, f.last)
		}
	}
	now.Since = max(now.Since, elsewhere)
	return now, true
}

// ports yields the facts of ports of a MAC; they are about it alone.
func (n *node) ports() func(yield func(*fact) bool) {
	return func(yield func(*fact) bool) {
		for _, e := range n.endpoints {
			if e.ip != nil {
				continue
			}
			for _, f := range e.facts {
				if f.key.kind.has(ofPort) && !yield(f) {
					return
				}
			}
		}
	}
}

// latestPort is what was said last of which port a MAC is at.
func (n *node) latestPort() *fact {
	var latest *fact
	for f := range n.ports() {
		if latest == nil || f.last > latest.last || (f.last == latest.last && f.value < latest.value) {
			latest = f
		}
	}
	return latest
}

// isElsewhere reports whether a fact that was seen says that a MAC is not where its
// device has it.
func isElsewhere(r *record, f *fact) bool {
	a, ok := heron.ParseAttachment(f.value)
	if !ok || !f.key.kind.has(ofPort) || f.end.mac == nil {
		return false
	}
	return !slices.ContainsFunc(r.device.Attached, func(b heron.Attachment) bool {
		return b.MAC == f.end.mac.mac && b.SamePort(&a) && a.Alias == b.Alias && a.Name == b.Name && a.VLAN == b.VLAN
	})
}

// movedPorts says in words where interfaces went that were at other ports before.
func movedPorts(old, next []heron.Attachment) []string {
	var out []string
	for i := range next {
		a := &next[i]
		at := slices.IndexFunc(old, func(b heron.Attachment) bool { return b.MAC == a.MAC })
		if at >= 0 && !old[at].SamePort(a) {
			out = append(out, "is at "+a.String()+" now, before at "+old[at].String())
		}
	}
	return out
}
