package lab

import (
	"net/netip"
	"time"
)

// Attack is something bad that a host of the site does to others.
type Attack struct {
	Name string
	Doc  string
	// Detects are the alerts that a good watcher raises, as detector ids.
	Detects []string
	from    func(*Site) *Host
	do      func(*actor)
}

// Attacks returns the attacks, by name.
func Attacks() []Attack {
	return []Attack{
		{
			Name:    "arp-spoof",
			Doc:     "An intruder's computer tells the operator panel that it is the PLC, and the PLC that it is the panel.",
			Detects: []string{"arp.spoof"},
			from:    func(s *Site) *Host { return s.first(roleIntruder) },
			do:      spoofARP,
		},
		{
			Name:    "port-scan",
			Doc:     "An intruder's computer joins the network and tries the common ports of its neighbours.",
			Detects: []string{"scan.port"},
			from:    func(s *Site) *Host { return s.first(roleIntruder) },
			do:      scanPorts,
		},
		{
			Name:    "telnet-botnet",
			Doc:     "An infected video recorder looks for others to infect: telnet to any address, with the passwords that vendors ship.",
			Detects: []string{"botnet.telnet"},
			from:    func(s *Site) *Host { return s.first(roleInfected) },
			do:      spreadTelnet,
		},
	}
}

func (s *Site) first(role string) *Host {
	if all := s.roles[role]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// scannedPorts are what an attacker tries first.
var scannedPorts = []uint16{
	21, 22, 23, 25, 53, 80, 81, 88, 102, 110, 111, 135, 139, 143, 161, 389, 443, 445, 502, 515, 554, 587,
	631, 789, 993, 995, 1023, 1080, 1433, 1521, 1723, 1883, 1900, 1911, 2000, 2222, 2323, 2404, 3306, 3389, 4840,
	4911, 5000, 5060, 5432, 5555, 5683, 5900, 6379, 6668, 7547, 8000, 8008, 8080, 8081, 8291, 8443, 8883, 8888,
	9000, 9100, 9999, 10001, 20000, 34567, 37777, 44818, 47808, 49152, 50000, 62078,
}

// scanPorts connects to every scanned port of twelve neighbours.
func scanPorts(a *actor) {
	dhcpClient(a)
	targets := 0
	for _, h := range a.site.Hosts {
		if h == a.host || h.Model.Role == roleIntruder {
			continue
		}
		for _, port := range scannedPorts {
			a.talk(conversation{from: a.host, to: addrPort(h, port)})
			a.pause(15 * time.Millisecond)
		}
		if targets++; targets == 12 {
			return
		}
	}
}

// spoofARP claims two addresses again and again for three minutes.
func spoofARP(a *actor) {
	left, right := a.site.first(modelHMI), a.site.first(modelPLC)
	me := a.host
	for range 90 {
		a.frame(me, arpFrame(left.MAC, 2, me.MAC, right.IP, left.MAC, left.IP))
		a.pause(20 * time.Millisecond)
		a.frame(me, arpFrame(right.MAC, 2, me.MAC, left.IP, right.MAC, right.IP))
		a.pause(2 * time.Second)
	}
}

// factoryLogins are passwords that vendors shipped and botnets try.
var factoryLogins = [][2]string{
	{"root", "xc3511"},
	{"root", "vizxv"},
	{"admin", "admin"},
	{"root", "admin"},
	{"root", "888888"},
	{"root", "xmhdipc"},
	{"root", "juantech"},
	{"root", "54321"},
	{"support", "support"},
	{"root", "root"},
}

// spreadTelnet tries addresses of chance, mostly outside, and logs in where
// telnet answers.
func spreadTelnet(a *actor) {
	for i := range 400 {
		// 198.18.0.0/15 stands for the Internet: nobody is there (RFC 2544).
		ip := netip.AddrFrom4([4]byte{
			198, byte(18 + a.rng.IntN(2)), byte(a.rng.IntN(256)), byte(1 + a.rng.IntN(254)),
		})
		if i%8 == 0 {
			ip = a.site.Hosts[a.rng.IntN(len(a.site.Hosts))].IP
		}
		if ip == a.host.IP {
			continue
		}
		port := uint16(23)
		if i%10 == 9 {
			port = 2323
		}
		pair := factoryLogins[a.rng.IntN(len(factoryLogins))]
		a.talk(conversation{
			from: a.host, to: netip.AddrPortFrom(ip, port),
			requests: login(pair[0], pair[1], "enable", "shell", "/bin/busybox HERON"),
			gap:      200 * time.Millisecond,
		})
		a.pause(60 * time.Millisecond)
	}
}
