package inventory

import "slices"

// maxChain is how many nodes identifiers may lead to from one to the next. A
// host has a few interfaces; somebody who makes up a chain of them must not
// have it walked for each that comes.
const maxChain = 256

// chain is nodes that believable identifiers lead to from one to the next.
type chain struct{ nodes []*node }

// endless is the chain of all nodes that were in one longer than maxChain:
// identifiers join them no more.
var endless = &chain{}

// believed returns the nodes that show an identifier, or none if they are too
// many for it to mean anything.
func (v *Inventory) believed(id string) []*node {
	list := v.byID[id]
	if len(list) > maxFollowed || lasting(list) > maxShared {
		return nil
	}
	return list
}

// lasting counts the nodes that invented no address of their own.
func lasting(list []*node) (count int) {
	for _, n := range list {
		if !n.mac.IsLocal() {
			count++
		}
	}
	return count
}

// chainUp puts the nodes that show an identifier into one chain.
func (v *Inventory) chainUp(id string) {
	list := v.believed(id)
	for i := 1; i < len(list); i++ {
		v.chainTo(list[0], list[i])
	}
}

// chainTo makes one chain of those of two nodes.
func (v *Inventory) chainTo(a, b *node) {
	x, y := v.chainOf(a), v.chainOf(b)
	switch {
	case x == y:
	case x == endless || y == endless || len(x.nodes)+len(y.nodes) > maxChain:
		v.breakUp(x)
		v.breakUp(y)
	default:
		if len(x.nodes) < len(y.nodes) {
			x, y = y, x
		}
		x.nodes = append(x.nodes, y.nodes...)
		for _, n := range y.nodes {
			v.chains[n] = x
		}
	}
}

func (v *Inventory) chainOf(n *node) *chain {
	c := v.chains[n]
	if c == nil {
		c = &chain{nodes: []*node{n}}
		v.chains[n] = c
	}
	return c
}

// breakUp makes the nodes of a chain some of the endless one, so that each is
// derived anew by itself.
func (v *Inventory) breakUp(c *chain) {
	for _, n := range c.nodes {
		v.chains[n] = endless
		v.region.add(n)
	}
}

// follows returns the identifiers by which others may be one device with n.
func (v *Inventory) follows(n *node) []string {
	if v.chains[n] == endless {
		return nil
	}
	return n.ids
}

// unfile takes a node from those that show an identifier.
func (v *Inventory) unfile(n *node, id string) {
	list := slices.DeleteFunc(v.byID[id], func(o *node) bool { return o == n })
	if len(list) == 0 {
		delete(v.byID, id)
		return
	}
	v.byID[id] = list
	v.chainUp(id)
}
