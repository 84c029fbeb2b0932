// Package inventory derives devices from observations.
//
// It keeps every distinct observation of an endpoint (a MAC with an IP, or one
// of them alone) and works out from all of them who is who: which addresses
// are a host's own, which only passed through a router, which interfaces are
// one device. Nothing is decided for ever: devices are a function of the
// observations and of the ledger, so a late observation, a new rule or a
// person's word makes them anew. docs/identity-resolution.md says how.
//
// An Inventory does no input or output: what changed comes back as a Delta
// for the caller to store, and Load takes it back. The same observations give
// the same devices however they are cut into batches. It is used from one
// goroutine; memory is bounded for each device and for the whole.
package inventory

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// Options say what an Inventory is for. The zero value works.
type Options struct {
	SiteID string
	// Identify says what a device is. It is called once an Apply for each
	// device whose evidence changed, with observations that are its to read, not
	// to keep; nil leaves every device unknown. The MACs in the subjects are the
	// device's own: empty where a router's stood. The corrections are those that
	// people made and that stand.
	Identify func([]heron.Observation, []heron.Correction) heron.Identification
	// Reads reports whether an observation of that key and value can make a
	// difference to Identify, which is not asked for the sake of others. nil
	// means that all can.
	Reads func(key, value string) bool
	// Local are the networks that we watch. None means the private ranges.
	// What ARP or DHCP shows to be on the link is local in any case.
	Local []netip.Prefix
	Zones []heron.Zone
	// Quiet is for who asks for devices rather than storing them: deltas tell of
	// Changes and Ledger alone.
	Quiet bool
	// Presence asks for who is there and who is not: see Watch.
	Presence bool
	// MaxEndpoints bounds memory: the pairs of MAC and address that are remembered,
	// of which a device has two or three. 0 means DefaultMaxEndpoints.
	MaxEndpoints int
}

// Delta is what one call changed, for the caller to store.
type Delta struct {
	Devices      []heron.Device
	Changes      []heron.DeviceChange
	Observations []heron.DeviceObservation
	Ledger       []heron.LedgerEntry
}

// Then returns both of two deltas that followed one another.
func (d Delta) Then(next Delta) Delta {
	return Delta{
		Devices: append(d.Devices, next.Devices...), Changes: append(d.Changes, next.Changes...),
		Observations: append(d.Observations, next.Observations...), Ledger: append(d.Ledger, next.Ledger...),
	}
}

// Inventory holds the devices of one site.
type Inventory struct {
	options        Options
	now            heron.Time
	since          heron.Time
	dropped        uint64
	unplaced       uint64 // for want of room, some of them not dropped
	local          []netip.Prefix
	macs           map[heron.MAC]*node
	ips            map[netip.Addr]*node
	asked          *[addressSlots]addressSlot
	ends           endTable
	found          []*endpoint // room for those of a batch
	read           heron.Time  // keeps lookUp from being optimised away
	remotes        int         // endpoints of remote hosts without a MAC
	segments       map[netip.Prefix]*segment
	byID           map[string][]*node // nodes that show a strong identifier
	chains         map[*node]*chain   // of nodes that share one
	records        map[string]*record // devices by id
	loaded         map[string]heron.Device
	ledger         *ledger
	actor          string // who is behind the call in progress; "" is us
	dirty          dirt
	flushes        uint32              // from 1
	turns          uint32              // taken since the last flush
	unsettled      bool                // Load or LoadLedger left something to be derived
	spread, region nodeSet             // room for regrouping
	contested      nodeSet             // room for the addresses whose owners must be found again
	contests       map[*node]*contest  // of addresses
	timeline       timeline            // room
	reaches        reaches             // room
	were           []*record           // room for the devices that nodes were of
	gathered       []*node             // whose facts are gathered, and
	facts          []*fact             // the room that these are in
	claims         []*endpoint         // room
	weighed        []*fact             // room for the evidence of one device
	shown          []heron.Observation // and for what is shown of it
	keys           map[string]*key
	keyNames       []string // by number
	keyHeads       []uint64 // of the names
	keyKinds       []kind
	origins        map[origin]*origin
	owners         map[string]uint32 // numbers of devices that facts are or were of, from 1
	slab           []fact            // room for new facts
	sightings      []sighting
	arrivals       []arrival  // since the last flush
	serial         uint32     // of the last fact
	holding        []*record  // whose identity is held to what it was
	release        heron.Time // when the first of them is not any more, 0 for never
	gone           []*fact    // facts that went since the last flush
	watches        map[string]*watch
	comebacks      []comeback // since the last Watch
	clock          heron.Time // the latest of any sensor, and
	mark           heron.Time // of it, when presence was worked out last, in units of markEvery
	spare          []*fact    // room of facts that went before
}

// record is a device and the nodes it is made of. What a sighting touches comes
// first.
type record struct {
	plain    bool   // its times may be brought up to date when it is asked for
	late     bool   // they must be
	stale    bool   // facts that were seen since it was last brought up to date may change it
	before   bool   // it was there before regrouping, and is not yet found again
	parts    part   // what such facts may change
	invented bool   // a host invented the MAC of a plain device
	owner    uint32 // number of the device
	flush    uint32 // of those of the inventory, when the device last changed
	changes  uint32 // of a late device that its version does not count yet
	turn     uint64 // when it was first touched since the last flush: see takeTurn
	last     heron.Time
	nodes    []*node // in order of anchor
	// The facts that were seen, among Inventory.sightings; 0 for none.
	firstSeen, lastSeen int
	basis               basis      // what the identity rests on
	due                 heron.Time // when it is held no longer to what it was, 0 if it is not
	device              heron.Device
}

