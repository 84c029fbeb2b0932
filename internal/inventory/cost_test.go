package inventory_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// hostile are streams that an attacker can send: the i-th observation of each.
var hostile = []struct {
	name string
	make func(i int, o *heron.Observation)
}{
	{"all claim one address", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(i), theOne, heron.KeyARP }},
	{"all lease one address", func(i int, o *heron.Observation) {
		o.MAC, o.Key, o.Value = madeUp(i), heron.KeyDHCPAddress, theOne.String()
	}},
	{"all send from one address", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(i), theOne, heron.KeyFrame }},
	{"all send from one address, and names are told of it", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key = madeUp(i), theOne, heron.KeyFrame
		if i%2 == 1 {
			o.MAC, o.Key, o.Value = heron.MAC{}, "dns.name", fmt.Sprint("name", i)
		}
	}},
	{"each claims two addresses of twenty", func(i int, o *heron.Observation) {
		o.MAC, o.Key = madeUp(i/2), heron.KeyARP
		o.IP = netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + i*7%20)})
	}},
	{"claimed and sent from by turns", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key = madeUp(i), theOne, []string{heron.KeyFrame, heron.KeyARP}[i%2]
	}},
	{"one MAC claims all addresses", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(1), address(i), heron.KeyARP }},
	{"one MAC sends from all addresses", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(1), address(i), heron.KeyFrame }},
	{"one MAC sends from the Internet", func(i int, o *heron.Observation) {
		o.MAC, o.Key, o.IP = madeUp(1), heron.KeyFrame, netip.AddrFrom4([4]byte{52, byte(i >> 16), byte(i >> 8), byte(i)})
	}},
	{"one MAC invents IPv6 addresses", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(1), address6(i), heron.KeyFrame }},
	{"all MACs in one IPv6 network", func(i int, o *heron.Observation) { o.MAC, o.IP, o.Key = madeUp(i), address6(i), heron.KeyFrame }},
	{"all show one identifier", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp(i), address(i), "upnp.udn", "uuid:5f9ec1b3-ed59-79bb-4530-745e1d5ae4b1"
	}},
	{"each shows an identifier of the one before", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp((i+1)/2), address((i+1)/2), "upnp.udn", fmt.Sprintf("uuid:5f9ec1b3-ed59-79bb-4530-%012x", i/2)
	}},
	{"one shows identifiers without end", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp(1), address(1), "upnp.udn", fmt.Sprintf("uuid:5f9ec1b3-ed59-79bb-4530-%012x", i)
	}},
	{"invented MACs with one name", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp(i/2), address(i/2), "dhcp.hostname", "mallory-laptop"
		o.MAC[0] = 2
		if i%2 == 1 {
			o.Key, o.Value = "dhcp.params", "1,3,6"
		}
	}},
	{"one host with keys without end", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp(1), address(1), fmt.Sprint("mdns.txt.k", i), "v"
	}},
	{"one host with names without end", func(i int, o *heron.Observation) {
		o.MAC, o.IP, o.Key, o.Value = madeUp(1), address(1), heron.KeyHostname, fmt.Sprint("name", i)
	}},
	{"addresses that are known by name alone", func(i int, o *heron.Observation) {
		o.IP, o.Key, o.Value = address(i), "dns.name", fmt.Sprint("name", i)
	}},
}

var theOne = netip.AddrFrom4([4]byte{192, 168, 1, 1})

func madeUp(i int) heron.MAC {
	return heron.MAC{0x00, 0x1b, 0x63, byte(i >> 16), byte(i >> 8), byte(i)}
}

func address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

func address6(i int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 12: 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)})
}

// What a packet costs does not grow with those before it, whatever they say.
func TestCostStaysLow(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			const n = 2000
			v := inventory.New(inventory.Options{Quiet: true})
			began := time.Now()
			for i := range n {
				o := heron.Observation{First: at(i), Last: at(i), Count: 1, Source: "test"}
				h.make(i, &o)
				v.Apply(at(i), []heron.Observation{o})
				if took := time.Since(began); took > 20*time.Second {
					t.Fatalf("%d observations took %v", i+1, took)
				}
			}
		})
	}
}
