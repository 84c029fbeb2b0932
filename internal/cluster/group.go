package cluster

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Member is a device to be grouped or, where people said what it is, one to compare
// groups with.
type Member struct {
	ID, Title string
	Facts     []Fact            // as Facts returns them
	Said      map[string]string // what people said, by the field of an identity
}

func (m *Member) isExample() bool { return len(m.Said) > 0 }

// Group groups devices that are alike, and says which of the examples each group is
// like. Those that are like no other are only counted.
func Group(members []Member) heron.Clusters {
	members = slices.SortedFunc(slices.Values(members), func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	w := weigh(members)
	out := heron.Clusters{Items: []heron.Cluster{}}
	examples := w.examples()
	for _, g := range w.merge(w.gather()) {
		out.Unknown += len(g.members)
		like := w.like(g, examples)
		if len(g.members) < 2 && like == nil {
			out.Alone++
			continue
		}
		c := w.describe(g)
		c.Like = like
		out.Items = append(out.Items, c)
	}
	out.Total = len(out.Items)
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

// minSaid is how long a value is that is told once, whatever keys it stands under: a
// name, and no number.
const minSaid = 5

// describe tells a group.
func (w *weighed) describe(g *group) heron.Cluster {
	c := heron.Cluster{Size: len(g.members), Common: []heron.Trait{}}
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
	out, said := []heron.Trait{}, map[string]bool{}
	for _, f := range list {
		x, n := w.facts[f.fact], count[f.fact]
		if len(out) == traits || said[x.Value] {
			continue
		}
		said[x.Value] = len(x.Value) >= minSaid
		out = append(out, heron.Trait{
			Key: x.Key, Value: x.Value,
			Share: round(float64(n) / float64(len(g.members))), Elsewhere: w.spread[f.fact] - n,
		})
	}
	return out
}
