package inventory

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Limits on what a strong identifier may join.
const (
	// maxShared is how many interfaces of one device we believe in. An
	// identifier on more of them was built into the firmware of a whole series.
	maxShared = 4
	// maxFollowed bounds the interfaces looked at for one identifier.
	maxFollowed = 64
)

// isStrong reports whether the values of a key name one device for as long as
// it lives.
func isStrong(key string) bool {
	switch key {
	case "ssh.hostkey", "ssh.host_key", "ssh.hostkey_sha256", "ssh.hostkey.sha256",
		"tls.cert.spki", "tls.cert.spki_sha256",
		"dhcp.duid", "dhcpv6.duid", "dhcp.client_id", "snmp.engine_id", "snmp.engineid",
		"upnp.udn", "ssdp.usn", "ssdp.uuid", "ipp.uuid", "wsd.uuid", "wsd.address", "onvif.uuid":
		return true
	}
	return isSerial(key) || isInstance(key)
}

// isSerial reports whether a key holds serial numbers of devices: of these, a
// device has one, so that two different ones speak against a merge. That of a
// certificate says nothing of the device.
func isSerial(key string) bool {
	tail := key[strings.LastIndexByte(key, '.')+1:]
	switch tail {
	case "serial", "serial_number", "serialnumber", "sn":
		return !strings.HasPrefix(key, "tls.")
	}
	return false
}

// isInstance reports whether a key holds what multicast DNS names an instance
// by: the bridge of a home, an AirPlay receiver, a printer.
func isInstance(key string) bool {
	switch key {
	case "mdns.txt.deviceid", "mdns.txt.bridgeid", "mdns.txt.uuid", "mdns.uuid":
		return true
	}
	return false
}

// identifiers returns the strong identifiers in the facts of a node, sorted.
func identifiers(n *node) []string {
	if isVirtualRouter(n.mac) || !n.local || !n.present {
		return nil
	}
	if !n.shows.has(ofOne) && !n.mac.IsLocal() {
		return nil
	}
	var out []string
	speaker := !n.shows.has(ofInstance) || n.speaksForItself()
	for _, f := range n.facts {
		if !f.key.kind.has(ofOne) || (f.key.kind.has(ofInstance) && !speaker) {
			continue
		}
		if value := normalise(f.key.name, f.value); value != "" {
			out = append(out, f.key.name+"="+value)
		}
	}
	if n.mac.IsLocal() {
		if id := personal(n); id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// speaksForItself reports whether the multicast DNS that a node sent is its
// own: a reflector repeats that of other networks, a sleep proxy answers for
// those who sleep, and both show more than one instance.
func (n *node) speaksForItself() bool {
	if n.isMAC() && n.routes {
		return false
	}
	first := map[string]string{}
	for _, f := range n.facts {
		if !f.key.kind.has(ofInstance) {
			continue
		}
		if v, known := first[f.key.name]; known && v != f.value {
			return false
		}
		first[f.key.name] = f.value
	}
	return true
}

// normalise brings a strong identifier to one spelling, and returns "" for what
// makers put where they had nothing to say.
func normalise(key, value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if key == "dhcp.client_id" {
		// Only a DUID (RFC 4361 §6.1: 255, four octets of interface, DUID) names
		// the host; other forms hold the MAC.
		if !strings.HasPrefix(value, "ff") || len(value) < 18 {
			return ""
		}
		value = value[10:]
	}
	if rest, found := strings.CutPrefix(value, "uuid:"); found {
		value, _, _ = strings.Cut(rest, "::")
	} else if key == "ssdp.usn" {
		return "" // a name without a UUID is one of a kind of thing, not of a thing
	}
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ':' || r == ' ' || r == '.' {
			return -1
		}
		return r
	}, value)
	if len(plain) < 6 || isPlaceholder(plain) {
		return ""
	}
	return value
}

// isPlaceholder reports whether a value is one that stands in thousands of devices.
func isPlaceholder(s string) bool {
	switch s {
	case "123456", "1234567", "12345678", "123456789", "1234567890", "0123456789", "unknown", "default",
		"serialnumber", "notspecified", "tobefilledbyoem", "systemserialnumber", "0123456789abcdef":
		return true
	}
	return strings.Count(s, s[:1]) == len(s) // all zeros, all f
}

// personal makes an identifier of a host that invents its MACs: the name that
// it gives itself together with the way its DHCP client asks. Names that a
// maker gives to every unit do not count.
func personal(n *node) string {
	var name, params, class string
	for _, f := range n.facts {
		switch f.key.name {
		case "dhcp.hostname", heron.KeyHostname:
			if h := hostLabel(f.value); name == "" || h < name {
				name = h
			}
		case "dhcp.params":
			params = max(params, f.value)
		case "dhcp.vendor_class":
			class = max(class, f.value)
		}
	}
	if params == "" || isGenericName(name) {
		return ""
	}
	return personalPrefix + name + "|" + params + "|" + class
}

const personalPrefix = "host.name+dhcp.params="

// hostLabel is the first label of a host name, in lower case.
func hostLabel(name string) string {
	label, _, _ := strings.Cut(strings.ToLower(strings.TrimSuffix(name, ".")), ".")
	return label
}

// isGenericName reports whether a host name is given to every unit of a series.
func isGenericName(name string) bool {
	switch name {
	case "", "iphone", "ipad", "ipod", "watch", "android", "localhost", "phone", "galaxy", "pixel", "unknown",
		"espressif", "wlan0", "linux", "raspberrypi", "openwrt", "host", "desktop", "laptop", "windows":
		return true
	}
	return len(name) < 4
}

// takeTurns reports whether the addresses that the nodes of a list invented were
// never in use together: a host uses one at a time.
func takeTurns(list []*node) bool {
	for i, n := range list {
		for _, o := range list[:i] {
			if n.mac.IsLocal() && o.mac.IsLocal() && n.first <= o.last && o.first <= n.last {
				return false
			}
		}
	}
	return true
}

// hostLabels returns the first names in the facts of a node, which are in the
// order of endpoints, then of keys: the same for the same facts.
func (n *node) hostLabels() []string {
	var out []string
	for _, f := range n.facts {
		if f.key.kind.has(ofName) {
			if h := hostLabel(f.value); h != "" && !slices.Contains(out, h) && len(out) < maxShared {
				out = append(out, h)
			}
		}
	}
	return out
}

// contradict reports whether something speaks against a and b being one
// device: different serial numbers under the same key, or names that differ.
func contradict(a, b *node) bool {
	if x, y := a.hostLabels(), b.hostLabels(); len(x) > 0 && len(y) > 0 && !share(x, y) {
		return true
	}
	for _, x := range a.ids {
		key, _, _ := strings.Cut(x, "=")
		if !isSerial(key) || slices.Contains(b.ids, x) {
			continue
		}
		other := slices.ContainsFunc(b.ids, func(y string) bool { return strings.HasPrefix(y, key+"=") })
		if other && !sharePrefix(a.ids, b.ids, key+"=") {
			return true
		}
	}
	return false
}

// contradictions says of each of several nodes which of them it contradicts. Two
// that do not contradict each other, but not the same others either, have rows that
// differ, as have two that do.
func contradictions(list []*node) [][]bool {
	out := make([][]bool, len(list))
	for i := range out {
		out[i] = make([]bool, len(list))
		for j := range i {
			out[i][j] = contradict(list[i], list[j])
			out[j][i] = out[i][j]
		}
	}
	return out
}

// share reports whether two lists have a value in common.
func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// sharePrefix is share for the values that begin with prefix.
func sharePrefix(a, b []string, prefix string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return strings.HasPrefix(s, prefix) && slices.Contains(b, s) })
}
