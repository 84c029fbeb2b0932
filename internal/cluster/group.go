package cluster

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Member is a device to be grouped.
type Member struct {
	ID, Title string
	Facts     []Fact // as Facts returns them
}

// Group groups devices that are alike. Those that are like no other are only counted.
func Group(members []Member) heron.Clusters {
	members = slices.SortedFunc(slices.Values(members), func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	w := weigh(members)
	out := heron.Clusters{Items: []heron.Cluster{}, Unknown: len(members)}
	for _, g := range w.merge(w.gather()) {
		if len(g.members) < 2 {
			out.Alone++
			continue
		}
		out.Items = append(out.Items, w.describe(g))
	}
	slices.SortFunc(out.Items, func(a, b heron.Cluster) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), strings.Compare(a.ID, b.ID))
	})
	return out
}

// traits is how many things in common are told of a cluster, and common from which
// share of the members on they are.
const (
	traits = 12
	common = 0.8
)

// describe tells a group.
func (w *weighed) describe(g *group) heron.Cluster {
	c := heron.Cluster{Common: []heron.Trait{}}
	ids := make([]string, 0, len(g.members))
	for _, m := range g.members {
		ids = append(ids, w.members[m].ID)
		c.Members = append(c.Members, heron.ClusterMember{
			DeviceID: w.members[m].ID, Title: w.members[m].Title, Likeness: round(alike(w.vectors[m], g.centre)),
		})
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	c.ID = hex.EncodeToString(sum[:8])
	slices.SortFunc(c.Members, func(a, b heron.ClusterMember) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), strings.Compare(a.DeviceID, b.DeviceID))
	})
	c.Common = w.common(g)
	return c
}

// common lists what most members of a group have, the most telling first: what
// most others have not.
func (w *weighed) common(g *group) []heron.Trait {
	count := map[uint32]int{}
	for _, m := range g.members {
		for _, x := range w.vectors[m] {
			count[x.fact]++
		}
	}
	type found struct {
		fact   uint32
		weight float64
	}
	var list []found
	for fact, n := range count {
		if share := float64(n) / float64(len(g.members)); share >= common {
			list = append(list, found{fact, share * w.telling(fact, n)})
		}
	}
	slices.SortFunc(list, func(a, b found) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.fact, b.fact)) })
	out := []heron.Trait{}
	for _, f := range list[:min(len(list), traits)] {
		n := count[f.fact]
		out = append(out, heron.Trait{
			Key: w.facts[f.fact].Key, Value: w.facts[f.fact].Value,
			Share: round(float64(n) / float64(len(g.members))), Elsewhere: w.spread[f.fact] - n,
		})
	}
	return out
}
