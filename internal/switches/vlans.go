package switches

import (
	"context"
	"errors"
	"slices"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Columns of CISCO-VTP-MIB: whether a VLAN is in use, and of what kind it is.
const (
	vtpVlanState = "1.3.6.1.4.1.9.9.46.1.3.1.1.2"
	vtpVlanType  = "1.3.6.1.4.1.9.9.46.1.3.1.1.3"

	vlanOperational = 1
	vlanEthernet    = 1
)

// maxVLANs is how many VLANs of a switch are asked for, and maxSilent how many of them may
// stay unanswered, each of which takes its time.
const (
	maxVLANs  = 256
	maxSilent = 3
)

// byVLAN reads a forwarding table for each VLAN, of switches that keep one each, which
// those do that list their VLANs so. What they showed without a VLAN is that of the first.
func (r *reader) byVLAN(ctx context.Context) error {
	vlans, err := r.vlans(ctx)
	if err != nil || len(vlans) == 0 {
		return err
	}
	first := r.tables.Stations
	r.tables.Stations = nil
	silent := 0
	for _, v := range vlans {
		r.ask(v)
		err := r.oneVLAN(ctx)
		switch {
		case errors.Is(err, errSilent):
			silent++ // it has no such table, or the VLAN none of its ports
		case err != nil && !errors.Is(err, ErrRefused):
			return err
		}
		if silent == maxSilent {
			break
		}
	}
	r.ask(0)
	if len(r.tables.Stations) == 0 {
		r.tables.Stations = first
	}
	return nil
}

// ask asks about one VLAN from now on, 0 about all that there is.
func (r *reader) ask(vlan int) {
	r.vlan = uint16(vlan)
	r.client.in(vlan)
}

func (r *reader) oneVLAN(ctx context.Context) error {
	if err := r.basePorts(ctx); err != nil || len(r.ifByPort) == 0 {
		return err
	}
	return r.forwarding(ctx, fdbPort, fdbStatus, 6, nil)
}

// vlans lists those in use, the lowest first.
func (r *reader) vlans(ctx context.Context) ([]int, error) {
	operational := map[uint32]bool{}
	err := r.client.walk(ctx, vtpVlanState, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 2 && index[1] > 0 && index[1] < 4095 {
			operational[index[1]] = number(b) == vlanOperational
		}
	})
	if err != nil || len(operational) == 0 {
		return nil, err
	}
	var out []int
	err = r.client.walk(ctx, vtpVlanType, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 2 && operational[index[1]] && number(b) == vlanEthernet {
			out = append(out, int(index[1]))
		}
	})
	slices.Sort(out)
	return out[:min(len(out), maxVLANs)], err
}
