package cluster

import "github.com/heron-iot/heron"

// examples makes the index of the members of which people said what they are.
func (w *weighed) examples() index {
	x := index{}
	for i := range w.members {
		if w.members[i].isExample() {
			x.add(w.vectors[i], i, func(int) bool { return false })
		}
	}
	return x
}

// like returns the example that a group is most like, nil when it is like none.
func (w *weighed) like(g *group, examples index) *heron.Example {
	best, likeness := -1, tight
	for _, i := range examples.near(g.centre) {
		if l := alike(g.centre, w.vectors[i]); l > likeness {
			best, likeness = i, l
		}
	}
	if best < 0 {
		return nil
	}
	m := &w.members[best]
	return &heron.Example{ClusterMember: heron.ClusterMember{DeviceID: m.ID, Title: m.Title, Likeness: round(likeness)}, Said: m.Said}
}
