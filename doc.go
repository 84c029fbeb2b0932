// Package heron holds the nouns of Heron: agentless security for IoT, IIoT and
// OT networks. Everything that crosses the border between two stages of the
// platform (a packet, an observation, a device, an alert, an action) is a type
// of this package, so that the stages need not know one another.
//
// The package holds types, validation, enumerations and the interfaces that
// two implementations share; it imports the standard library only and starts
// nothing. Values are plain data: safe to copy, not safe to share while they
// are being written.
//
// The direction of travel is one way:
//
//	Packet → Message → Observation → Device → Identity
//	         Flow, Event → Alert → Incident → notification
//	         Device → Vulnerability, ControlResult → RiskScore
//	         Alert or person → Action → AuditEntry
package heron
