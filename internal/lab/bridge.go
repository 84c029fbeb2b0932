package lab

import (
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Models that forward, and tell at which port they learned whom.
const (
	modelCore = "cisco-switch"    // everybody hangs on it
	modelCell = "scalance-switch" // but for those of the production cell, who hang on this
)

// Ports of the switches that lead to the other one.
const (
	corePorts = 24
	cellPorts = 8
)

// forwards tells whether a host is the first of a model: copies have no cables.
func (s *Site) forwards(h *Host, model string) bool {
	return h.Model.Name == model && len(s.roles[model]) > 0 && s.roles[model][0] == h
}

// inCell reports whether a host hangs on the switch of the production cell.
func (s *Site) inCell(h *Host) bool {
	return h.Model.Zone == zoneControl && !s.forwards(h, modelCell) && len(s.roles[modelCell]) > 0
}

// Plug says at which port of which model of switch a host is, "" for those that are
// the switches.
func (s *Site) plug(h *Host) (model, port string, number int) {
	switch {
	case s.forwards(h, modelCore), s.forwards(h, modelCell):
		return "", "", 0
	case s.inCell(h):
		number = 2 + h.Index%(cellPorts-1)
		return modelCell, "P0." + strconv.Itoa(number), number
	}
	number = 1 + h.Index%(corePorts-1)
	return modelCore, "Gi0/" + strconv.Itoa(number), number
}

// VLAN is that of a host's zone.
func vlanOf(h *Host) int {
	return 10 * (1 + slices.IndexFunc(zoneTable[:], func(z heron.Zone) bool { return z.ID == h.Model.Zone }))
}

// Object identifiers of what is told (RFC 2863, RFC 4188, RFC 4363, LLDP-MIB, RFC 1213).
const (
	oidIfDescr      = "1.3.6.1.2.1.2.2.1.2."
	oidIfPhys       = "1.3.6.1.2.1.2.2.1.6."
	oidIfStatus     = "1.3.6.1.2.1.2.2.1.8."
	oidNetToMedia   = "1.3.6.1.2.1.4.22.1."
	oidBridgeMAC    = "1.3.6.1.2.1.17.1.1.0"
	oidBasePort     = "1.3.6.1.2.1.17.1.4.1.2."
	oidFdb          = "1.3.6.1.2.1.17.4.3.1."
	oidVlanFdb      = "1.3.6.1.2.1.17.7.1.2.2.1."
	oidVlanFdbID    = "1.3.6.1.2.1.17.7.1.4.2.1.3.0."
	oidIfName       = "1.3.6.1.2.1.31.1.1.1.1."
	oidIfAlias      = "1.3.6.1.2.1.31.1.1.1.18."
	oidLLDPNeighbor = "1.0.8802.1.1.2.1.4.1.1."
	oidLLDPPort     = "1.0.8802.1.1.2.1.3.7.1.3."
)

// forwarding is what a switch or the gateway tells of others, in no order.
func forwarding(h *Host) []snmp.Binding {
	s := h.site
	switch {
	case s == nil:
		return nil
	case s.forwards(h, modelCore):
		return s.coreTables(h)
	case s.forwards(h, modelCell):
		return s.cellTables(h)
	case h.Model.Role == roleGateway:
		return s.addressTable()
	}
	return nil
}

// interfaces are the ports of a switch; their numbers are those of the bridge, and
// 100 more those of the interfaces.
func interfaces(h *Host, prefix string, ports int) []snmp.Binding {
	out := []snmp.Binding{text(oidBridgeMAC, h.MAC[:])}
	for i := 1; i <= ports; i++ {
		n, index := strconv.Itoa(i), strconv.Itoa(100+i)
		mac := h.MAC
		mac[5] += byte(i)
		out = append(out,
			text(oidIfDescr+index, []byte("port "+n)), text(oidIfName+index, []byte(prefix+n)), text(oidIfPhys+index, mac[:]),
			text(oidIfAlias+index, []byte("Socket "+n)), number(oidIfStatus+index, 1), number(oidBasePort+n, 100+i),
			text(oidLLDPPort+n, []byte(prefix+n)))
	}
	return out
}

// coreTables are those of the core: with VLANs, and the cell behind its last port.
func (s *Site) coreTables(h *Host) []snmp.Binding {
	out := interfaces(h, "Gi0/", corePorts)
	vlans := map[int]bool{}
	for _, o := range s.Hosts {
		if o == h {
			continue
		}
		_, _, port := s.plug(o)
		if s.inCell(o) || s.forwards(o, modelCell) {
			port = corePorts
		}
		row := strconv.Itoa(vlanOf(o)) + dotted(o.MAC[:])
		out = append(out, number(oidVlanFdb+"2."+row, port), number(oidVlanFdb+"3."+row, 3))
		vlans[vlanOf(o)] = true
	}
	for v := range vlans {
		out = append(out, number(oidVlanFdbID+strconv.Itoa(v), v))
	}
	if cell := s.roles[modelCell]; len(cell) > 0 {
		out = append(out, neighbour(corePorts, cell[0])...)
	}
	return out
}

// cellTables are those of the cell: without VLANs, and all others behind its first port.
func (s *Site) cellTables(h *Host) []snmp.Binding {
	out := interfaces(h, "P0.", cellPorts)
	for _, o := range s.Hosts {
		if o == h {
			continue
		}
		port := 1
		if s.inCell(o) {
			_, _, port = s.plug(o)
		}
		row := dotted(o.MAC[:])[1:]
		out = append(out, number(oidFdb+"2."+row, port), number(oidFdb+"3."+row, 3))
	}
	if core := s.roles[modelCore]; len(core) > 0 {
		out = append(out, neighbour(1, core[0])...)
	}
	return out
}

// neighbour is a switch that speaks LLDP at a port.
func neighbour(port int, h *Host) []snmp.Binding {
	row := "0." + strconv.Itoa(port) + ".1"
	return []snmp.Binding{
		number(oidLLDPNeighbor+"4."+row, 4), text(oidLLDPNeighbor+"5."+row, h.MAC[:]),
		text(oidLLDPNeighbor+"9."+row, []byte(h.Name)), text(oidLLDPNeighbor+"12."+row, []byte{0x20}),
	}
}

// addressTable is the gateway's ARP table.
func (s *Site) addressTable() []snmp.Binding {
	var out []snmp.Binding
	for _, o := range s.Hosts {
		if o.Model.Role == roleGateway {
			continue
		}
		ip := o.IP.As4()
		row := "1" + dotted(ip[:])
		out = append(out, text(oidNetToMedia+"2."+row, o.MAC[:]), number(oidNetToMedia+"4."+row, 3))
	}
	return out
}

func text(oid string, value []byte) snmp.Binding {
	return snmp.Binding{OID: snmp.ParseOID(oid), Tag: snmp.TagString, Value: slices.Clone(value)}
}

func number(oid string, n int) snmp.Binding {
	return snmp.Int(snmp.ParseOID(oid), snmp.TagInteger, n)
}

// dotted writes bytes as the end of an object identifier, with a dot before each.
func dotted(b []byte) string {
	s := ""
	for _, v := range b {
		s += "." + strconv.Itoa(int(v))
	}
	return s
}
