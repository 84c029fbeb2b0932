package app

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
	"github.com/heron-iot/heron/internal/probe"
)

// exclusions are who is never touched by a scan.
type exclusions struct {
	networks []netip.Prefix
	macs     []heron.MAC
	makers   []string // words in the name of the maker of the network card, in lower case
	types    []string
	// device is what is known to have an address; nil knows nothing.
	device func(netip.Addr) *heron.Device
}

// parseExclusions reads addresses and networks ("192.0.2.7", "192.0.2.0/24"),
// hardware addresses ("00:80:f4:01:02:03"), makers ("maker:siemens") and types of
// device ("type:infusion_pump").
func parseExclusions(list []string) (*exclusions, error) {
	x := &exclusions{}
	for _, e := range list {
		if err := x.add(strings.TrimSpace(e)); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func (x *exclusions) add(e string) error {
	kind, name, named := strings.Cut(e, ":")
	switch {
	case named && kind == "maker" && name != "":
		x.makers = append(x.makers, strings.ToLower(name))
		return nil
	case named && kind == "type":
		if _, known := heron.TypeOf(name); !known {
			return heron.Errorf(heron.CodeInvalid, "exclude %q: %s", e, heron.ErrorMessage(heron.NoType(name)))
		}
		x.types = append(x.types, name)
		return nil
	}
	if p, err := netip.ParsePrefix(e); err == nil {
		x.networks = append(x.networks, p.Masked())
		return nil
	}
	if a, err := netip.ParseAddr(e); err == nil {
		x.networks = append(x.networks, netip.PrefixFrom(a.WithZone(""), a.BitLen()))
		return nil
	}
	m, err := heron.ParseMAC(e)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid,
			"exclude %q: want an address, a network, a hardware address, maker:NAME or type:NAME", e)
	}
	x.macs = append(x.macs, m)
	return nil
}

// has tells whether a host is excluded, by what is known of it.
func (x *exclusions) has(h probe.Host) bool {
	addr := h.Addr.WithZone("")
	if slices.ContainsFunc(x.networks, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return true
	}
	if h.MAC != (heron.MAC{}) && x.hasMAC(h.MAC) {
		return true
	}
	if x.device == nil {
		return false
	}
	d := x.device(h.Addr)
	return d != nil && x.hasDevice(d)
}

// hasDevice tells whether a device is excluded by what it is, or by its network cards.
func (x *exclusions) hasDevice(d *heron.Device) bool {
	return slices.Contains(x.types, d.Identity.Type.Value) || slices.ContainsFunc(d.MACs, x.hasMAC)
}

func (x *exclusions) hasMAC(m heron.MAC) bool {
	if slices.Contains(x.macs, m) {
		return true
	}
	a, known := oui.Lookup(m)
	name := strings.ToLower(a.Organization + " " + a.Vendor)
	return known && slices.ContainsFunc(x.makers, func(w string) bool { return strings.Contains(name, w) })
}
