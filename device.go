package heron

import "net/netip"

// Service is something a device answers on.
type Service struct {
	Transport Transport `json:"transport"`
	Port      uint16    `json:"port"`
	Protocol  string    `json:"protocol,omitempty"`
	Product   string    `json:"product,omitempty"`
	Version   string    `json:"version,omitempty"`
	First     Time      `json:"first_seen"`
	Last      Time      `json:"last_seen"`
}

// Interface is one network interface of a device: a MAC with the addresses it
// has used. MAC is zero for a device known only from behind a router.
type Interface struct {
	MAC    MAC          `json:"mac,omitzero"`
	IPs    []netip.Addr `json:"ips"`
	VLAN   uint16       `json:"vlan,omitempty"`
	Random bool         `json:"random,omitempty"` // locally administered address
	First  Time         `json:"first_seen"`
	Last   Time         `json:"last_seen"`
}

// Device is one thing on the network. It is derived from observations, and can
// be derived again.
type Device struct {
	ID     string `json:"id"`
	SiteID string `json:"site_id,omitempty"`
	// Name is what a person called it; "" until then.
	Name      string       `json:"name,omitempty"`
	MACs      []MAC        `json:"macs"`
	IPs       []netip.Addr `json:"ips"` // current first
	Hostnames []string     `json:"hostnames"`
	// Local tells that the device is on a network that we watch, not beyond it.
	Local    bool       `json:"local"`
	Identity Identity   `json:"identity"`
	RunnerUp RunnerUp   `json:"runner_up,omitzero"`
	Evidence []Evidence `json:"evidence"`
	// Corrections are what people said of the identity, as far as it stands.
	Corrections []Correction `json:"corrections,omitempty"`
	Services    []Service    `json:"services"`
	Interfaces  []Interface  `json:"interfaces,omitempty"`
	// Attached are the ports of switches that its interfaces are at, where switches
	// were asked.
	Attached []Attachment `json:"attached,omitempty"`
	// Roles are what it was seen doing: router, dhcp_server, dns_server, ot …
	Roles []string `json:"roles,omitempty"`
	Zone  string   `json:"zone,omitempty"` // id of the zone
	// Standing is how critical it is, and where it belongs.
	Standing Standing `json:"standing,omitzero"`
	Sensors  []string `json:"sensors,omitempty"`
	First    Time     `json:"first_seen"`
	Last     Time     `json:"last_seen"`
	// Presence says whether it is there; of devices on networks that are watched.
	Presence Presence `json:"presence,omitzero"`
	// Risk is nil until the device was assessed.
	Risk *RiskSummary `json:"risk,omitempty"`
	// OpenAlerts counts alerts that are open or acknowledged.
	OpenAlerts int `json:"open_alerts,omitempty"`
	// Quarantined tells that an action holds the device in isolation.
	Quarantined bool `json:"quarantined,omitempty"`
	// MergedInto names the device that swallowed this one.
	MergedInto string `json:"merged_into,omitempty"`
	// Version grows with each change; it is the entity tag of the API.
	Version int64 `json:"version"`
}

// Title is what a person should see first: the given name, the model, a
// hostname, the vendor and type, or an address.
func (d *Device) Title() string {
	switch {
	case d.Name != "":
		return d.Name
	case d.Identity.Model != nil && d.Identity.Vendor != nil:
		return d.Identity.Vendor.Value + " " + d.Identity.Model.Value
	case len(d.Hostnames) > 0:
		return d.Hostnames[0]
	case d.Identity.Vendor != nil && d.Identity.Type.Value != Unknown:
		return d.Identity.Vendor.Value + " " + TypeTitle(d.Identity.Type.Value)
	case len(d.IPs) > 0:
		return d.IPs[0].String()
	case len(d.MACs) > 0:
		return d.MACs[0].String()
	}
	return d.ID
}

// ChangeKind says what happened to a device.
type ChangeKind string

// The kinds of change.
const (
	DeviceNew       ChangeKind = "new"
	DeviceUpdated   ChangeKind = "updated"
	DeviceMerged    ChangeKind = "merged"
	DeviceSplit     ChangeKind = "split"
	DeviceRenamed   ChangeKind = "renamed"
	DeviceIPMoved   ChangeKind = "ip_moved"
	DeviceIdentity  ChangeKind = "identity" // what it is said to be changed
	DeviceService   ChangeKind = "service"  // a service came
	DeviceStanding  ChangeKind = "standing" // how it stands changed, by a person's word
	DeviceForgotten ChangeKind = "forgotten"
	DevicePortMoved ChangeKind = "port_moved" // another port of a switch
	DeviceAway      ChangeKind = "away"       // silent for longer than is normal for it
	DeviceBack      ChangeKind = "back"
)

// DeviceChange is one entry of a device's timeline, with the device after it.
type DeviceChange struct {
	Time     Time       `json:"time"`
	Kind     ChangeKind `json:"kind"`
	DeviceID string     `json:"device_id"`
	Summary  string     `json:"summary"`         // one sentence for the timeline
	Actor    string     `json:"actor,omitempty"` // who, when a person did it
	Device   *Device    `json:"device,omitempty"`
}

// LedgerEntry records one merge, split, rename or correction so that it can be
// undone.
type LedgerEntry struct {
	ID     string `json:"id"`
	SiteID string `json:"site_id,omitempty"`
	Time   Time   `json:"time"`
	Actor  string `json:"actor"` // "inventory" for automatic merges
	Op     string `json:"op"`    // merge, split, rename, lock, confirm, reject
	Reason string `json:"reason"`
	// Device is the one that stays; Others those merged in or split off.
	Device string   `json:"device"`
	Others []string `json:"others,omitempty"`
	// Detail is what an undo needs: identifiers moved, the old name, the field.
	Detail map[string]string `json:"detail,omitempty"`
	Undone bool              `json:"undone,omitempty"`
}
