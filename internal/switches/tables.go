package switches

import (
	"cmp"
	"context"
	"encoding/hex"
	"net"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/wire"
)

// Tables are what one switch or router told.
type Tables struct {
	Address     netip.Addr
	Answered    bool   // at all
	Name        string // sysName, as it says itself
	Description string
	ObjectID    string
	Own         map[heron.MAC]bool // its own MACs
	Ports       map[int]Port       // by ifIndex
	Members     map[int]int        // the aggregate that a port is in, by ifIndex
	Stations    []Station
	Neighbours  []Neighbour
	Hosts       []Host
	// Old tells that this is what it told before, and no news: see AsOld.
	Old bool
	// Requests and Bytes are what it was asked.
	Requests, Bytes int
}

// AsOld is the same, as what a switch told that tells nothing now.
func (t *Tables) AsOld() *Tables {
	old := *t
	old.Old = true
	return &old
}

// Port is an interface of a switch.
type Port struct {
	Name, Alias string
	Up          bool
}

// Station is a MAC that a switch learned at a port.
type Station struct {
	MAC     heron.MAC
	IfIndex int
	VLAN    uint16 // 0 where the switch does not tell
}

// Neighbour is who speaks LLDP or CDP at a port.
type Neighbour struct {
	IfIndex int
	MAC     heron.MAC  // of its chassis, where it names that
	Address netip.Addr // where it names that
	Name    string
	// Switch tells that it forwards what it gets from others: it bridges, and is no
	// telephone with a socket for a computer.
	Switch bool
}

// Host is an address with its MAC, of an ARP or neighbour table.
type Host struct {
	IP      netip.Addr
	MAC     heron.MAC
	IfIndex int
}

// Where things are. Columns of IF-MIB, BRIDGE-MIB, Q-BRIDGE-MIB, LLDP-MIB, IP-MIB.
const (
	sysDescr    = "1.3.6.1.2.1.1.1.0"
	sysObjectID = "1.3.6.1.2.1.1.2.0"
	sysName     = "1.3.6.1.2.1.1.5.0"

	ifDescr       = "1.3.6.1.2.1.2.2.1.2"
	ifPhysAddress = "1.3.6.1.2.1.2.2.1.6"
	ifOperStatus  = "1.3.6.1.2.1.2.2.1.8"
	ifName        = "1.3.6.1.2.1.31.1.1.1.1"
	ifAlias       = "1.3.6.1.2.1.31.1.1.1.18"

	bridgeAddress  = "1.3.6.1.2.1.17.1.1.0"
	basePortIndex  = "1.3.6.1.2.1.17.1.4.1.2"
	fdbPort        = "1.3.6.1.2.1.17.4.3.1.2"
	fdbStatus      = "1.3.6.1.2.1.17.4.3.1.3"
	vlanFdbPort    = "1.3.6.1.2.1.17.7.1.2.2.1.2"
	vlanFdbStatus  = "1.3.6.1.2.1.17.7.1.2.2.1.3"
	vlanFdbID      = "1.3.6.1.2.1.17.7.1.4.2.1.3"
	lldpLocalPort  = "1.0.8802.1.1.2.1.3.7.1.3"
	lldpRemSubtype = "1.0.8802.1.1.2.1.4.1.1.4"
	lldpRemChassis = "1.0.8802.1.1.2.1.4.1.1.5"
	lldpRemName    = "1.0.8802.1.1.2.1.4.1.1.9"
	lldpRemEnabled = "1.0.8802.1.1.2.1.4.1.1.12"

	mediaAddress    = "1.3.6.1.2.1.4.22.1.2"
	mediaType       = "1.3.6.1.2.1.4.22.1.4"
	physicalAddress = "1.3.6.1.2.1.4.35.1.4"
	physicalType    = "1.3.6.1.2.1.4.35.1.6"
	physicalState   = "1.3.6.1.2.1.4.35.1.7"
)

// Read asks a switch. What it does not have is left empty; when it does not answer,
// or has more to tell than it may be asked for, what it told so far is returned with
// the error.
func Read(ctx context.Context, address netip.AddrPort, cred Credential, l Limits) (*Tables, error) {
	t := &Tables{Address: address.Addr(), Own: map[heron.MAC]bool{}, Ports: map[int]Port{}, Members: map[int]int{}}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", address.String())
	if err != nil {
		return t, err
	}
	defer conn.Close()
	c, err := newClient(conn, cred, l)
	if err != nil {
		return t, err
	}
	r := reader{client: c, tables: t}
	for _, step := range []func(context.Context) error{r.system, r.interfaces, r.aggregates, r.stations, r.neighbours, r.ciscoNeighbours, r.hosts} {
		if err = step(ctx); err != nil {
			break
		}
	}
	t.Requests, t.Bytes = c.asked, c.sent
	return t, err
}

// reader fills tables.
type reader struct {
	client   *client
	tables   *Tables
	ifByPort map[int]int // ifIndex of a port of the bridge
	tagged   bool        // the forwarding table tells VLANs
	vlan     uint16      // whose forwarding table is read; 0 is that of all
}

