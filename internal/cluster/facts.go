package cluster

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// Fact is something of a device that others may have as well.
type Fact struct{ Key, Value string }

// Keys of facts that are no observation's.
const (
	keyVendor  = "mac.vendor"
	keyDomain  = "contact.domain"
	keyUsed    = "profile.used"
	keyOffered = "profile.offered"
	keySize    = "profile.size"
	keyGap     = "profile.gap"
	keyRate    = "profile.rate"
)

// passing are first parts of keys, and keys, that say where a device is and not
// what it is.
var passing = []string{"arp", "dhcp.address", "dhcp.message", "dhcp.requested", "dhcp.server", "eapol", "icmp", "igmp", "link", "mac", "mld", "ndp"}

// exact are first parts of keys, and keys, whose values are no device's own,
// and whose digits matter.
var exact = []string{
	"client", "dhcp.options", "dhcp.params", "dhcp.vendor_class", "flow", "http.favicon_md5", "http.favicon_mmh3", "http.server", "ip", "mdns.service",
	"quic", "service", "snmp.sysobjectid", "ssdp.server", "ssh", "tcp", "tls.alpn", "tls.ja3", "tls.ja4", "tls.version",
}

// Facts returns the facts of a device, sorted, each once: what was observed of it,
// with what is its own blotted out, who made its network interface, the domains
// that it talks to, and how much and in what way it talks. b may be nil.
func Facts(d *heron.Device, obs []heron.Observation, b *heron.Baseline) []Fact {
	var out []Fact
	for _, m := range d.MACs {
		if a, ok := oui.Lookup(m); ok {
			out = append(out, Fact{keyVendor, a.Organization})
		}
	}
	for i := range obs {
		if f, ok := factOf(obs[i].Key, obs[i].Value); ok {
			out = append(out, f)
		}
	}
	if b != nil {
		out = append(out, habits(b)...)
	}
	slices.SortFunc(out, compareFacts)
	return slices.Compact(out)
}

func compareFacts(a, b Fact) int {
	return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Value, b.Value))
}

// in reports whether a sorted list has a key or its first part.
func in(list []string, key string) bool {
	head, _, _ := strings.Cut(key, ".")
	_, byKey := slices.BinarySearch(list, key)
	_, byHead := slices.BinarySearch(list, head)
	return byKey || byHead
}

// factOf makes a fact of an observation; it is not ok when others cannot share it.
func factOf(key, value string) (Fact, bool) {
	switch {
	case in(passing, key) || isAddress(value):
		return Fact{}, false
	case key == heron.KeyContact:
		domain := registrable(value)
		return Fact{keyDomain, domain}, domain != ""
	case in(exact, key):
		return Fact{key, value}, true
	}
	value = blot(value)
	return Fact{key, value}, strings.Trim(value, "#.:-_ ") != ""
}

func isAddress(s string) bool {
	if strings.TrimLeft(s, "0123456789abcdefABCDEF.:-") != "" && !strings.Contains(s, "%") { // most are words
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := heron.ParseMAC(s)
	return err == nil
}

// blot puts # for what differs from device to device: runs of hexadecimal digits
// of which one is a figure. Case does not matter.
func blot(s string) string {
	var out strings.Builder
	s = strings.ToLower(s)
	for len(s) > 0 {
		n, figures := 0, false
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] >= 'a' && s[n] <= 'f') {
			figures = figures || s[n] <= '9'
			n++
		}
		switch {
		case figures:
			out.WriteByte('#')
		case n > 0:
			out.WriteString(s[:n])
		default:
			n = 1
			out.WriteByte(s[0])
		}
		s = s[n:]
	}
	return out.String()
}

// generic are second-level labels below which, in a country's domain, names are
// registered.
var generic = []string{"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"}

// registrable is the part of a name that somebody registered, "" for a name of no
// public domain.
func registrable(name string) string {
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(name, ".")), ".")
	n := len(labels)
	if n < 2 || slices.Contains([]string{"arpa", "home", "internal", "lan", "local"}, labels[n-1]) {
		return ""
	}
	keep := 2
	if n > 2 && len(labels[n-1]) == 2 && slices.Contains(generic, labels[n-2]) {
		keep = 3
	}
	return strings.Join(labels[n-keep:], ".")
}

// enough is how many packets say how a device talks.
const enough = 20

// habits are facts of how a device talks, by orders of magnitude.
func habits(b *heron.Baseline) []Fact {
	t := &b.Traffic
	var out []Fact
	for _, u := range t.Used {
		out = append(out, Fact{keyUsed, service(&u)})
	}
	for _, u := range t.Offered {
		out = append(out, Fact{keyOffered, service(&u)})
	}
	if t.PacketsOut < enough {
		return out
	}
	if hours := b.Until.Sub(b.Since).Hours(); hours > 0 {
		rate := math.Floor(math.Log10(math.Max(1, float64(t.BytesOut)/hours)))
		out = append(out, Fact{keyRate, fmt.Sprintf("10^%.0f bytes an hour", rate)})
	}
	return append(out, Fact{keySize, sizes[most(t.SizesOut[:])]}, Fact{keyGap, gaps[most(t.GapsOut[:])]})
}

// What the classes of heron.Flow hold, in words.
var (
	sizes = [heron.FlowBuckets]string{
		"below 64 bytes", "64 to 127 bytes", "128 to 255 bytes", "256 to 511 bytes", "512 to 1,023 bytes", "1 to 2 KiB", "2 to 4 KiB", "4 KiB and more",
	}
	gaps = [heron.FlowBuckets]string{
		"below 0.13 ms", "0.13 to 1 ms", "1 to 8 ms", "8 to 66 ms", "66 ms to 0.5 s", "0.5 to 4 s", "4 to 34 s", "34 s and more",
	}
)

func service(u *heron.ServiceUse) string {
	s := fmt.Sprintf("%s/%d", u.Transport, u.Port)
	if u.Protocol != "" {
		s += "/" + u.Protocol
	}
	return s
}

// most is the place of the greatest number.
func most(list []uint32) int { return slices.Index(list, slices.Max(list)) }
