// Package identify says what a device is from what was observed of it: vendor,
// model, type, operating system and firmware, each with a calibrated
// confidence, the reasons and the runner-up.
//
// It guarantees that the answer is a pure function of the set of observations
// and the signature pack: their order, number and times do not matter, and an
// observation that no signature knows changes nothing. It would rather say
// nothing than something wrong: an attribute whose best candidate is less
// likely than not is left out, and the type is then heron.Unknown.
//
// Knowledge lives in signatures/*.yaml, one file a family of devices; every
// signature carries its own examples, which Test runs. How evidence is weighed
// is told in docs/identification.md.
package identify

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// Keys of observations that Identify makes itself, for signatures to match.
const (
	// KeyVendor is the vendor that was decided on, when one was. Signatures
	// that match it say what the vendor's devices mostly are.
	KeyVendor = "identity.vendor"
	// KeyMACVendor is the brand that the IEEE registry gives for an address of
	// the device, or the maker of its radio module.
	KeyMACVendor = "mac.vendor"
	// KeyMACAddress is each address of the device.
	KeyMACAddress = "mac.address"
	// KeyOUI may be among the observations: an address, or its first three octets.
	KeyOUI = "mac.oui"
)

//go:embed signatures/*.yaml
var embedded embed.FS

// Embedded returns the pack that is part of the program.
func Embedded() (*Pack, error) {
	dir, err := fs.Sub(embedded, "signatures")
	if err != nil {
		return nil, err
	}
	return Load(dir)
}

// Identifier identifies devices with one pack. It is safe for concurrent use.
type Identifier struct {
	program *program
}

// New returns an Identifier with the embedded pack.
func New() (*Identifier, error) {
	p, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	return NewWith(p)
}

// NewWith returns an Identifier with the given pack.
func NewWith(p *Pack) (*Identifier, error) {
	if p.program == nil {
		return nil, heron.Errorf(heron.CodeInvalid, "empty signature pack: make one with Load")
	}
	return &Identifier{p.program}, nil
}

// Identify says what the device is that the observations are of. The MAC
// addresses in their subjects must be the device's own: for a device behind a
// router they are empty.
func (id *Identifier) Identify(obs []heron.Observation) heron.Identification {
	facts := factsOf(obs)
	found := id.program.search(facts)
	votes := slices.Concat(macVotes(facts), nameVotes(facts))
	for _, r := range id.program.led(found) {
		if !r.late && r.fires(found) {
			votes = append(votes, r.votes(facts, found)...)
		}
	}
	decided := decide(Vendor, votes)
	if v := decided.claim(); v != nil {
		votes = append(votes, id.vendorVotes(v, facts, found)...)
	}
	return answer(decided, votes)
}

// Reads reports whether an observation of that key and value can make a
// difference to what Identify says. Most cannot: no signature knows them.
func (id *Identifier) Reads(key, value string) bool {
	if key == KeyOUI {
		return true
	}
	if slices.Contains(bannerKeys, key) {
		if _, named := oui.Named(value); named {
			return true
		}
	}
	if len(id.program.keys[key]) == 0 {
		return false
	}
	var found hits
	id.program.find(&fact{key: key, value: value, lower: strings.ToLower(value)}, 0, &found)
	return len(found) > 0
}

// vendorVotes returns what the vendor says of the other attributes, as far as
// we are sure of the vendor.
func (id *Identifier) vendorVotes(v *heron.Claim, facts []fact, found hits) []vote {
	facts = append(facts, fact{key: KeyVendor, value: v.Value, lower: strings.ToLower(v.Value), source: "identify"})
	id.program.find(&facts[len(facts)-1], len(facts)-1, &found)
	found.order()
	var out []vote
	for _, r := range id.program.led(found) {
		if r.late && r.fires(found) {
			out = append(out, r.votes(facts, found)...)
		}
	}
	for i := range out {
		out[i].weight *= v.Confidence
	}
	return out
}

// factsOf returns the distinct facts of the observations, and those that follow
// from the addresses, in an order that does not depend on that of obs.
func factsOf(obs []heron.Observation) []fact {
	facts := make([]fact, 0, len(obs)+4)
	macs := make(map[heron.MAC]bool)
	for i := range obs {
		o := &obs[i]
		facts = append(facts, fact{key: o.Key, value: o.Value, source: o.Source})
		if o.MAC.IsUnicast() {
			macs[o.MAC] = true
		}
		if o.Key == KeyOUI {
			if m, ok := prefixMAC(o.Value); ok {
				macs[m] = true
			}
		}
	}
	for m := range macs {
		facts = append(facts, fact{key: KeyMACAddress, value: m.String(), source: "mac"})
		if a, ok := oui.Lookup(m); ok {
			facts = append(facts, fact{key: KeyMACVendor, value: a.Vendor, source: "oui"})
		}
	}
	slices.SortFunc(facts, func(a, b fact) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		if c := strings.Compare(a.value, b.value); c != 0 {
			return c
		}
		return strings.Compare(a.source, b.source)
	})
	facts = slices.CompactFunc(facts, func(a, b fact) bool { return a.key == b.key && a.value == b.value })
	for i := range facts {
		facts[i].lower = strings.ToLower(facts[i].value)
	}
	return facts
}

// prefixMAC reads an address, or its first three octets.
func prefixMAC(s string) (heron.MAC, bool) {
	if len(s) == len("00:11:22") {
		s += ":00:00:00"
	}
	m, err := heron.ParseMAC(s)
	return m, err == nil
}

// What a registered address says of the vendor: much when the registrant sells
// devices, next to nothing when it sells modules to those who do.
const (
	makerWeight  = 4.6
	otherWeight  = 2.8 // a registrant that the table of vendors does not know
	moduleWeight = 0.5
	// namedWeight is for a vendor that a banner or title names somewhere.
	namedWeight = 3.2
)

// macVotes returns what the addresses say of the vendor.
func macVotes(facts []fact) []vote {
	var out []vote
	for i := range facts {
		if facts[i].key != KeyMACAddress {
			continue
		}
		m, _ := heron.ParseMAC(facts[i].value)
		a, ok := oui.Lookup(m)
		if !ok {
			continue
		}
		weight := otherWeight
		switch {
		case a.Module, madeUp(m):
			weight = moduleWeight
		case a.Known:
			weight = makerWeight
		}
		shown := &fact{key: KeyOUI, value: m.String()[:8] + " " + a.Organization, source: "oui"}
		out = append(out, vote{Vendor, a.Vendor, weight, "mac", "", shown})
	}
	return out
}

// nameVotes returns what greetings and descriptions say of the vendor by naming one.
func nameVotes(facts []fact) []vote {
	var out []vote
	for i := range facts {
		f := &facts[i]
		if !slices.Contains(bannerKeys, f.key) {
			continue
		}
		if v, ok := oui.Named(f.value); ok {
			out = append(out, vote{Vendor, v.Name, namedWeight, group(f.key), "", f})
		}
	}
	return out
}

// madeUp reports whether m begins like the addresses that people invent for
// simulators, test benches and anonymised captures, registered though they are.
func madeUp(m heron.MAC) bool {
	switch [3]byte(m[:3]) {
	case [3]byte{0, 0, 0}, [3]byte{0, 1, 2}, [3]byte{0, 0x11, 0x22}, [3]byte{0, 0x1a, 0x2b}, [3]byte{0, 0xaa, 0xbb}:
		return true
	}
	return false
}
