package eval

import (
	"maps"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// addressGroup is the group of what the registry says of a MAC address.
const addressGroup = "oui"

// cut tells which observations are left, by the groups that they are of.
type cut func(key, source string) bool

// groupSet is a name for what is taken away together: some groups, or all but some.
type groupSet struct{ groups, but []string }

var groupSets = map[string]groupSet{
	// As if all protocols were encrypted, and addresses were random.
	"encrypted-only": {but: []string{"client", "contact", "dtls", "flow", "host", "ip", "isakmp", "link", "quic", "service", "ssh", "tcp", "tls"}},
	// What devices announce to find each other.
	"discovery": {groups: []string{"cdp", "coap", "lldp", "llmnr", "mdns", "nbns", "onvif", "ssdp", "upnp", "wsd"}},
	// The names that devices give themselves and ask for.
	"names": {groups: []string{"contact", "dns", "host"}},
}

// GroupSets lists the names that stand for several groups of evidence.
func GroupSets() []string { return slices.Sorted(maps.Keys(groupSets)) }

// without leaves the observations of no such group or set. An observation is of
// the group of its key and, where names and services have no protocol of their
// own, of that of who told it.
func without(list []string) cut {
	return func(key, source string) bool {
		return !slices.ContainsFunc(list, func(name string) bool {
			set, ok := groupSets[name]
			switch {
			case !ok:
				return name == key || name == source
			case set.but != nil:
				return !slices.Contains(set.but, key) || !slices.Contains(set.but, source)
			}
			return slices.Contains(set.groups, key) || slices.Contains(set.groups, source)
		})
	}
}

// alone leaves the observations of one group.
func alone(group string) cut {
	return func(key, source string) bool { return key == group || source == group }
}

// groupsOf names the groups that an observation is of.
func groupsOf(o *heron.Observation) (key, source string) {
	key, _, _ = strings.Cut(o.Key, ".")
	if key == "mac" {
		key = addressGroup
	}
	return key, o.Source
}

// of returns the observations that are left. An address stays with its own group,
// whatever became of the observations that showed it.
func (c cut) of(obs []heron.Observation) []heron.Observation {
	address := c(addressGroup, addressGroup)
	out := make([]heron.Observation, 0, len(obs))
	var shown []heron.MAC
	for _, o := range obs {
		left := c(groupsOf(&o))
		if !address {
			o.MAC = heron.MAC{}
		}
		switch {
		case left:
			out = append(out, o)
		case !o.MAC.IsZero() && !slices.Contains(shown, o.MAC):
			shown = append(shown, o.MAC)
			out = append(out, heron.Observation{Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: o.MAC}}, Key: heron.KeyMAC, Value: o.MAC.String(), First: o.First})
		}
	}
	return out
}

// checkGroups refuses a name that can be no group.
func checkGroups(list []string) error {
	for _, g := range list {
		if _, set := groupSets[g]; !set && (g == "" || strings.ContainsAny(g, ". -")) {
			return heron.Errorf(heron.CodeInvalid, "evidence %q: want the first part of observation keys (dhcp, mdns, tls …), %s, or %s",
				g, addressGroup, strings.Join(GroupSets(), ", "))
		}
	}
	return nil
}
