package lab

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

const (
	paramsSensor = "1,3,28,6"
	paramsPhone  = "1,3,6,15,26,28,51,58,59,43"
	paramsLaptop = "1,121,3,6,15,119,252,95,44,46"
)

// cast says who is there, and when.
func (c *churn) cast() {
	c.truth.Device[c.gate(0).mac.String()] = "gateway"
	c.sensors()
	c.phones()
	c.laptops()
	c.teams()
	c.virtualRouters()
	c.trunks()
	c.behindRouter()
	c.behindProxy()
	c.replacements()
	c.series()
}

// sensors come and go with short leases, so that each address has many holders.
func (c *churn) sensors() {
	for i := range 80 {
		k := card{mac: c.mac(false), device: fmt.Sprint("sensor-", i), params: paramsSensor, class: "udhcp 1.24.1"}
		if i%3 != 0 {
			k.hostname = fmt.Sprintf("ESP_%06X", 0xA01000+i*37)
		}
		card := c.own(k)
		for t := at(0, c.upTo(6*time.Hour)); t < at(churnDays, 0); {
			to := min(t.Add(time.Hour+c.upTo(8*time.Hour)), at(churnDays, 0))
			c.stay(card, netip.Addr{}, t, to)
			t = to.Add(10*time.Minute + c.upTo(4*time.Hour))
		}
		if i == 5 {
			c.spoof(card)
		}
	}
}

// spoof claims the gateway's address while the gateway has it.
func (c *churn) spoof(k *card) {
	for n := range 60 {
		t := at(1, 10*time.Hour+time.Duration(n)*2*time.Second)
		c.put(t, arpFrame(frame.Broadcast(), frame.ARPReply, k.mac, churnAddr(0, 1), frame.Broadcast(), churnAddr(0, 1)), 0)
	}
}

// phones invent a MAC a day and keep their name; those with the maker's name
// keep the MAC that they invented for this network.
func (c *churn) phones() {
	for i := range 25 {
		for day := range churnDays {
			k := c.own(card{
				mac: c.mac(true), device: fmt.Sprint("phone-", i), hostname: fmt.Sprintf("person%02d-phone", i),
				class: "android-dhcp-14", params: paramsPhone,
			})
			from := at(day, 7*time.Hour+c.upTo(2*time.Hour))
			c.stay(k, netip.Addr{}, from, from.Add(8*time.Hour+c.upTo(6*time.Hour)))
		}
	}
	for i := range 6 {
		k := c.own(card{mac: c.mac(true), device: fmt.Sprint("iphone-", i), hostname: "iPhone", params: paramsPhone})
		for day := range churnDays {
			from := at(day, 8*time.Hour+c.upTo(2*time.Hour))
			c.stay(k, netip.Addr{}, from, from.Add(9*time.Hour))
		}
	}
}

// laptops have a radio and a dock, one name and one DUID, and use both at times
// together.
func (c *churn) laptops() {
	for i := range 12 {
		duid := []byte{0, 1, 0, 1, 0x2a, 0x10, byte(i), 7, 0x54, 0xe1, 0xad, 0, 0, byte(i)}
		device, name := fmt.Sprint("laptop-", i), fmt.Sprintf("LT-%04d", 2200+i)
		for n := range byte(2) {
			id := append([]byte{255, 0, 0, n, 1}, duid...)
			k := c.own(card{mac: c.mac(false), device: device, hostname: name, class: "MSFT 5.0", params: paramsLaptop, clientID: id})
			for day := range churnDays {
				from := at(day, 8*time.Hour+time.Duration(n)*3*time.Hour+c.upTo(time.Hour))
				c.stay(k, netip.Addr{}, from, from.Add(4*time.Hour))
			}
		}
	}
}

// teams are two interfaces with one address: when one fails, the other takes over.
func (c *churn) teams() {
	for i := range 10 {
		k := card{device: fmt.Sprint("server-", i), uuid: fmt.Sprintf("5ef0a1c2-77d0-4c1b-9a3e-00aa00bb00%02x", i)}
		ip := churnAddr(0, 20+i)
		for n := range 2 {
			k.mac = c.mac(false)
			member := c.own(k)
			for day := n; day < churnDays; day += 2 {
				c.stay(member, ip, at(day, 0), at(day, 24*time.Hour-time.Minute))
			}
		}
	}
}

