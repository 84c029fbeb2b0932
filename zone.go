package heron

import "net/netip"

// Zone is a part of the network whose devices need the same protection
// (IEC 62443-1-1 §3.2.133).
type Zone struct {
	ID     string `json:"id"`
	SiteID string `json:"site_id,omitempty"`
	Name   string `json:"name"`
	Kind   string `json:"kind"` // ot, iot, it, guest, medical, pos, dmz
	// Purdue is the level of its devices, nil where they are of several.
	Purdue *float64 `json:"purdue_level,omitempty"`
	// Criticality is how critical its devices are, whatever they are; as in
	// Criticalities, or "".
	Criticality string         `json:"criticality,omitempty"`
	Prefixes    []netip.Prefix `json:"prefixes"`
}
