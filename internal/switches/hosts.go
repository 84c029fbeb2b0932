package switches

import (
	"context"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Kinds and states of an entry (RFC 4293, ipNetToPhysicalType and State).
const (
	hostDynamic   = 3
	hostStatic    = 4
	stateInvalid  = 5
	stateNotFound = 7
)

// hosts reads the neighbour table, of IPv4 and IPv6 where the agent has that, else
// the old one of IPv4 alone.
func (r *reader) hosts(ctx context.Context) error {
	if err := r.hostTable(ctx, physicalHost, physicalAddress, physicalType, physicalState); err != nil || len(r.tables.Hosts) > 0 {
		return err
	}
	return r.hostTable(ctx, mediaHost, mediaAddress, mediaType)
}

// row is an entry while it is read.
type row struct {
	host        Host
	kind, state int
}

// hostTable reads a table: the column of MACs, then that of kinds, and of states.
func (r *reader) hostTable(ctx context.Context, read func(snmp.OID) (Host, bool), addresses string, more ...string) error {
	rows := map[string]*row{}
	var order []*row
	err := r.client.walk(ctx, addresses, func(index snmp.OID, b snmp.Binding) {
		h, ok := read(index)
		m, isMAC := macOf(b.Value)
		if !ok || !isMAC {
			return
		}
		h.MAC = m
		one := &row{host: h, kind: hostDynamic}
		rows[index.String()], order = one, append(order, one)
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	for i, column := range more {
		err := r.client.walk(ctx, column, func(index snmp.OID, b snmp.Binding) {
			one := rows[index.String()]
			switch {
			case one == nil:
			case i == 0:
				one.kind = number(b)
			default:
				one.state = number(b)
			}
		})
		if err != nil {
			return err
		}
	}
	for _, one := range order {
		known := one.kind == hostDynamic || one.kind == hostStatic
		if known && one.state != stateInvalid && one.state != stateNotFound && !r.tables.Own[one.host.MAC] {
			r.tables.Hosts = append(r.tables.Hosts, one.host)
		}
	}
	return nil
}

// mediaHost reads the index of the old table: interface, address.
func mediaHost(index snmp.OID) (h Host, ok bool) {
	if len(index) != 5 {
		return h, false
	}
	h.IfIndex = int(index[0])
	h.IP, ok = addressOf(index[1:])
	return h, ok
}

// physicalHost reads the index of the new one: interface, kind of address, length,
// address (RFC 4001: 1 is IPv4, 2 IPv6; those with zones are passed over).
func physicalHost(index snmp.OID) (h Host, ok bool) {
	if len(index) < 3 || int(index[2]) != len(index)-3 {
		return h, false
	}
	h.IfIndex = int(index[0])
	h.IP, ok = addressOf(index[3:])
	return h, ok && (index[1] == 1 && h.IP.Is4() || index[1] == 2 && h.IP.Is6())
}

// addressOf reads an address that one host can have.
func addressOf(index snmp.OID) (netip.Addr, bool) {
	b := make([]byte, 0, len(index))
	for _, n := range index {
		if n > 255 {
			return netip.Addr{}, false
		}
		b = append(b, byte(n))
	}
	ip, ok := netip.AddrFromSlice(b)
	return ip, ok && !ip.IsUnspecified() && !ip.IsMulticast() && !ip.IsLoopback()
}

// maxOfOne is how many IPv4 addresses one MAC may have in a table: who has more
// answers for others, or hands on what is theirs.
const maxOfOne = 4

// Claims returns which address belongs to which MAC, as far as a table can be
// believed: not of a MAC that answers for others, and not what is the asked one's own.
func (t *Tables) Claims() []Host {
	count := map[heron.MAC]int{}
	for _, h := range t.Hosts {
		if h.IP.Is4() {
			count[h.MAC]++
		}
	}
	var out []Host
	for _, h := range t.Hosts {
		if count[h.MAC] <= maxOfOne && h.IP != t.Address {
			out = append(out, h)
		}
	}
	return out
}
