package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// none sorts after every name: what is not known comes last.
const none = "~"

// deviceRow is what the device table holds of a device, to search and sort by.
type deviceRow struct {
	name, vendor, vendorKey, model, os, firmware, firmwareKey  string
	kind, category, ip, zone, sensors, hosts, services, search string
	criticality, purdue, zoneKind                              string
}

func rowOf(d *heron.Device) deviceRow {
	kind := d.Identity.Type.Value
	if kind == "" {
		kind = heron.Unknown
	}
	r := deviceRow{
		name: lower(d.Title()), kind: clean(kind), category: heron.CategoryOther, ip: ipKey(d.IPs),
		vendor: claim(d.Identity.Vendor), vendorKey: none, zone: clean(d.Zone),
		model: lower(claim(d.Identity.Model)), os: lower(claim(d.Identity.OS)),
		firmware: lower(claim(d.Identity.Firmware)), sensors: tokens(d.Sensors), services: serviceTokens(d.Services),
		criticality: clean(d.Standing.Criticality.Value), purdue: clean(d.Standing.Purdue.Value), zoneKind: clean(d.Standing.ZoneKind.Value),
	}
	if t, ok := heron.TypeOf(kind); ok {
		r.category = t.Category
	}
	if r.vendor != "" {
		r.vendorKey = lower(r.vendor)
	}
	r.firmwareKey = versionKey(r.firmware)
	hosts := make([]string, len(d.Hostnames))
	for i, h := range d.Hostnames {
		hosts[i] = lower(h)
	}
	r.hosts = tokens(hosts)
	r.search = searchText(d, &r)
	return r
}

func claim(c *heron.Claim) string {
	if c == nil {
		return ""
	}
	return clean(c.Value)
}

func lower(s string) string { return strings.ToLower(clean(s)) }

// searchText is all that a search without a field looks at, as tokens in lower
// case; MACs and addresses carry a mark, so that a field can find its own.
func searchText(d *heron.Device, r *deviceRow) string {
	list := []string{
		r.name, lower(d.Name), r.vendorKey, r.model, r.kind, lower(heron.TypeTitle(r.kind)),
		r.os, r.firmware,
	}
	for _, m := range d.MACs {
		list = append(list, "m="+m.String())
	}
	for _, a := range d.IPs {
		list = append(list, "i="+a.String())
	}
	return tokens(list) + r.hosts
}

// tokens joins words as "|a|b|", "" for none, so that a whole one can be found.
func tokens(words []string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" || w == none {
			continue
		}
		if b.Len() == 0 {
			b.WriteByte('|')
		}
		b.WriteString(strings.ReplaceAll(clean(w), "|", " "))
		b.WriteByte('|')
	}
	return b.String()
}

// serviceTokens gives each service as "|tcp/80/http/product version|".
func serviceTokens(services []heron.Service) string {
	words := make([]string, 0, len(services))
	for i := range services {
		s := &services[i]
		product := strings.ReplaceAll(strings.TrimSpace(s.Product+" "+s.Version), "/", " ")
		words = append(words, lower(fmt.Sprintf("%s/%d/%s/%s", s.Transport, s.Port, s.Protocol, product)))
	}
	return tokens(words)
}

// ipKey sorts as addresses do: IPv4 before IPv6, by number.
func ipKey(ips []netip.Addr) string {
	if len(ips) == 0 {
		return none
	}
	return addrKey(ips[0])
}

func addrKey(a netip.Addr) string {
	a = a.Unmap()
	family := "4"
	if !a.Is4() {
		family = "6"
	}
	return family + hex.EncodeToString(a.AsSlice())
}

// versionKey writes a version so that text compares as the version does:
// numbers by value (5.9 before 5.10), and "V1.2" like "1.2". "" for none.
func versionKey(v string) string {
	var b strings.Builder
	rest := strings.ToLower(strings.TrimSpace(v))
	if len(rest) > 1 && rest[0] == 'v' && isDigit(rest[1]) {
		rest = rest[1:]
	}
	for rest != "" {
		n := 0
		digit := isDigit(rest[0])
		for n < len(rest) && isDigit(rest[n]) == digit {
			n++
		}
		part := rest[:n]
		rest = rest[n:]
		if !digit {
			b.WriteString(separators.Replace(part))
			continue
		}
		part = strings.TrimLeft(part, "0")
		b.WriteString(fmt.Sprintf("%02d", min(len(part), 99)) + part)
	}
	return b.String()
}

var separators = strings.NewReplacer("-", ".", "_", ".", " ", ".")

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// revision names what a device is, without the times that move with all
// traffic: while it stays the same, the device's version does.
func revision(d *heron.Device) (string, error) {
	c := ownPart(d)
	c.Last = 0
	c.Services = slices.Clone(c.Services)
	for i := range c.Services {
		c.Services[i].Last = 0
	}
	c.Interfaces = slices.Clone(c.Interfaces)
	for i := range c.Interfaces {
		c.Interfaces[i].Last = 0
	}
	c.Presence.Silence, c.Presence.Rhythm = 0, ""
	text, err := toJSON(c)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:12]), nil
}

// ownPart is the device without what the store adds when it is read.
func ownPart(d *heron.Device) heron.Device {
	c := *d
	c.Risk, c.OpenAlerts, c.Quarantined, c.Version = nil, 0, false, 0
	return c
}

// riskLevel is the level column: unknown until assessed.
func riskLevel(r *heron.RiskSummary) string {
	if r == nil {
		return string(heron.RiskUnknown)
	}
	return string(r.Level)
}

func portText(port uint16) string { return strconv.Itoa(int(port)) }
