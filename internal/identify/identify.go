// Package identify says what a device is from what was observed of it: vendor,
// model, type, operating system and firmware, each with a calibrated
// confidence, the reasons and the runner-up.
//
// It guarantees that the answer is a pure function of the set of observations,
// what people said of the device, and the signature pack: their order, number and times do not matter, and an
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
)

// Keys of observations that Identify makes itself, for signatures to match.
const (
	// KeyVendor is the vendor that was decided on, when one was. Signatures
	// that match it say what the vendor's devices mostly are.
	KeyVendor = "identity.vendor"
	// KeyModel is the model that was decided on, where a signature says of which
	// maker and type it is.
	KeyModel = "identity.model"
	// KeyMACVendor is the brand that the IEEE registry gives for an address of
	// the device, or the maker of its radio module.
	KeyMACVendor = "mac.vendor"
	// KeyMACOrganization is the company, often a division of one, that registered an
	// address of the device: of a maker of many kinds of things, it tells which.
	KeyMACOrganization = "mac.organization"
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
	files   []PackFile
}

// New returns an Identifier with the embedded pack.
func New() (*Identifier, error) {
	g, err := open(packed)
	if err != nil {
		return nil, err
	}
	return &Identifier{g, embeddedFiles(len(g.rules))}, nil
}

// newOf compiles a pack.
func newOf(p *Pack) (id *Identifier, err error) {
	if p.program, err = compile(p); err != nil {
		return nil, err
	}
	return NewWith(p)
}

// NewWith returns an Identifier with the given pack.
func NewWith(p *Pack) (*Identifier, error) {
	if p.program == nil {
		return nil, heron.Errorf(heron.CodeInvalid, "empty signature pack: make one with Load")
	}
	return &Identifier{p.program, p.files}, nil
}

// Packs tells what the knowledge was loaded from.
func (id *Identifier) Packs() []PackFile { return slices.Clone(id.files) }

// Digest names the knowledge: the same name, the same answers.
func (id *Identifier) Digest() string { return id.program.digest() }

// Identify says what the device is that the observations are of. The MAC
// addresses in their subjects must be the device's own: for a device behind a
// router they are empty.
func (id *Identifier) Identify(obs []heron.Observation) heron.Identification {
	return id.Weigh(obs, nil, nil)
}

// Correct is Identify for a device that people said something of, as far as that
// stands (see heron.InForce).
func (id *Identifier) Correct(obs []heron.Observation, said []heron.Correction) heron.Identification {
	return id.Weigh(obs, said, nil)
}

// Weigh is Correct with more evidence than signatures give: each piece is a vote
// for the claim that it supports, of a witness of its own.
func (id *Identifier) Weigh(obs []heron.Observation, said []heron.Correction, more []heron.Evidence) heron.Identification {
	g := id.program
	r, _ := g.rooms.Get().(*room)
	if r == nil {
		r = new(room)
	}
	r.hear(more)
	d := g.weighAll(r, obs, said)
	out := r.answer(&d)
	if r.empty() {
		g.rooms.Put(r)
	}
	return out
}

// decisions are the contests for all attributes.
type decisions struct{ vendor, kind, model, os, firmware decision }

// weighAll holds all contests, the vendor's first: what it is becomes evidence.
func (g *program) weighAll(r *room, obs []heron.Observation, said []heron.Correction) decisions {
	g.factsOf(r, obs)
	g.search(r, joint)
	g.macVotes(r)
	r.ownVotes()
	r.hearPeople(said)
	g.votes(r, false)
	r.hearsay()
	r.sold()
	r.brands()
	d := decisions{vendor: r.answerTo(Vendor)}
	known := d.vendor.claim()
	if known != nil {
		g.vendorVotes(r, known, d.vendor[0].confidence)
		r.hostKinds(known.Value)
		r.contactKinds(known.Value)
		r.others(known.Value)
	}
	d.model = r.answerTo(Model)
	if g.modelVotes(r, d.model) {
		d.vendor = r.decide(Vendor)
		if c := d.vendor.claim(); c != nil && known == nil {
			g.vendorVotes(r, c, d.vendor[0].confidence)
		}
		d.model = r.decide(Model) // its votes are where more may have come between
	}
	g.whisper(r)
	g.things(r)
	r.humble()
	r.once()
	d.kind, d.os, d.firmware = r.answerTo(Type), r.answerTo(OS), r.answerTo(Firmware)
	r.reconcile(&d)
	return d
}

// answerTo decides on an attribute; where nobody is sure, with what rules say that
// speak last, and what facts name by the way.
func (r *room) answerTo(a Attribute) decision {
	d := r.decide(a)
	if d.claim() == nil && r.spareVotes(a) {
		d = r.decide(a)
	}
	return d
}

// Reads reports whether an observation of that key and value can make a
// difference to what Identify says. Most cannot: no signature knows them.
func (id *Identifier) Reads(key, value string) bool {
	return key == KeyOUI || id.program.read(key, value) != nil
}

// votes adds what the rules of several conditions say that fire: those that
// build on the vendor, or those that do not.
func (g *program) votes(r *room, late bool) {
	last := int32(-1)
	for i := range r.found {
		c := r.found[i].condition
		rule := g.ruleOf(c)
		if c != last && rule.match == c && rule.late == late && rule.fires(r.found) {
			to := &r.votes
			if rule.last {
				to = &r.spare
			}
			had := len(*to)
			if *to = g.say(*to, rule, r.facts, r.found); rule.usual() {
				g.temper((*to)[had:])
			}
		}
		last = c
	}
}

// vendorVotes adds what the vendor says of the other attributes, as far as we
// are sure of the vendor.
func (g *program) vendorVotes(r *room, c *heron.Claim, share float64) {
	vendor := g.vendorFact(c)
	r.facts = append(r.facts, vendor)
	r.found = r.found.with(vendor.joint, len(r.facts)-1)
	r.found.file()
	early := len(r.votes)
	g.votes(r, true)
	for i := early; i < len(r.votes); i++ {
		r.votes[i].weight *= share
	}
}

// factsOf finds the distinct facts of the observations that say something, and
// those that follow from the addresses, in an order that does not depend on
// that of obs; and the addresses.
func (g *program) factsOf(r *room, obs []heron.Observation) {
	for i := range obs {
		o := &obs[i]
		r.address(o.MAC)
		if o.Key == KeyOUI {
			if m, ok := prefixMAC(o.Value); ok {
				r.address(m)
			}
		}
		r.facts = g.addFact(r.facts, o.Key, o.Value, o.Source)
	}
	for _, m := range r.macs {
		r.facts = append(r.facts, g.voice(m).facts...)
	}
	slices.SortFunc(r.facts, compareFacts)
	r.facts = slices.CompactFunc(r.facts, func(a, b fact) bool { return a.key == b.key && a.value == b.value })
}

func compareFacts(a, b fact) int {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c
	}
	if c := strings.Compare(a.value, b.value); c != 0 {
		return c
	}
	return strings.Compare(a.source, b.source)
}

// addFact adds a fact if it says something.
func (g *program) addFact(facts []fact, key, value, source string) []fact {
	if r := g.read(key, value); r != nil {
		facts = append(facts, fact{r, source})
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
