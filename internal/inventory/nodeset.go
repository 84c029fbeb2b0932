package inventory

import (
	"slices"
	"strings"
)

// nodeSet is a set of nodes, which are marked with what they are in.
type nodeSet struct {
	list []*node // in the order in which they came, until sort
	mark mark
}

// mark is a set of node sets.
type mark uint8

const (
	inDirt    mark = 1 << iota // whatever is said of it must be derived again
	inJudged                   // whose addresses must be judged again
	inSpread                   // whose facts must be gathered again
	inRegion                   // whose devices may change
	inContest                  // addresses whose owners must be found again
)

// add adds a node, unless it is in the set.
func (s *nodeSet) add(n *node) {
	if n.marks&s.mark == 0 {
		n.marks |= s.mark
		s.list = append(s.list, n)
	}
}

// sort returns the nodes in the order of their anchors.
func (s *nodeSet) sort() []*node {
	slices.SortFunc(s.list, func(a, b *node) int { return strings.Compare(a.anchor, b.anchor) })
	return s.list
}

// clear empties the set, and keeps the room for the next time.
func (s *nodeSet) clear() {
	for _, n := range s.list {
		n.marks &^= s.mark
	}
	clear(s.list)
	s.list = s.list[:0]
}

// dirt is what must be derived again.
type dirt struct {
	nodes nodeSet
	macs  nodeSet
	// records are devices of which only what is said of them changed: that they
	// are devices, and of which nodes, stands.
	records []*record
}

func newDirt() dirt {
	return dirt{nodes: nodeSet{mark: inDirt}, macs: nodeSet{mark: inJudged}}
}

// clear makes everything clean.
func (d *dirt) clear() {
	d.nodes.clear()
	d.macs.clear()
	clear(d.records)
	d.records = d.records[:0]
}

func (d *dirt) node(n *node) { d.nodes.add(n) }

func (d *dirt) mac(n *node) {
	if n.isMAC() {
		d.macs.add(n)
		d.nodes.add(n)
	}
}
