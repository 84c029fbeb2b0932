package guess

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// left are the groups of evidence that are left when all is encrypted: the first
// parts of keys, and the sources of what has no protocol of its own.
var left = []string{"client", "dtls", "flow", "host", "ip", "isakmp", "link", "quic", "service", "ssh", "tcp", "tls"}

// naming are the protocols in clear that name things.
var naming = []string{
	"dhcp", "dhcpv6", "dns", "http", "http2", "ipp", "llmnr", "mdns", "nat_pmp", "nbns", "sadp", "ssdp", "upnp", "wsd",
}

// namingPorts are where they are spoken.
var namingPorts = []string{
	"tcp/53", "tcp/80", "tcp/631", "tcp/8080", "udp/53", "udp/67", "udp/68", "udp/137", "udp/546", "udp/547", "udp/1900", "udp/3702", "udp/5353", "udp/5355",
}

// Names reports whether a protocol is in clear and names things.
func Names(protocol string) bool { return slices.Contains(naming, protocol) }

// Show returns what a view shows of a device; of its traffic, hidden is the part
// that is not of protocols that name things.
func (v View) Show(obs []heron.Observation, whole, hidden *heron.Baseline) ([]heron.Observation, *heron.Baseline) {
	switch v {
	case Unnamed:
		return only(obs, isLeft), whole
	case Bare:
		return only(obs, isLeft), nil
	case Nameless:
		return only(obs, isNameless), whole
	case Encrypted:
		return only(obs, isHidden), hidden
	}
	return obs, whole
}

func only(obs []heron.Observation, shown func(*heron.Observation) bool) []heron.Observation {
	var out []heron.Observation
	for i := range obs {
		if shown(&obs[i]) {
			out = append(out, obs[i])
		}
	}
	return out
}

func isLeft(o *heron.Observation) bool {
	group, _, _ := strings.Cut(o.Key, ".")
	return slices.Contains(left, group) && slices.Contains(left, o.Source)
}

func isNameless(o *heron.Observation) bool {
	group, _, _ := strings.Cut(o.Key, ".")
	return !Names(group) && !Names(o.Source)
}

func isHidden(o *heron.Observation) bool {
	if !isNameless(o) || slices.Contains(namingPorts, o.Value) {
		return false
	}
	return !Names(o.Value[strings.LastIndexByte(o.Value, '/')+1:]) // client.protocol and service.protocol
}
