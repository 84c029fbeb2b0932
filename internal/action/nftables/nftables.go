// Package nftables is the executor that quarantines devices at a Linux gateway
// or bridge: it drops what they send and what is sent to them.
//
// It keeps two tables of its own, "inet heron_quarantine" for what this machine
// routes or receives and "bridge heron_quarantine" for what it bridges, and
// touches nothing else. A device is held by its MAC addresses and by its IPv4
// and IPv6 addresses, for one alone is walked around: link-local IPv6 stays open
// behind an IPv4 rule, and a routed device shows no MAC. The kernel ends each
// hold by itself when its time is over, whether Heron still runs or not.
package nftables

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
)

// Config says where and within which bounds to quarantine.
type Config struct {
	// Management are the addresses that must never be cut off from a device or
	// quarantined themselves: the path to release.
	Management []netip.Prefix
	// NetNS is a file descriptor of the network namespace to act in; 0 is our own.
	NetNS int
}

// Executor returns the executor.
func Executor(c Config) action.Executor {
	x := &executor{Config: c}
	return action.Executor{
		Name:       "nftables",
		Doc:        "Quarantines a device at this machine: drops what it sends and what is sent to it, by MAC, IPv4 and IPv6.",
		Operations: []heron.Operation{heron.OpQuarantine, heron.OpRelease},
		Safety:     action.Network,
		Available:  x.available,
		Plan:       x.plan,
		Backup:     x.backup,
		Do:         x.do,
		Verify:     x.verify,
		Undo:       x.undo,
	}
}

type executor struct{ Config }

// available asks the kernel for its tables, which is refused without the right
// to change them.
func (x *executor) available(context.Context) error {
	_, err := x.tables()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return heron.Errorf(heron.CodeUnsupported,
			"quarantine needs the right to change nftables: run heron as root, or give it CAP_NET_ADMIN (setcap cap_net_admin+ep)")
	}
	return heron.Errorf(heron.CodeUnsupported, "quarantine needs nftables in the kernel (modprobe nf_tables): %s", err)
}

// hold is what is held of a device, and what Undo needs: it is the backup.
type hold struct {
	MACs []heron.MAC  `json:"macs"`
	IPs  []netip.Addr `json:"ips"`
	// Kept were held before, by somebody else: they stay when this hold ends.
	Kept []string `json:"kept,omitempty"`
}

// holdOf collects the addresses of a device.
func holdOf(d *heron.Device) hold {
	var h hold
	for _, m := range d.MACs {
		if m.IsUnicast() && !slices.Contains(h.MACs, m) {
			h.MACs = append(h.MACs, m)
		}
	}
	for _, ip := range d.IPs {
		ip = ip.Unmap().WithZone("")
		if ip.IsValid() && !ip.IsUnspecified() && !ip.IsMulticast() && !ip.IsLoopback() && !slices.Contains(h.IPs, ip) {
			h.IPs = append(h.IPs, ip)
		}
	}
	return h
}

// saved returns the hold that Backup found, so that all steps of one action
// speak of the same addresses, even when the device's change meanwhile.
func saved(t *action.Target, backup string) (hold, error) {
	if backup == "" {
		return holdOf(&t.Device), nil
	}
	var h hold
	if err := json.Unmarshal([]byte(backup), &h); err != nil {
		return h, fmt.Errorf("read backup of action %s: %w", t.Action.ID, err)
	}
	return h, nil
}

func (x *executor) plan(_ context.Context, t action.Target) (heron.ActionPlan, error) {
	h := holdOf(&t.Device)
	if err := x.check(&t.Device, h); err != nil {
		return heron.ActionPlan{}, err
	}
	m, err := x.machine()
	if err != nil {
		return heron.ActionPlan{}, err
	}
	if err := m.spare(h); err != nil {
		return heron.ActionPlan{}, err
	}
	hold := t.Action.Params[action.ParamDuration]
	if hold == "" {
		hold = action.DefaultDuration.String()
	}
	p := heron.ActionPlan{
		Affects: []string{t.Device.Title()},
		WayBack: "release removes the elements; the kernel does so by itself after " + hold,
		Limits:  x.limits(m, h),
	}
	for _, family := range families {
		for _, e := range h.elements() {
			p.Changes = append(p.Changes, fmt.Sprintf("add element %s %s %s { %s timeout %s }", family.name, tableName, e.set, e.text, hold))
		}
	}
	return p, nil
}

