package inventory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// maxServices bounds the services listed of one device.
const maxServices = 256

// services lists what a device answers on, by transport and port.
func services(nodes []*node) []heron.Service {
	out := []heron.Service{}
	for _, n := range nodes {
		for _, f := range n.facts {
			if transport, port, protocol, ok := f.listed(); ok {
				out = addService(out, transport, port, protocol, f)
			}
		}
	}
	return out
}

// addService merges what one fact says of a service into the sorted list.
func addService(list []heron.Service, transport heron.Transport, port uint16, protocol string, f *fact) []heron.Service {
	i, found := serviceIndex(list, transport, port)
	if !found {
		if len(list) >= maxServices {
			return list
		}
		list = slices.Insert(list, i, heron.Service{Transport: transport, Port: port, First: f.first, Last: f.last})
	}
	s := &list[i]
	s.First, s.Last = min(s.First, f.first), max(s.Last, f.last)
	if f.key.name == heron.KeyServiceProtocol || s.Protocol == "" {
		s.Protocol = cmp.Or(protocol, s.Protocol)
	}
	if product, version := productOf(f.key.name, f.value); product != "" && (s.Product == "" || s.Version == "" && version != "") {
		s.Product, s.Version = product, version
	}
	return list
}

// serviceIndex finds a service, or where it would be.
func serviceIndex(list []heron.Service, transport heron.Transport, port uint16) (int, bool) {
	return slices.BinarySearchFunc(list, port, func(s heron.Service, port uint16) int {
		return cmp.Or(cmp.Compare(s.Transport, transport), cmp.Compare(s.Port, port))
	})
}

// listed returns the service that a fact is about. It is not ok when that is
// none, or none that is listed.
func (f *fact) listed() (transport heron.Transport, port uint16, protocol string, ok bool) {
	transport, port = f.transport, f.port
	if f.key.kind.has(ofService) {
		transport, port, protocol = parseService(f.value)
	}
	ok = port != 0 && (transport == heron.TCP || transport == heron.UDP || transport == heron.SCTP)
	return transport, port, protocol, ok
}

// servicesSeen returns the services of a device as the facts that were seen
// leave them. It is not ok where two facts do not agree: then it is for their
// order to decide.
func (v *Inventory) servicesSeen(r *record) (list []heron.Service, ok bool) {
	list = r.device.Services
	cloned := false
	for at := r.firstSeen; at != 0; at = v.sightings[at].next {
		f := v.sightings[at].fact
		transport, port, protocol, listed := f.listed()
		if !listed {
			continue
		}
		i, found := serviceIndex(list, transport, port)
		if !found && len(list) >= maxServices {
			return nil, false
		}
		s := heron.Service{Transport: transport, Port: port, First: f.first, Last: f.last}
		if found {
			s = list[i]
		}
		if !merged(&s, r, f, protocol) {
			return nil, false
		}
		if found && s == list[i] {
			continue
		}
		if !cloned { // what was handed out stays as it was
			list, cloned = slices.Clone(list), true
		}
		if !found {
			list = slices.Insert(list, i, s)
		}
		list[i] = s
	}
	return list, true
}

// merged merges into a service what a fact says of it. It reports false when
// that is not what was said before.
func merged(s *heron.Service, r *record, f *fact, protocol string) bool {
	s.First, s.Last = min(s.First, f.first), max(s.Last, f.last)
	if f.owner == r.owner {
		return true // a known fact
	}
	if protocol != "" && s.Protocol != "" && s.Protocol != protocol {
		return false
	}
	s.Protocol = cmp.Or(s.Protocol, protocol)
	product, version := productOf(f.key.name, f.value)
	switch {
	case product == "" || (product == s.Product && version == s.Version):
	case s.Product != "":
		return false
	default:
		s.Product, s.Version = product, version
	}
	return true
}

// parseService reads "tcp/80" or "tcp/80/http".
func parseService(value string) (heron.Transport, uint16, string) {
	var t heron.Transport
	name, rest, _ := strings.Cut(value, "/")
	number, protocol, _ := strings.Cut(rest, "/")
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil || t.UnmarshalText([]byte(name)) != nil {
		return 0, 0, ""
	}
	return t, uint16(port), protocol
}

// serviceText writes a service for people: "http on tcp/80".
func serviceText(s heron.Service) string {
	where := s.Transport.String() + "/" + strconv.Itoa(int(s.Port))
	if s.Protocol == "" {
		return where
	}
	return where + " (" + s.Protocol + ")"
}

// productOf reads the product and version out of a server's own words.
func productOf(key, value string) (product, version string) {
	switch key {
	case "http.server", "rtsp.server", "sip.server", "ssdp.server", "ipp.server":
		first, _, _ := strings.Cut(value, " ")
		product, version, _ = strings.Cut(first, "/")
	case "ssh.banner":
		rest, ok := strings.CutPrefix(value, "SSH-")
		if !ok {
			return "", ""
		}
		_, software, _ := strings.Cut(rest, "-")
		software, _, _ = strings.Cut(software, " ")
		product, version, _ = strings.Cut(software, "_")
	}
	return product, version
}

// keyRouter: the device offers to be the default router of IPv6.
const keyRouter = "ndp.router"

// roles lists what a device was seen doing, sorted.
func roles(nodes []*node, services []heron.Service) []string {
	var out []string
	for _, n := range nodes {
		switch {
		case !n.isMAC():
		case isVirtualRouter(n.mac):
			out = append(out, "virtual_router")
		case n.routes:
			out = append(out, "router")
		}
		if !n.shows.has(ofRole) {
			continue
		}
		for _, f := range n.facts {
			if role := f.role(); role != "" && !slices.Contains(out, role) {
				out = append(out, role)
			}
		}
	}
	return listRoles(out, services)
}

// rolesSeen returns the roles of a device with those that the facts that were
// seen and its services show.
func (v *Inventory) rolesSeen(r *record, services []heron.Service) []string {
	out := slices.Clone(r.device.Roles)
	for at := r.firstSeen; at != 0; at = v.sightings[at].next {
		if role := v.sightings[at].fact.role(); role != "" {
			out = append(out, role)
		}
	}
	return listRoles(out, services)
}

// listRoles adds what services make of a device, and puts roles in order.
func listRoles(out []string, services []heron.Service) []string {
	for i := range services {
		switch s := &services[i]; {
		case IsControl(s.Protocol):
			out = append(out, "ot")
		case s.Protocol == "dhcp" && s.Port == 67:
			out = append(out, "dhcp_server")
		case s.Protocol == "dns" && s.Port == 53:
			out = append(out, "dns_server")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// role returns what a fact shows a device doing, "" for none.
func (f *fact) role() string {
	switch {
	case !f.key.kind.has(ofRole):
	case f.key.name == keyRouter:
		return "router"
	case f.key.name == heron.KeyClientProtocol && IsControl(f.value):
		return "ot_client"
	}
	return ""
}

// IsControl reports whether a protocol is one that control systems speak.
func IsControl(protocol string) bool {
	switch protocol {
	case "modbus", "s7comm", "s7comm_plus", "s7comm-plus", "enip", "cip", "bacnet", "bacapp", "dnp3", "iec60870_104", "iec104", "opcua", "pn_dcp",
		"pn_io", "goose", "sv", "mms", "omron", "fins", "melsec", "umas", "ads", "ams", "gesrtp", "hartip", "hart_ip",
		"ethercat", "profinet", "knxip", "kip", "codesys", "fox", "atg", "synphasor", "ge_srtp", "pcworx", "proconos", "cspv4", "ethersbus",
		"ethersio", "melsoft":
		return true
	}
	return false
}