func (r *reader) system(ctx context.Context) error {
	found, err := r.client.get(ctx, sysDescr, sysObjectID, sysName)
	if err != nil {
		return err
	}
	r.tables.Answered = true
	for _, b := range found {
		switch b.OID.String() {
		case sysDescr:
			r.tables.Description = text(b)
		case sysName:
			r.tables.Name = text(b)
		case sysObjectID:
			if o, ok := snmp.ReadObject(b.Value); ok && b.Tag == snmp.TagOID {
				r.tables.ObjectID = o.String()
			}
		}
	}
	return nil
}

// interfaces reads names, states and addresses of the ports.
func (r *reader) interfaces(ctx context.Context) error {
	port := func(set func(*Port, snmp.Binding)) func(snmp.OID, snmp.Binding) {
		return func(index snmp.OID, b snmp.Binding) {
			if len(index) != 1 {
				return
			}
			p := r.tables.Ports[int(index[0])]
			set(&p, b)
			r.tables.Ports[int(index[0])] = p
		}
	}
	return r.each(ctx, map[string]func(snmp.OID, snmp.Binding){
		ifDescr:      port(func(p *Port, b snmp.Binding) { p.Name = cmp.Or(p.Name, text(b)) }),
		ifName:       port(func(p *Port, b snmp.Binding) { p.Name = cmp.Or(text(b), p.Name) }),
		ifAlias:      port(func(p *Port, b snmp.Binding) { p.Alias = text(b) }),
		ifOperStatus: port(func(p *Port, b snmp.Binding) { p.Up = number(b) == 1 }),
		ifPhysAddress: func(_ snmp.OID, b snmp.Binding) {
			if m, ok := macOf(b.Value); ok {
				r.tables.Own[m] = true
			}
		},
	}, ifDescr, ifName, ifAlias, ifOperStatus, ifPhysAddress)
}

// each walks columns in an order.
func (r *reader) each(ctx context.Context, columns map[string]func(snmp.OID, snmp.Binding), order ...string) error {
	for _, column := range order {
		if err := r.client.walk(ctx, column, columns[column]); err != nil {
			return err
		}
	}
	return nil
}

// States of an entry of a forwarding table (RFC 4188, dot1dTpFdbStatus).
const (
	fdbLearned = 3
	fdbSelf    = 4
	fdbManaged = 5
)

// stations reads the forwarding table: with VLANs where there are any, else without, and
// of agents that keep one for each VLAN all of them.
func (r *reader) stations(ctx context.Context) error {
	if err := r.whole(ctx); err != nil || r.tagged {
		return err
	}
	return r.byVLAN(ctx)
}

// basePorts reads which interface a port of the bridge is.
func (r *reader) basePorts(ctx context.Context) error {
	r.ifByPort = map[int]int{}
	return r.client.walk(ctx, basePortIndex, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 1 {
			r.ifByPort[int(index[0])] = number(b)
		}
	})
}

// whole reads the table that there is of all VLANs.
func (r *reader) whole(ctx context.Context) error {
	err := r.basePorts(ctx)
	if err != nil || len(r.ifByPort) == 0 {
		return err
	}
	if own, err := r.client.get(ctx, bridgeAddress); err != nil {
		return err
	} else if m, ok := firstMAC(own); ok {
		r.tables.Own[m] = true
	}
	vlans := map[uint32]uint16{}
	err = r.client.walk(ctx, vlanFdbID, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 2 && index[1] > 0 && index[1] < 4095 {
			vlans[uint32(number(b))] = uint16(index[1])
		}
	})
	if err != nil {
		return err
	}
	err = r.forwarding(ctx, vlanFdbPort, vlanFdbStatus, 7, vlans)
	if r.tagged = len(r.tables.Stations) > 0; err != nil || r.tagged {
		return err
	}
	return r.forwarding(ctx, fdbPort, fdbStatus, 6, nil)
}

// entry is a row of a forwarding table.
type entry struct {
	port, status int
}

