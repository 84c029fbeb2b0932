package main

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestProtocolsAreCountedByTheirFlows(t *testing.T) {
	t.Parallel()
	list := []heron.ProtocolCount{{Name: "arp", Packets: 20}, {Name: "dns", Flows: 3, Packets: 6}, {Name: "tcp", Flows: 1}}
	for limit, want := range map[int]string{
		3: "arp 20 packets, dns 3, tcp 1",
		2: "arp 20 packets, dns 3 and 1 more",
	} {
		if got := protocols(list, limit); got != want {
			t.Errorf("%d of them: %q, want %q", limit, got, want)
		}
	}
}