// virtualRouters share an address and its MAC (RFC 9568), which are nobody's
// alone; the routers are two devices.
func (c *churn) virtualRouters() {
	for i := range 3 {
		virtual := card{mac: heron.MAC{0, 0, 0x5e, 0, 1, byte(10 + i)}}
		for n := range 2 {
			k := c.own(card{mac: c.mac(false), device: fmt.Sprintf("router-%d-%d", i, n)})
			c.always(k, churnAddr(0, 40+2*i+n))
		}
		for t := at(0, time.Minute); t < at(churnDays, 0); t = t.Add(churnBeat) {
			c.arp(t, &virtual, churnAddr(0, 50+i), churnAddr(0, 50+i))
		}
	}
}

// trunks have one interface in two VLANs, with an address in each.
func (c *churn) trunks() {
	for i := range 5 {
		k := c.own(card{mac: c.mac(false), device: fmt.Sprint("trunk-", i)})
		for _, vlan := range []int{110, 120} {
			tagged := *k
			tagged.vlan = uint16(vlan)
			c.always(&tagged, churnAddr(vlan, 10+i))
		}
	}
}

// behindRouter are hosts of another network, seen through their router's MAC.
func (c *churn) behindRouter() {
	router := c.own(card{mac: c.mac(false), device: "router-far"})
	c.always(router, churnAddr(0, 15))
	for i := range 30 {
		ip := netip.AddrFrom4([4]byte{10, 30, 0, byte(10 + i)})
		c.truth.Device[ip.String()] = fmt.Sprint("far-", i)
		c.forward(router, ip)
	}
}

// behindProxy are hosts for which a router answers ARP (RFC 1027).
func (c *churn) behindProxy() {
	proxy := c.own(card{mac: c.mac(false), device: "proxy"})
	c.always(proxy, churnAddr(0, 16))
	for i := range 12 {
		ip := churnAddr(0, 200+i)
		c.truth.Device[ip.String()] = fmt.Sprint("hidden-", i)
		for t := at(0, 2*time.Minute+c.upTo(time.Minute)); t < at(churnDays, 0); t = t.Add(time.Hour) {
			gate := c.gate(0)
			c.arp(t, gate, churnAddr(0, 1), ip)
			c.put(t.Add(time.Millisecond), arpFrame(gate.mac, frame.ARPReply, proxy.mac, ip, gate.mac, churnAddr(0, 1)), 0)
		}
		c.forward(proxy, ip)
	}
}

// forward passes on what a host behind a router asks.
func (c *churn) forward(router *card, ip netip.Addr) {
	for t := at(0, 3*time.Minute+c.upTo(churnBeat)); t < at(churnDays, 0); t = t.Add(churnBeat) {
		c.ask(t, router, ip, churnAddr(0, 1))
	}
}

// replacements are units that failed: the next has the name and the address of
// the one before, and is another device.
func (c *churn) replacements() {
	for i := range 5 {
		ip := churnAddr(0, 220+i)
		for n := range 2 {
			k := c.own(card{
				mac: c.mac(false), device: fmt.Sprintf("printer-%d-%d", i, n), hostname: fmt.Sprint("PRINTER", i), params: paramsSensor,
				uuid: fmt.Sprintf("16a65700-007c-1000-bb49-00000000%02d%02d", i, n),
			})
			from, to := at(0, 0), at(1, 9*time.Hour)
			if n == 1 {
				from, to = to.Add(time.Hour), at(churnDays, 0)
			}
			c.stay(k, ip, from, to)
		}
	}
}

// series is a make of camera whose units all announce the identifier that
// stands in their firmware.
func (c *churn) series() {
	for i := range 6 {
		k := c.own(card{mac: c.mac(false), device: fmt.Sprint("camera-", i), uuid: "11111111-2222-3333-4444-555555555555"})
		c.always(k, churnAddr(0, 230+i))
	}
}
