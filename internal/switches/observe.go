package switches

import (
	"github.com/heron-iot/heron"
)

// source is that of what is told but of ARP tables.
const source = "snmp"

// port is where agents listen.
const port = 161

// Observations are what all that were asked say at a time: at which port each MAC is,
// whose the addresses of routed networks are, and who the asked ones are themselves.
func Observations(tables []*Tables, now heron.Time) []heron.Observation {
	var out []heron.Observation
	tell := func(s heron.Subject, from, key, value string) {
		if value != "" {
			out = append(out, heron.Observation{Subject: s, Key: key, Value: value, Source: from, First: now, Last: now, Count: 1})
		}
	}
	for _, t := range tables {
		if t.Old {
			continue
		}
		self := heron.Subject{Endpoint: heron.Endpoint{IP: t.Address}, Transport: heron.UDP, Port: port}
		tell(self, source, "snmp.sysdescr", t.Description)
		tell(self, source, "snmp.sysobjectid", t.ObjectID)
		tell(self, source, "snmp.sysname", t.Name)
		for _, h := range t.Claims() {
			tell(heron.Subject{Endpoint: heron.Endpoint{MAC: h.MAC, IP: h.IP}}, heron.SourceARPTable, heron.KeyARP, h.IP.String())
		}
	}
	for _, p := range Places(tables) {
		if p.old {
			continue
		}
		tell(heron.Subject{Endpoint: heron.Endpoint{MAC: p.MAC}}, source, heron.KeyPort, p.At.Fact())
	}
	return out
}