// DefaultMaxEndpoints has room for a million devices.
const DefaultMaxEndpoints = 1 << 22

// New returns an empty Inventory.
func New(o Options) *Inventory {
	if o.MaxEndpoints == 0 {
		o.MaxEndpoints = DefaultMaxEndpoints
	}
	v := &Inventory{
		options: o, local: o.Local,
		macs: map[heron.MAC]*node{}, ips: map[netip.Addr]*node{},
		ends: newEndTable(), segments: map[netip.Prefix]*segment{},
		byID: map[string][]*node{}, records: map[string]*record{}, loaded: map[string]heron.Device{},
		asked: new([addressSlots]addressSlot), keys: map[string]*key{}, origins: map[origin]*origin{}, owners: map[string]uint32{}, flushes: 1,
		ledger: newLedger(), dirty: newDirt(),
		spread: nodeSet{mark: inSpread}, region: nodeSet{mark: inRegion},
		contested: nodeSet{mark: inContest}, contests: map[*node]*contest{}, chains: map[*node]*chain{},
		watches: map[string]*watch{},
	}
	if len(v.local) == 0 {
		v.local = privateRanges()
	}
	return v
}

// Load takes back a device with its observations, as they were stored. The
// devices are derived anew on the next call of any other method; one that
// comes out as it was stored is not reported as changed.
func (v *Inventory) Load(d heron.Device, obs []heron.Observation) {
	v.loaded[d.ID] = d
	v.now = max(v.now, d.Last)
	v.unsettled = true
	for i := range obs {
		f := v.observe(&obs[i], nil)
		if f == nil {
			continue
		}
		f.owner, f.dirty = v.owner(d.ID), false
	}
	v.recall(&d)
}

// Apply takes in observations and returns what changed. Observations that are
// about nobody (a broadcast address) or beyond a bound are dropped and counted.
func (v *Inventory) Apply(now heron.Time, obs []heron.Observation) Delta {
	v.now = max(v.now, now)
	ends := v.lookUp(obs)
	for i := range obs {
		v.observe(&obs[i], ends[i])
	}
	return v.flush()
}

// Rebuild derives every device anew, identities too: for when rules or
// signatures changed. It returns what came out different.
func (v *Inventory) Rebuild(now heron.Time) Delta {
	v.now = max(v.now, now)
	var before Delta
	if v.unsettled { // what was loaded is what it was until then
		before = v.flush()
	}
	for n := range v.nodes() {
		v.dirty.node(n)
		v.dirty.mac(n)
		for _, e := range n.endpoints {
			for _, f := range e.facts {
				v.weigh(f)
			}
		}
	}
	for _, r := range v.records {
		r.basis = basis{}
	}
	return before.Then(v.flush())
}

// SetZones gives the zones of the site and returns the devices they move.
func (v *Inventory) SetZones(zones []heron.Zone) Delta {
	v.options.Zones = zones
	for n := range v.nodes() {
		v.dirty.node(n)
	}
	return v.flush()
}

// Since is the time of the first observation, 0 before it.
func (v *Inventory) Since() heron.Time { return v.since }

// Dropped counts observations that were about nobody or beyond a bound.
func (v *Inventory) Dropped() uint64 { return v.dropped }

// Unplaced counts observations that there was no room for, in whole or in part.
func (v *Inventory) Unplaced() uint64 { return v.unplaced }

// Device returns the device with that id, or nil. It must not be changed or kept.
func (v *Inventory) Device(id string) *heron.Device {
	v.settle()
	for range 8 { // a device may have been merged into one that was merged
		if r := v.records[id]; r != nil {
			return v.deviceOf(r)
		}
		d, ok := v.loaded[id]
		if !ok || d.MergedInto == "" {
			return nil
		}
		id = d.MergedInto
	}
	return nil
}

// Len is how many devices there are.
func (v *Inventory) Len() int {
	v.settle()
	return len(v.records)
}

// All yields the devices in the order of their first sighting, then of their
// ids. They must not be changed or kept.
func (v *Inventory) All() iter.Seq[*heron.Device] {
	v.settle()
	list := make([]*record, 0, len(v.records))
	for _, r := range v.records {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.device.First, b.device.First), cmp.Compare(a.device.ID, b.device.ID))
	})
	return func(yield func(*heron.Device) bool) {
		for _, r := range list {
			if !yield(v.deviceOf(r)) {
				return
			}
		}
	}
}

// Observations returns what is known of a device, in the order of keys.
func (v *Inventory) Observations(id string) []heron.Observation {
	v.settle()
	r := v.records[id]
	if r == nil {
		return nil
	}
	for _, n := range r.nodes {
		v.gather(n)
	}
	out := r.observations()
	v.forgetGathered()
	return out
}

// owner returns the number of a device, by which facts remember it.
func (v *Inventory) owner(id string) uint32 {
	n, known := v.owners[id]
	if !known {
		n = uint32(len(v.owners) + 1)
		v.owners[id] = n
	}
	return n
}

// settle derives what was left to be derived.
func (v *Inventory) settle() {
	if v.unsettled {
		v.flush()
	}
}
