package heron

import (
	"strconv"
	"strings"
)

// KeyPort is the key of what a switch says: that Subject.MAC is at one of its ports.
// Value is what Attachment.Fact writes.
const KeyPort = "link.port"

// SourceARPTable is the source of what the ARP table of a router says: whose an address
// is, not that anybody is there now.
const SourceARPTable = "snmp.arp"

// Attachment says which port of a switch an interface of a device is at.
type Attachment struct {
	MAC    MAC    `json:"mac"`
	Switch string `json:"switch"` // its address
	Name   string `json:"switch_name,omitempty"`
	Port   string `json:"port"`            // as the switch calls it, Gi1/0/7
	Alias  string `json:"alias,omitempty"` // as people call it
	VLAN   uint16 `json:"vlan,omitempty"`
	Since  Time   `json:"since"`
}

// PortStay is a port that an interface was at: Since is when a switch said so first,
// whatever lay between.
type PortStay struct {
	Attachment
	Last Time `json:"last_seen"` // when a switch said so last
}

// factSeparator stands between the parts of a fact, and in none of them.
const factSeparator = " | "

// Fact is the value of KeyPort: "192.0.2.2 | core-1 | Gi1/0/7 | 20 | Desk 14".
func (a *Attachment) Fact() string {
	vlan := ""
	if a.VLAN != 0 {
		vlan = strconv.Itoa(int(a.VLAN))
	}
	parts := []string{a.Switch, a.Name, a.Port, vlan, a.Alias}
	for i, p := range parts {
		parts[i] = strings.Join(strings.Fields(strings.ReplaceAll(p, "|", "/")), " ")
	}
	return strings.Join(parts, factSeparator)
}

// ParseAttachment reads a value of KeyPort.
func ParseAttachment(fact string) (Attachment, bool) {
	parts := strings.Split(fact, factSeparator)
	if len(parts) != 5 || parts[0] == "" || parts[2] == "" {
		return Attachment{}, false
	}
	vlan, err := strconv.ParseUint(parts[3], 10, 12)
	if err != nil && parts[3] != "" {
		return Attachment{}, false
	}
	return Attachment{Switch: parts[0], Name: parts[1], Port: parts[2], VLAN: uint16(vlan), Alias: strings.TrimSpace(parts[4])}, true
}

// String says it in words: "port Gi1/0/7 of core-1 (192.0.2.2), VLAN 20, Desk 14".
func (a *Attachment) String() string {
	s := "port " + a.Port + " of "
	if a.Name != "" {
		s += a.Name + " (" + a.Switch + ")"
	} else {
		s += a.Switch
	}
	if a.VLAN != 0 {
		s += ", VLAN " + strconv.Itoa(int(a.VLAN))
	}
	if a.Alias != "" {
		s += ", " + a.Alias
	}
	return s
}

// SamePort reports whether two attachments are at one port.
func (a *Attachment) SamePort(b *Attachment) bool { return a.Switch == b.Switch && a.Port == b.Port }
