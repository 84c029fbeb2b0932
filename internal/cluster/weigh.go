package cluster

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// term is a fact and what it weighs for one device, or on average for a group.
type term struct {
	fact   uint32
	weight float32
}

// vector is the terms of a device or a group, in the order of facts.
type vector []term

// weighed are devices with the weights of their facts.
type weighed struct {
	members []Member // by id
	vectors []vector // of the members
	facts   []Fact   // in their order
	spread  []int    // how many members have each fact
}

// kinds gives weights to kinds of facts, by keys and their first parts; others
// weigh 1.
var kinds = map[string]float64{
	keyVendor: 2, "dhcp": 1.5, "host": 1.5, "tcp": 1.5, "tls": 1.5,
	keySize: 0.3, keyGap: 0.3, keyRate: 0.3, keyUsed: 0.6, keyOffered: 0.6, "ip": 0.5,
}

// weigh gives weights to the facts of members that are sorted by id: more to those
// that few have, as documents are compared by words (tf-idf). Several facts of one
// key share what one would weigh: n of them weigh as much as √n.
func weigh(members []Member) *weighed {
	w := &weighed{members: members}
	count := map[Fact]int{}
	for i := range members {
		for _, f := range members[i].Facts {
			count[f]++
		}
	}
	w.facts = slices.SortedFunc(maps.Keys(count), compareFacts)
	number := make(map[Fact]uint32, len(w.facts))
	for i, f := range w.facts {
		number[f] = uint32(i)
		w.spread = append(w.spread, count[f])
	}
	for i := range members {
		v := make(vector, 0, len(members[i].Facts))
		for rest := members[i].Facts; len(rest) > 0; {
			n := 1
			for n < len(rest) && rest[n].Key == rest[0].Key {
				n++
			}
			for _, f := range rest[:n] {
				v = append(v, term{number[f], float32(w.weight(number[f]) / math.Sqrt(float64(n)))})
			}
			rest = rest[n:]
		}
		w.vectors = append(w.vectors, v)
	}
	return w
}

// own is what a fact weighs, as a part of others, that one device alone has: it
// may be its serial number.
const own = 0.25

// weight is what a fact weighs, when the key has no other.
func (w *weighed) weight(fact uint32) float64 {
	n := w.spread[fact]
	v := kind(w.facts[fact].Key) * math.Log1p(float64(len(w.members))/float64(max(n, 2)))
	if n == 1 {
		v *= own
	}
	return v
}

func kind(key string) float64 {
	if v, ok := kinds[key]; ok {
		return v
	}
	for i := range key {
		if key[i] != '.' {
			continue
		}
		if v, ok := kinds[key[:i]]; ok {
			return v
		}
		break
	}
	return 1
}

// telling is how much a fact says to people of n devices that have it: how few
// others have it, and half of that where all it says is that something is the same.
func (w *weighed) telling(fact uint32, n int) float64 {
	key := w.facts[fact].Key
	v := kind(key) * math.Log1p(float64(len(w.members))/float64(1+w.spread[fact]-n))
	if isFigures(key) {
		v /= 2
	}
	return v
}

// isFigures reports whether the values of a key say nothing to people but that they
// are the same: fingerprints, lists of numbers, orders of magnitude.
func isFigures(key string) bool {
	family, field, _ := strings.Cut(key, ".")
	switch family {
	case "profile", "tcp", "ip":
		return true
	case "dhcp":
		return field == "params" || field == "options"
	}
	return strings.HasPrefix(field, "ja3") || strings.HasPrefix(field, "ja4") || strings.HasPrefix(field, "hassh")
}

// alike is how alike two vectors are, from 0 to 1: what they share of all that
// they weigh (weighted Jaccard).
func alike(a, b vector) float64 {
	both, all := 0.0, 0.0
	for len(a) > 0 && len(b) > 0 {
		switch x, y := a[0], b[0]; {
		case x.fact < y.fact:
			all += float64(x.weight)
			a = a[1:]
		case x.fact > y.fact:
			all += float64(y.weight)
			b = b[1:]
		default:
			both += float64(min(x.weight, y.weight))
			all += float64(max(x.weight, y.weight))
			a, b = a[1:], b[1:]
		}
	}
	for _, x := range a {
		all += float64(x.weight)
	}
	for _, y := range b {
		all += float64(y.weight)
	}
	if all == 0 {
		return 0
	}
	return both / all
}

// heaviest returns the numbers of the n facts that weigh most.
func (v vector) heaviest(n int) []uint32 {
	sorted := slices.SortedFunc(slices.Values(v), func(a, b term) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.fact, b.fact))
	})
	out := make([]uint32, 0, n)
	for _, x := range sorted[:min(n, len(sorted))] {
		out = append(out, x.fact)
	}
	return out
}

// round keeps what can matter of a share.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }
