package identify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/heron-iot/heron"
)

// maxDrafts is how many signatures are drafted from one device.
const maxDrafts = 3

// Draft returns the text of a signature file that would know a device again: one
// signature for each of the most telling facts that no other device shows, with
// the first octets of its address where it has one of its own, claiming what the
// device is said to be. It is for a person to make general.
func Draft(d *heron.Device, own []heron.Observation, others func(key, value string) bool) string {
	facts := telling(own, others)
	if len(facts) == 0 {
		return "# Nothing that was seen of this device tells it from others.\n[]\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# A draft from the device %s: make it say what holds for all devices of the kind,\n"+
		"# and try it with \"heron signatures test --signatures DIR\". docs/adding-a-signature.md has a worked example.\n", d.ID)
	drafts := make([]string, 0, len(facts))
	for _, o := range facts {
		drafts = append(drafts, draftOf(d, o))
	}
	slices.Sort(drafts) // by id
	b.WriteString(strings.Join(drafts, ""))
	return b.String()
}

// tellingKeys are where a device says what it is, the most telling first.
var tellingKeys = [][]string{modelKeys, makerKeys, textKeys, {"snmp.sysobjectid", "http.favicon_md5", "tls.ja4s", "dhcp.params"}, hostnameKeys}

// telling returns the facts that tell most of a device and that no other shows,
// one of each group.
func telling(own []heron.Observation, others func(key, value string) bool) []heron.Observation {
	var out []heron.Observation
	rank := func(o *heron.Observation) int {
		return slices.IndexFunc(tellingKeys, func(keys []string) bool { return slices.Contains(keys, o.Key) })
	}
	for _, o := range own {
		if rank(&o) >= 0 && len(o.Value) >= gram && len(o.Value) <= maxLiteral && !others(o.Key, o.Value) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(x, y heron.Observation) int {
		return cmp.Or(cmp.Compare(rank(&x), rank(&y)), strings.Compare(x.Key, y.Key), strings.Compare(x.Value, y.Value))
	})
	seen := make(map[string]bool)
	out = slices.DeleteFunc(out, func(o heron.Observation) bool {
		g := group(o.Key)
		had := seen[g]
		seen[g] = true
		return had
	})
	return out[:min(len(out), maxDrafts)]
}

// draftOf drafts one signature from a fact.
func draftOf(d *heron.Device, o heron.Observation) string {
	var b strings.Builder
	operator, value := "equals", o.Value
	if slices.Contains(hostnameKeys, o.Key) {
		operator, value = stem(o.Value)
	}
	fmt.Fprintf(&b, "- id: %s\n", draftID(d, o.Key))
	fmt.Fprintf(&b, "  match:\n    - {key: %s, %s: %s}\n", o.Key, operator, quoted(value))
	example := fmt.Sprintf("%s: %s", o.Key, quoted(o.Value))
	for _, m := range d.MACs {
		if !m.IsLocal() && m.IsUnicast() {
			fmt.Fprintf(&b, "    - {key: %s, prefix: %s}\n", KeyMACAddress, quoted(m.String()[:9]))
			example += fmt.Sprintf(", %s: %s", KeyMACAddress, quoted(m.String()))
			break
		}
	}
	b.WriteString("  yields:\n")
	for _, field := range heron.IdentityFields() {
		c := d.Identity.Claim(field)
		if c == nil {
			continue
		}
		said := c.Value
		if field == string(Vendor) {
			said = vendorName(said)
		}
		fmt.Fprintf(&b, "    %s: [%s, %d]\n", field, quoted(said), draftWeight(c))
	}
	if d.Identity == (heron.Identity{Type: d.Identity.Type}) && d.Identity.Claim(string(Type)) == nil {
		b.WriteString("    type: [iot_device, 3] # say what it is: heron device identify\n")
	}
	fmt.Fprintf(&b, "  examples:\n    - {%s}\n", example)
	return b.String()
}

// draftWeight is what a claim of a draft weighs: more where a person said so.
func draftWeight(c *heron.Claim) int {
	if c.By == heron.ByUser {
		return 5
	}
	return 3
}

// stem is what of a name may be that of the kind: as far as its first digit.
func stem(name string) (operator, value string) {
	at := strings.IndexFunc(name, unicode.IsDigit)
	if at < gram {
		return "equals", name
	}
	return "prefix", name[:at]
}

// draftID names a draft by what the device is and by the key that tells so.
func draftID(d *heron.Device, key string) string {
	family, subject := "own", "device"
	if c := d.Identity.Vendor; c != nil {
		family = c.Value
	}
	if c := cmp.Or(d.Identity.Model, d.Identity.Claim(string(Type))); c != nil {
		subject = c.Value
	}
	var parts []string
	for _, p := range []string{family, subject, key} {
		words := strings.FieldsFunc(strings.ToLower(p), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if len(words) > 0 {
			parts = append(parts, strings.Join(words, "-"))
		}
	}
	return strings.Join(parts, ".")
}

// quoted is a text as YAML has it between double quotes.
func quoted(s string) string { return strconv.QuoteToASCII(s) }
