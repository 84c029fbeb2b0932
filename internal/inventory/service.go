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
			transport, port, protocol := f.service()
			if port == 0 || (transport != heron.TCP && transport != heron.UDP && transport != heron.SCTP) {
				continue
			}
			out = addService(out, transport, port, protocol, f)
		}
	}
	return out
}

// addService merges what one fact says of a service into the sorted list.
func addService(list []heron.Service, transport heron.Transport, port uint16, protocol string, f *fact) []heron.Service {
	i, found := slices.BinarySearchFunc(list, port, func(s heron.Service, port uint16) int {
		return cmp.Or(cmp.Compare(s.Transport, transport), cmp.Compare(s.Port, port))
	})
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

// service returns the service that a fact is about, port 0 for none.
func (f *fact) service() (heron.Transport, uint16, string) {
	if f.key.kind.has(ofService) {
		return parseService(f.value)
	}
	return f.transport, f.port, ""
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
		case n.routes():
			out = append(out, "router")
		}
		for _, f := range n.facts {
			if f.key.name == heron.KeyClientProtocol && isControl(f.value) {
				out = append(out, "ot_client")
			}
			if f.key.name == keyRouter {
				out = append(out, "router")
			}
		}
	}
	for _, s := range services {
		switch {
		case isControl(s.Protocol):
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

// isControl reports whether a protocol is one that control systems speak.
func isControl(protocol string) bool {
	switch protocol {
	case "modbus", "s7comm", "s7comm-plus", "enip", "cip", "bacnet", "bacapp", "dnp3", "iec60870_104", "iec104", "opcua", "pn_dcp",
		"pn_io", "goose", "sv", "mms", "omron", "fins", "melsec", "umas", "ads", "ams", "gesrtp", "hartip", "hart_ip",
		"ethercat", "profinet", "knxip", "kip", "codesys", "fox", "atg":
		return true
	}
	return false
}
