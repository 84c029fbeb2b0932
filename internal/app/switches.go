package app

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/switches"
)

// maxSwitchTime bounds what one switch may take.
const maxSwitchTime = 5 * time.Minute

// askSwitches asks the switches of the configuration again and again, for the first
// time soon after the start.
func (d *discovery) askSwitches(ctx context.Context) {
	for wait := firstSwitches; sleep(ctx, wait); wait = time.Duration(d.conf.SwitchesEvery) {
		if _, err := os.Stat(d.stopFile); err == nil {
			continue // nothing is asked
		}
		if err := d.readSwitches(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("what switches say is not kept", "error", err)
		}
	}
}

// firstSwitches is how soon after the start switches are asked.
const firstSwitches = 2 * time.Second

// readSwitches asks all switches, one after the other, and keeps what they say. Of one
// that does not tell all now, what it told last still says which ports lead to it:
// else all its devices would seem to move to those.
func (d *discovery) readSwitches(ctx context.Context) error {
	var tables []*switches.Tables
	for i := range d.conf.Switches {
		s := &d.conf.Switches[i]
		t, err := d.readSwitch(ctx, s)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			d.log.Warn("a switch did not tell all", "switch", s.Address, "error", err)
		}
		last := d.tables[s.Address]
		switch {
		case err == nil:
			d.tables[s.Address] = t
		case last != nil:
			t = last.AsOld()
		}
		if t != nil && t.Answered {
			tables = append(tables, t)
		}
	}
	now := wallClock()
	obs := switches.Observations(tables, now)
	if len(obs) == 0 {
		return nil
	}
	return d.core.heard(ctx, obs)
}

// readSwitch asks one switch; what it was asked is in the audit log.
func (d *discovery) readSwitch(ctx context.Context, s *config.DiscoverySwitch) (*switches.Tables, error) {
	address, err := s.AddrPort()
	if err != nil {
		return nil, err
	}
	cred, err := d.secrets(ctx, s.Credential)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, maxSwitchTime)
	defer cancel()
	t, err := switches.Read(ctx, address, cred, switches.Limits{})
	d.auditSwitch(ctx, address, t, err)
	return t, err
}

func (d *discovery) auditSwitch(ctx context.Context, address netip.AddrPort, t *switches.Tables, failure error) {
	e := heron.AuditEntry{
		Time: wallClock(), Actor: "system", Action: "switch.read", Object: address.Addr().String(), Outcome: "ok",
		Detail: heron.Attributes{
			"requests": strconv.Itoa(t.Requests), "bytes_sent": strconv.Itoa(t.Bytes), "stations": strconv.Itoa(len(t.Stations)),
			"neighbours": strconv.Itoa(len(t.Neighbours)), "hosts": strconv.Itoa(len(t.Hosts)),
		},
	}
	if failure != nil {
		e.Outcome, e.Detail["error"] = "failed", heron.ErrorMessage(failure)
	}
	if err := d.store.AppendAudit(context.WithoutCancel(ctx), &e); err != nil {
		d.log.Error("audit of a switch", "switch", address, "error", err)
	}
}
