package switches

import (
	"context"

	"github.com/heron-iot/heron/internal/proto/snmp"
)

// Where aggregates are: IEEE8023-LAG-MIB, dot3adAggPortAttachedAggID; IF-MIB, ifStackStatus
// and ifType (RFC 2863).
const (
	attachedAggregate = "1.2.840.10006.300.43.1.2.1.1.13"
	ifStackStatus     = "1.3.6.1.2.1.31.1.2.1.3"
	ifType            = "1.3.6.1.2.1.2.2.1.3"

	stackActive   = 1
	typeAggregate = 161 // ieee8023adLag
)

// aggregates reads which ports are joined to one: by the MIB of aggregation, else by the
// stack of interfaces.
func (r *reader) aggregates(ctx context.Context) error {
	err := r.client.walk(ctx, attachedAggregate, func(index snmp.OID, b snmp.Binding) {
		if n := number(b); len(index) == 1 && n > 0 && n != int(index[0]) {
			r.tables.Members[int(index[0])] = n
		}
	})
	if err != nil || len(r.tables.Members) > 0 {
		return err
	}
	below := map[int]int{}
	err = r.client.walk(ctx, ifStackStatus, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 2 && index[0] > 0 && index[1] > 0 && number(b) == stackActive {
			below[int(index[1])] = int(index[0])
		}
	})
	if err != nil || len(below) == 0 {
		return err
	}
	kinds := map[int]int{}
	err = r.client.walk(ctx, ifType, func(index snmp.OID, b snmp.Binding) {
		if len(index) == 1 {
			kinds[int(index[0])] = number(b)
		}
	})
	for member, above := range below {
		if kinds[above] == typeAggregate {
			r.tables.Members[member] = above
		}
	}
	return err
}

// whole is the port that a station is learned at where one is named: the aggregate of a
// member.
func (t *Tables) whole(ifIndex int) int {
	if above := t.Members[ifIndex]; above > 0 {
		return above
	}
	return ifIndex
}
