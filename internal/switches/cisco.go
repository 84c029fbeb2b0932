package switches

import (
	"context"
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Columns of CISCO-CDP-MIB, cdpCacheTable: who announces itself at a port.
const (
	cdpAddressType  = "1.3.6.1.4.1.9.9.23.1.2.1.1.3"
	cdpAddress      = "1.3.6.1.4.1.9.9.23.1.2.1.1.4"
	cdpDeviceID     = "1.3.6.1.4.1.9.9.23.1.2.1.1.6"
	cdpCapabilities = "1.3.6.1.4.1.9.9.23.1.2.1.1.9"
)

// Of CDP: a kind of address, and capabilities.
const (
	cdpIPv4      = 1
	cdpBridges   = 0x02 | 0x04 | 0x08 // transparent, source-route, switch
	cdpTelephone = 0x80
)

// ciscoNeighbours reads who speaks CDP, and at which port.
func (r *reader) ciscoNeighbours(ctx context.Context) error {
	found := map[string]*Neighbour{}
	ipv4 := map[string]bool{}
	var order []*Neighbour
	of := func(set func(*Neighbour, string, snmp.Binding)) func(snmp.OID, snmp.Binding) {
		return func(index snmp.OID, b snmp.Binding) {
			if len(index) != 2 {
				return
			}
			id := index.String()
			if found[id] == nil {
				found[id] = &Neighbour{IfIndex: int(index[0])}
				order = append(order, found[id])
			}
			set(found[id], id, b)
		}
	}
	if err := r.client.walk(ctx, cdpDeviceID, of(func(n *Neighbour, _ string, b snmp.Binding) { n.Name = text(b) })); err != nil || len(found) == 0 {
		return err
	}
	err := r.each(ctx, map[string]func(snmp.OID, snmp.Binding){
		cdpAddressType: of(func(_ *Neighbour, id string, b snmp.Binding) { ipv4[id] = number(b) == cdpIPv4 }),
		cdpAddress: of(func(n *Neighbour, id string, b snmp.Binding) {
			if ip, ok := netip.AddrFromSlice(b.Value); ok && ip.Is4() && ipv4[id] {
				n.Address = ip
			}
		}),
		cdpCapabilities: of(func(n *Neighbour, _ string, b snmp.Binding) {
			if len(b.Value) == 4 {
				can := binary.BigEndian.Uint32(b.Value)
				n.Switch = can&cdpBridges != 0 && can&cdpTelephone == 0
			}
		}),
	}, cdpAddressType, cdpAddress, cdpCapabilities)
	for _, n := range order {
		r.tables.Neighbours = append(r.tables.Neighbours, *n)
	}
	return err
}