// check refuses what has no address and what is the path to release.
func (x *executor) check(d *heron.Device, h hold) error {
	if len(h.MACs)+len(h.IPs) == 0 {
		return heron.Errorf(heron.CodeUnsupported, "%s has no address to hold it by", d.Title())
	}
	for _, ip := range h.IPs {
		for _, p := range x.Management {
			if p.Contains(ip) {
				return heron.Errorf(heron.CodeInvalid, "%s is a management address (%s): cutting it off could leave nobody able to release", ip, p)
			}
		}
	}
	return nil
}

// limits is what this quarantine cannot stop.
func (x *executor) limits(m machine, h hold) []string {
	out := []string{
		"traffic between this device and others behind the same switch that does not pass this machine is not stopped",
		"flows offloaded to hardware bypass the rules until they end",
	}
	if !m.forwards && !m.bridges {
		out = append(out, "this machine neither routes (net.ipv4.ip_forward) nor bridges: only traffic to itself is stopped")
	}
	if len(h.MACs) == 0 {
		out = append(out, "its MAC address is not known: with another IP address it walks around the rules")
	}
	if len(h.IPs) == 0 {
		out = append(out, "its IP address is not known: behind a router it is not recognised")
	}
	if len(x.Management) > 0 {
		out = append(out, "traffic with the management addresses "+prefixes(x.Management)+" stays open")
	}
	return out
}

func prefixes(list []netip.Prefix) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	return strings.Join(out, ", ")
}

// backup remembers the addresses, and which of them are held already.
func (x *executor) backup(_ context.Context, t action.Target) (string, error) {
	h := holdOf(&t.Device)
	if err := x.check(&t.Device, h); err != nil {
		return "", err
	}
	held, err := x.held()
	if err != nil {
		return "", err
	}
	for _, e := range h.elements() {
		if _, ok := held[e.text]; ok {
			h.Kept = append(h.Kept, e.text)
		}
	}
	b, err := json.Marshal(h)
	return string(b), err
}

func (x *executor) do(_ context.Context, t action.Target) error {
	h, err := saved(&t, t.Action.Backup)
	if err != nil {
		return err
	}
	left := time.Until(t.Action.Expires.Std())
	if left < time.Second {
		return heron.Errorf(heron.CodeConflict, "the time of this quarantine is over")
	}
	return x.add(h, left, t.Action.ID)
}

// verify reads the elements back, and the counters.
func (x *executor) verify(_ context.Context, t action.Target) (string, error) {
	h, err := saved(&t, t.Action.Backup)
	if err != nil {
		return "", err
	}
	if err := x.checkRules(); err != nil {
		return "", err
	}
	held, err := x.held()
	if err != nil {
		return "", err
	}
	least := time.Duration(1<<63 - 1)
	for _, e := range h.elements() {
		found, ok := held[e.text]
		if !ok || found.tables < len(families) {
			return "", heron.Errorf(heron.CodeUnavailable, "%s is not in the kernel's set %s of every table", e.text, e.set)
		}
		least = min(least, found.expires)
	}
	packets, err := x.dropped()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the kernel holds %d addresses in 2 tables for %s more; %d packets dropped so far",
		len(h.elements()), least.Round(time.Second), packets), nil
}

// undo removes what this hold added. What is gone already is fine.
func (x *executor) undo(_ context.Context, t action.Target, backup string) error {
	h, err := saved(&t, backup)
	if err != nil {
		return err
	}
	return x.remove(h)
}
