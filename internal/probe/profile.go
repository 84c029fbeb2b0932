package probe

import "slices"

// The profiles of a scan.
const (
	// ProfileSafe takes every host for a control device: one connection at a time,
	// the slowest pace, only what is safe for control devices, and nothing more as
	// soon as it is known what a host is.
	ProfileSafe = "safe"
	// ProfileStandard treats a host as what it is, looks at the usual ports of all,
	// and asks until it is known what a host is.
	ProfileStandard = "standard"
	// ProfileDeep looks at more ports and asks everything.
	ProfileDeep = "deep"
)

// Profiles lists them, the gentlest first.
func Profiles() []string { return []string{ProfileSafe, ProfileStandard, ProfileDeep} }

// Profile sets what a profile says, and reports whether there is one of that name.
func (o *Options) Profile(name string) bool {
	o.Safety = ReadOnly
	switch name {
	case ProfileSafe:
		o.Careful, o.Hasty, o.Sparing = true, true, true
		o.Ports, o.Datagrams = slices.Clone(basePorts), slices.Clone(baseDatagrams)
		o.Limits = Limits{Packets: 2000, HostPackets: 50, ControlPackets: 50, Hosts: 128, Connections: 128, HostConnections: 1}
	case ProfileStandard:
		o.Sparing = true
		o.Ports, o.Datagrams = slices.Clone(basePorts), slices.Clone(baseDatagrams)
		o.Limits = Limits{Packets: 4900, HostPackets: 200, ControlPackets: 80, Hosts: 128, Connections: 256, HostConnections: 4}
	case ProfileDeep:
		o.Thorough = true
		o.Ports = slices.Concat(basePorts, deepPorts)
		o.Limits = Limits{Packets: 4900, HostPackets: 300, ControlPackets: 80, Hosts: 128, Connections: 512, HostConnections: 8}
	default:
		return false
	}
	return true
}
