package identify

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestOwnWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Lenovo ThinkSystem DE4000H storage array powered by NetApp SANtricity": "Lenovo ThinkSystem DE4000H storage array",
		"Nortel Networks Ethernet Switch Module for IBM BladeCenter":            "Nortel Networks Ethernet Switch Module",
		"Dell Network Management Card H910P for UPS by Eaton":                   "Dell Network Management Card H910P for UPS",
		"Nokia IP390 (running Check Point VPN-1)":                               "Nokia IP390",
		// one maker, whoever owns the other; no maker first; no maker behind
		"Cisco Systems Catalyst switch by Cisco": "Cisco Systems Catalyst switch by Cisco",
		"Print server for HP LaserJet":           "Print server for HP LaserJet",
		"Eaton 9PX for data centres":             "Eaton 9PX for data centres",
		"":                                       "",
	} {
		if got := ownWords(text); got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
}

// What a device says of another maker's thing takes no part in what it is.
func TestIdentify_asides(t *testing.T) {
	t.Parallel()
	id, err := New()
	if err != nil {
		t.Fatal(err)
	}
	got := id.Identify([]heron.Observation{{Key: "snmp.sysdescr", Value: "Troy Group EtherSync print server for HP LaserJet"}})
	if v := got.Identity.Vendor; v == nil || v.Value != "Troy" {
		t.Errorf("vendor: got %v; want Troy", v)
	}
	if kind := got.Identity.Type.Value; kind != "print_server" {
		t.Errorf("type: got %s; want print_server", kind)
	}
}