// forwarding reads one forwarding table whose index has so many parts, a MAC last.
func (r *reader) forwarding(ctx context.Context, ports, states string, parts int, vlans map[uint32]uint16) error {
	rows := map[string]entry{}
	var order []snmp.OID
	err := r.client.walk(ctx, ports, func(index snmp.OID, b snmp.Binding) {
		if len(index) == parts {
			rows[index.String()] = entry{port: number(b), status: fdbLearned}
			order = append(order, index)
		}
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	err = r.client.walk(ctx, states, func(index snmp.OID, b snmp.Binding) {
		if e, ok := rows[index.String()]; ok {
			e.status = number(b)
			rows[index.String()] = e
		}
	})
	if err != nil {
		return err
	}
	for _, index := range order {
		r.station(index, rows[index.String()], vlans)
	}
	return nil
}

func (r *reader) station(index snmp.OID, e entry, vlans map[uint32]uint16) {
	m, ok := macOfIndex(index[len(index)-6:])
	ifIndex := r.ifByPort[e.port]
	switch {
	case !ok:
	case e.status == fdbSelf:
		r.tables.Own[m] = true
	case (e.status == fdbLearned || e.status == fdbManaged) && e.port > 0 && ifIndex > 0:
		s := Station{MAC: m, IfIndex: ifIndex, VLAN: r.vlan}
		if len(index) == 7 {
			if s.VLAN = vlans[index[0]]; s.VLAN == 0 && index[0] < 4095 {
				s.VLAN = uint16(index[0]) // most number their tables as their VLANs
			}
		}
		r.tables.Stations = append(r.tables.Stations, s)
	}
}

// Of LLDP: a chassis named by its MAC, and capabilities, of which the first bit of
// the first byte is number 0 (IEEE 802.1AB §8.5.8).
const (
	chassisMAC   = 4
	canBridge    = 0x80 >> 2
	canTelephone = 0x80 >> 5
)

// neighbours reads who speaks LLDP, and at which port.
func (r *reader) neighbours(ctx context.Context) error {
	found := map[string]*Neighbour{}
	subtype := map[string]int{}
	var order []string
	of := func(set func(*Neighbour, string, snmp.Binding)) func(snmp.OID, snmp.Binding) {
		return func(index snmp.OID, b snmp.Binding) {
			if len(index) != 3 {
				return
			}
			id := index.String()
			if found[id] == nil {
				found[id] = &Neighbour{IfIndex: int(index[1])}
				order = append(order, id)
			}
			set(found[id], id, b)
		}
	}
	err := r.each(ctx, map[string]func(snmp.OID, snmp.Binding){
		lldpRemSubtype: of(func(_ *Neighbour, id string, b snmp.Binding) { subtype[id] = number(b) }),
		lldpRemChassis: of(func(n *Neighbour, id string, b snmp.Binding) {
			if m, ok := macOf(b.Value); ok && subtype[id] == chassisMAC {
				n.MAC = m
			}
		}),
		lldpRemName: of(func(n *Neighbour, _ string, b snmp.Binding) { n.Name = text(b) }),
		lldpRemEnabled: of(func(n *Neighbour, _ string, b snmp.Binding) {
			v := wire.NewReader(b.Value)
			can := v.U8()
			n.Switch = can&canBridge != 0 && can&canTelephone == 0
		}),
	}, lldpRemSubtype, lldpRemChassis, lldpRemName, lldpRemEnabled)
	if err != nil || len(found) == 0 {
		return err
	}
	ports, err := r.lldpPorts(ctx)
	if err != nil {
		return err
	}
	for _, id := range order {
		n := *found[id]
		n.IfIndex = cmp.Or(ports[n.IfIndex], n.IfIndex)
		r.tables.Neighbours = append(r.tables.Neighbours, n)
	}
	return nil
}

// lldpPorts maps the numbers that LLDP gives ports to ifIndex, by their names. With
// those that name a port otherwise the numbers are the same.
func (r *reader) lldpPorts(ctx context.Context) (map[int]int, error) {
	byName := map[string]int{}
	for i, p := range r.tables.Ports {
		byName[p.Name] = i
	}
	out := map[int]int{}
	err := r.client.walk(ctx, lldpLocalPort, func(index snmp.OID, b snmp.Binding) {
		if i := byName[text(b)]; len(index) == 1 && i > 0 {
			out[int(index[0])] = i
		}
	})
	return out, err
}

// macOf reads a MAC that a device may have.
func macOf(b []byte) (heron.MAC, bool) {
	var m heron.MAC
	if len(b) != len(m) {
		return m, false
	}
	copy(m[:], b)
	return m, !m.IsZero() && !m.IsMulticast()
}

// macOfIndex reads the MAC that a row is named by.
func macOfIndex(index snmp.OID) (heron.MAC, bool) {
	b := make([]byte, 0, len(index))
	for _, n := range index {
		if n > 255 {
			return heron.MAC{}, false
		}
		b = append(b, byte(n))
	}
	return macOf(b)
}

// maxText is as much of a text as is kept.
const maxText = 128

// text is a string as it can be printed, one of other bytes in hexadecimal.
func text(b snmp.Binding) string {
	if b.Tag != snmp.TagString {
		return ""
	}
	v := b.Value[:min(len(b.Value), maxText)]
	if !wire.Printable(v) {
		if s := strings.TrimRight(string(v), "\x00"); wire.Printable([]byte(s)) {
			return s
		}
		return hex.EncodeToString(v)
	}
	return strings.TrimSpace(string(v))
}

// number is a whole number, -1 where there is none.
func number(b snmp.Binding) int {
	if b.Tag != snmp.TagInteger && b.Tag != snmp.TagGauge || len(b.Value) == 0 || len(b.Value) > 8 {
		return -1
	}
	r := wire.NewReader(b.Value)
	n := 0
	for r.Len() > 0 {
		n = n<<8 | r.U8()
	}
	return n
}

func firstMAC(list []snmp.Binding) (heron.MAC, bool) {
	if len(list) == 0 {
		return heron.MAC{}, false
	}
	return macOf(list[0].Value)
}
