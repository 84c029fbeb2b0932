package inventory_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// want is what a device should look like: its MACs, its addresses now.
type want struct {
	macs, ips string
	local     bool
	roles     string
}

func TestInventoryCases(t *testing.T) {
	t.Parallel()
	const uuid = "uuid:2f402f80-da50-11e1-9b23-001788a1b2c3::upnp:rootdevice"
	tests := []struct {
		name string
		rows []row
		want []want
	}{
		{
			name: "one identifier on two interfaces is one device",
			rows: []row{
				{0, camera, "10.0.0.5", frame, ""},
				{1, camera, "10.0.0.5", "ssdp.usn", uuid},
				{2, printer, "10.0.0.6", frame, ""},
				{3, printer, "10.0.0.6", "ssdp.usn", uuid},
			},
			want: []want{{camera + " " + printer, "10.0.0.6 10.0.0.5", true, ""}},
		},
		{
			name: "one DHCP client with two interfaces is one device",
			rows: []row{
				{0, camera, "10.0.0.5", "dhcp.client_id", "ff0000000100020000ab11deadbeefcafe0001"},
				{1, printer, "10.0.0.6", "dhcp.client_id", "ff0000000200020000ab11deadbeefcafe0001"},
			},
			want: []want{{camera + " " + printer, "10.0.0.6 10.0.0.5", true, ""}},
		},
		{
			name: "a reflector of multicast DNS is none of those it repeats",
			rows: []row{
				{0, camera, "10.0.0.5", "mdns.txt.deviceid", "00:11:22:00:00:01"},
				{1, printer, "10.0.0.6", "mdns.txt.deviceid", "00:11:22:00:00:02"},
				{2, gateway, "10.0.0.1", "mdns.txt.deviceid", "00:11:22:00:00:01"},
				{3, gateway, "10.0.0.1", "mdns.txt.deviceid", "00:11:22:00:00:02"},
			},
			want: []want{{camera, "10.0.0.5", true, ""}, {printer, "10.0.0.6", true, ""}, {gateway, "10.0.0.1", true, ""}},
		},
		{
			name: "what makers put where a serial number should be is none",
			rows: []row{
				{0, camera, "10.0.0.5", "upnp.serial_number", "0000000000"},
				{1, printer, "10.0.0.6", "upnp.serial_number", "0000000000"},
				{0, camera, "10.0.0.5", "tls.cert.serial", "abcdef123456"},
				{1, printer, "10.0.0.6", "tls.cert.serial", "abcdef123456"},
				{0, camera, "10.0.0.5", "ssdp.usn", "upnp:rootdevice"},
				{1, printer, "10.0.0.6", "ssdp.usn", "upnp:rootdevice"},
				{0, camera, "10.0.0.5", "dhcp.client_id", "01001122000001"},
				{1, printer, "10.0.0.6", "dhcp.client_id", "01001122000001"},
			},
			want: []want{{camera, "10.0.0.5", true, ""}, {printer, "10.0.0.6", true, ""}},
		},
		{
			name: "an identifier on five interfaces is the firmware's, not a device's",
			rows: shared(5, "ssdp.usn", uuid),
			want: []want{
				{"00:11:22:00:01:00", "10.0.0.0", true, ""},
				{"00:11:22:00:01:01", "10.0.0.1", true, ""},
				{"00:11:22:00:01:02", "10.0.0.2", true, ""},
				{"00:11:22:00:01:03", "10.0.0.3", true, ""},
				{"00:11:22:00:01:04", "10.0.0.4", true, ""},
			},
		},
		{
			name: "two that share a key but call themselves by different names are two",
			rows: []row{
				{0, camera, "10.0.0.5", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{1, camera, "10.0.0.5", heron.KeyHostname, "left"},
				{2, printer, "10.0.0.6", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{3, printer, "10.0.0.6", heron.KeyHostname, "right"},
			},
			want: []want{{camera, "10.0.0.5", true, ""}, {printer, "10.0.0.6", true, ""}},
		},
		{
			name: "who could be either of two that share a key is neither, and makes them no one",
			rows: []row{
				{0, camera, "10.0.0.5", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{1, camera, "10.0.0.5", heron.KeyHostname, "left"},
				{2, printer, "10.0.0.6", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{3, printer, "10.0.0.6", heron.KeyHostname, "right"},
				{4, gateway, "10.0.0.7", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
			},
			want: []want{{camera, "10.0.0.5", true, ""}, {printer, "10.0.0.6", true, ""}, {gateway, "10.0.0.7", true, ""}},
		},
		{
			name: "the address of a network joins no devices, as it is none",
			rows: []row{
				{0, camera, "10.0.0.5", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{1, "", "10.0.1.0", "ssh.hostkey", "ssh-ed25519 AAAAC3NzaC1"},
				{2, "", "10.0.1.0", "ssdp.usn", uuid},
				{3, printer, "10.0.0.6", "ssdp.usn", uuid},
			},
			want: []want{{camera, "10.0.0.5", true, ""}, {printer, "10.0.0.6", true, ""}},
		},
		{
			name: "hosts with public addresses on one link have their addresses",
			rows: []row{
				{0, camera, "198.51.100.7", frame, ""},
				{0, camera, "198.51.100.7", heron.KeyDirect, "30"},
				{1, camera, "198.51.100.7", "http.server", "a controller"},
				{0, printer, "203.0.113.9", frame, ""},
				{0, printer, "203.0.113.9", heron.KeyDirect, "128"},
			},
			want: []want{{camera, "198.51.100.7", true, ""}, {printer, "203.0.113.9", true, ""}},
		},
		{
			name: "a router has none of those that it passes on, though one came as if straight",
			rows: []row{
				{0, gateway, "198.51.100.7", frame, ""},
				{0, gateway, "198.51.100.7", heron.KeyDirect, "64"},
				{0, gateway, "203.0.113.9", frame, ""},
				{1, gateway, "203.0.113.9", "http.server", "x"},
			},
			want: []want{{gateway, "", true, "router"}, {"", "203.0.113.9", false, ""}},
		},
		{
			name: "nor has who has a private address here",
			rows: []row{
				{0, gateway, "10.0.0.1", frame, ""},
				{1, gateway, "198.51.100.7", frame, ""},
				{1, gateway, "198.51.100.7", heron.KeyDirect, "64"},
			},
			want: []want{{gateway, "10.0.0.1", true, "router"}},
		},
		{
			name: "nor who passes five on",
			rows: straight(5),
			want: []want{{gateway, "", true, "router"}},
		},
		{
			name: "the invented MACs of one phone are one device",
			rows: append(phone("02:00:00:00:00:01", "10.0.0.11", "annas-phone", 0),
				append(phone("02:00:00:00:00:02", "10.0.0.12", "annas-phone", 90000),
					phone("02:00:00:00:00:03", "10.0.0.13", "annas-phone", 180000)...)...),
			want: []want{{"02:00:00:00:00:01 02:00:00:00:00:02 02:00:00:00:00:03", "10.0.0.13 10.0.0.12 10.0.0.11", true, ""}},
		},
		{
			name: "two phones of one maker's name are two",
			rows: append(phone("02:00:00:00:00:01", "10.0.0.11", "iPhone", 0), phone("02:00:00:00:00:02", "10.0.0.12", "iPhone", 90000)...),
			want: []want{{"02:00:00:00:00:01", "10.0.0.11", true, ""}, {"02:00:00:00:00:02", "10.0.0.12", true, ""}},
		},
		{
			name: "two phones that are there at the same time are two",
			rows: append(phone("02:00:00:00:00:01", "10.0.0.11", "annas-phone", 0), phone("02:00:00:00:00:02", "10.0.0.12", "annas-phone", 3)...),
			want: []want{{"02:00:00:00:00:01", "10.0.0.11", true, ""}, {"02:00:00:00:00:02", "10.0.0.12", true, ""}},
		},
		{
			name: "hosts behind a router are devices without its MAC",
			rows: append([]row{{0, gateway, "10.0.0.1", arp, ""}, {0, camera, "10.0.0.5", arp, ""}}, behind("10.9.0.", 3)...),
			want: []want{
				{gateway, "10.0.0.1", true, "router"},
				{camera, "10.0.0.5", true, ""},
				{"", "10.9.0.1", true, ""},
				{"", "10.9.0.2", true, ""},
				{"", "10.9.0.3", true, ""},
			},
		},
		{
			name: "a router that never used ARP does not swallow the hosts behind it",
			rows: behind("10.9.0.", 6),
			want: []want{
				{gateway, "", true, "router"},
				{"", "10.9.0.1", true, ""},
				{"", "10.9.0.2", true, ""},
				{"", "10.9.0.3", true, ""},
				{"", "10.9.0.4", true, ""},
				{"", "10.9.0.5", true, ""},
				{"", "10.9.0.6", true, ""},
			},
		},
		{
			name: "hosts of the Internet make a router of whom they come through, and are no devices",
			rows: []row{
				{0, gateway, "192.168.1.1", frame, ""},
				{1, gateway, "52.1.2.3", frame, ""},
				{2, gateway, "140.82.1.1", frame, ""},
				{3, camera, "192.168.1.5", frame, ""},
			},
			want: []want{{gateway, "192.168.1.1", true, "router"}, {camera, "192.168.1.5", true, ""}},
		},
		{
			name: "a host of the Internet of which something is known is a remote device",
			rows: []row{{1, gateway, "52.1.2.3", frame, ""}, {2, gateway, "52.1.2.3", "http.server", "nginx"}},
			want: []want{{gateway, "", true, "router"}, {"", "52.1.2.3", false, ""}},
		},
		{
			name: "a host of the Internet that answers as control systems do is a remote device, and a web server is not",
			rows: []row{
				{1, gateway, "52.1.2.3", frame, ""},
				{2, gateway, "52.1.2.3", heron.KeyServiceProtocol, "tcp/102/s7comm"},
				{1, gateway, "52.1.2.4", frame, ""},
				{2, gateway, "52.1.2.4", heron.KeyServiceProtocol, "tcp/80/http"},
			},
			want: []want{{gateway, "", true, "router"}, {"", "52.1.2.3", false, "ot"}},
		},
		{
			name: "a public address that ARP shows on the link is a local host's own",
			rows: []row{{0, camera, "130.1.2.5", arp, ""}, {1, printer, "130.1.2.6", frame, ""}},
			want: []want{{camera, "130.1.2.5", true, ""}, {printer, "130.1.2.6", true, ""}},
		},
		{
			name: "the link is known by an ARP that comes later too",
			rows: []row{{1, printer, "130.1.2.6", frame, ""}, {2, camera, "130.1.2.5", arp, ""}},
			want: []want{{printer, "130.1.2.6", true, ""}, {camera, "130.1.2.5", true, ""}},
		},
		{
			name: "proxy ARP: the proxy has its own address only",
			rows: proxied(12),
			want: append([]want{{gateway, "10.0.0.1", true, "router"}}, alone("10.0.0.", 2, 12)...),
		},
		{
			name: "a virtual router has its address and swallows neither router",
			rows: []row{
				{0, "00:00:5e:00:01:01", "10.0.0.1", arp, ""},
				{1, gateway, "10.0.0.2", arp, ""},
				{2, printer, "10.0.0.3", arp, ""},
				{3, "00:00:5e:00:01:01", "10.0.0.2", frame, ""},
				{4000, "00:00:5e:00:01:01", "10.0.0.3", frame, ""},
				{5, gateway, "10.0.0.2", "ssh.hostkey", "key of the first"},
				{6, "00:00:5e:00:01:01", "10.0.0.1", "ssh.hostkey", "key of the first"},
				{4001, printer, "10.0.0.3", "ssh.hostkey", "key of the second"},
				{4002, "00:00:5e:00:01:01", "10.0.0.1", "ssh.hostkey", "key of the second"},
			},
			want: []want{
				{"00:00:5e:00:01:01", "10.0.0.1", true, "virtual_router"}, {gateway, "10.0.0.2", true, ""}, {printer, "10.0.0.3", true, ""},
			},
		},
		{
			name: "the IPv6 addresses of a host join its MAC",
			rows: []row{
				{0, camera, "fe80::211:22ff:fe00:1", frame, ""},
				{1, camera, "2001:db8:1:1:211:22ff:fe00:1", frame, ""},
				{2, camera, "2001:db8:1:1:dead:beef:1:2", frame, ""},
				{3, camera, "10.0.0.5", arp, ""},
			},
			want: []want{{camera, "10.0.0.5 2001:db8:1:1:dead:beef:1:2 2001:db8:1:1:211:22ff:fe00:1 fe80::211:22ff:fe00:1", true, ""}},
		},
		{
			name: "broadcast, multicast and zero addresses are nobody",
			rows: []row{
				{0, "ff:ff:ff:ff:ff:ff", "255.255.255.255", frame, ""},
				{0, "01:00:5e:00:00:fb", "224.0.0.251", frame, ""},
				{0, "", "0.0.0.0", "dhcp.params", "1,3"},
				{0, "", "10.0.0.255", "smb.browser", "told to all"},
				{0, camera, "0.0.0.0", "dhcp.params", "1,3"},
				{0, camera, "224.0.0.251", frame, ""},
			},
			want: []want{{camera, "", true, ""}},
		},
		{
			name: "a host far away may have an address that would be a network's here",
			rows: []row{{0, "", "45.90.28.0", "tls.ja3s", "x"}, {1, "", "45.90.28.255", "tls.ja3s", "y"}, {2, "", "45.90.29.0", frame, ""}},
			want: []want{{"", "45.90.28.0", false, ""}, {"", "45.90.28.255", false, ""}},
		},
		{
			name: "a capture without a link layer has devices by address",
			rows: []row{{0, "", "10.0.0.5", frame, ""}, {1, "", "10.0.0.6", "http.server", "x"}, {2, "", "8.8.8.8", frame, ""}},
			want: []want{{"", "10.0.0.5", true, ""}, {"", "10.0.0.6", true, ""}},
		},
		{
			name: "an ARP spoofer does not become its victim, nor its victim it",
			rows: []row{
				{0, gateway, "10.0.0.1", arp, ""},
				{1, camera, "10.0.0.5", arp, ""},
				{2, printer, "10.0.0.66", arp, ""},
				{10, printer, "10.0.0.1", arp, ""},
				{10, printer, "10.0.0.5", arp, ""},
				{11, printer, "10.0.0.5", "http.user_agent", "said by the camera through the spoofer"},
				{20, gateway, "10.0.0.1", frame, ""},
				{20, camera, "10.0.0.5", frame, ""},
			},
			want: []want{{gateway, "10.0.0.1", true, ""}, {camera, "10.0.0.5", true, ""}, {printer, "10.0.0.66", true, ""}},
		},
		{
			name: "a holder not heard of for some minutes does not lose its address to a spoofer",
			rows: []row{{0, gateway, "10.0.0.1", arp, ""}, {120, printer, "10.0.0.1", arp, ""}, {121, printer, "10.0.0.66", arp, ""}},
			want: []want{{gateway, "10.0.0.1", true, ""}, {printer, "10.0.0.66", true, ""}},
		},
		{
			name: "but it does to one that the DHCP server gave it to",
			rows: []row{{0, camera, "10.0.0.5", arp, ""}, {120, printer, "", heron.KeyDHCPAddress, "10.0.0.5"}, {121, printer, "10.0.0.5", arp, ""}},
			want: []want{{camera, "", true, ""}, {printer, "10.0.0.5", true, ""}},
		},
		{
			name: "a client behind a relay keeps the lease that its router forwards for",
			rows: []row{
				{0, gateway, "10.0.0.1", arp, ""},
				{1, camera, "", heron.KeyDHCPAddress, "10.7.0.5"},
				{2, gateway, "10.7.0.5", frame, ""},
				{3, gateway, "10.7.0.5", "http.server", "camera"},
			},
			want: []want{{gateway, "10.0.0.1", true, "router"}, {camera, "10.7.0.5", true, ""}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := network(t, inventory.Options{}, tt.rows)
			if got := summary(v); !cmp.Equal(got, texts(tt.want)) {
				t.Errorf("devices:\n%s", cmp.Diff(got, texts(tt.want)))
			}
			checkInvariants(t, v)
		})
	}
}

// summary writes each device as one line, sorted.
func summary(v *inventory.Inventory) []string {
	var out []want
	for d := range v.All() {
		w := want{local: d.Local, roles: strings.Join(d.Roles, " ")}
		for _, m := range d.MACs {
			w.macs += " " + m.String()
		}
		for _, a := range d.IPs {
			w.ips += " " + a.String()
		}
		out = append(out, w)
	}
	return texts(out)
}

func texts(list []want) []string {
	out := make([]string, 0, len(list))
	for _, w := range list {
		out = append(out, fmt.Sprintf("mac[%s] ip[%s] local=%v roles[%s]", strings.TrimSpace(w.macs), strings.TrimSpace(w.ips), w.local, w.roles))
	}
	slices.Sort(out)
	return out
}

// phone is a phone that joins with an invented MAC.
func phone(mac, ip, name string, at int) []row {
	return []row{
		{at, mac, "", "dhcp.params", "1,121,3,6,15"},
		{at, mac, "", "dhcp.vendor_class", "android-dhcp-14"},
		{at, mac, "", "dhcp.hostname", name},
		{at + 1, mac, ip, arp, ""},
		{at + 10, mac, ip, frame, ""},
	}
}

// behind is a router that carries n hosts' packets.
func behind(prefix string, n int) []row {
	var out []row
	for i := 1; i <= n; i++ {
		out = append(out, row{i, gateway, fmt.Sprint(prefix, i), frame, ""}, row{i, gateway, fmt.Sprint(prefix, i), "http.server", "x"})
	}
	return out
}

// proxied is a router that answers ARP for n addresses, its own first.
func proxied(n int) []row {
	var out []row
	for i := 1; i <= n; i++ {
		a := fmt.Sprint("10.0.0.", i)
		out = append(out, row{i, gateway, a, arp, ""}, row{i, gateway, a, frame, ""})
	}
	return out
}

// straight is a MAC that n addresses of the Internet came from as if straight.
func straight(n int) []row {
	var out []row
	for i := 1; i <= n; i++ {
		a := fmt.Sprint("198.51.100.", i)
		out = append(out, row{i, gateway, a, frame, ""}, row{i, gateway, a, heron.KeyDirect, "64"})
	}
	return out
}

// alone are devices with an address and no MAC.
func alone(prefix string, from, to int) []want {
	var out []want
	for i := from; i <= to; i++ {
		out = append(out, want{"", fmt.Sprint(prefix, i), true, ""})
	}
	return out
}

// shared are n hosts that show the same value.
func shared(n int, key, value string) []row {
	var out []row
	for i := range n {
		m, a := fmt.Sprintf("00:11:22:00:01:%02x", i), fmt.Sprint("10.0.0.", i)
		out = append(out, row{i, m, a, arp, ""}, row{i, m, a, key, value})
	}
	return out
}

// checkInvariants fails when an address has two owners or a host behind a
// router lists its MAC.
func checkInvariants(t testing.TB, v *inventory.Inventory) {
	t.Helper()
	ips, macs, ids := map[netip.Addr]string{}, map[heron.MAC]string{}, map[string]bool{}
	for d := range v.All() {
		if ids[d.ID] {
			t.Fatalf("two devices have the id %s", d.ID)
		}
		ids[d.ID] = true
		for _, a := range d.IPs {
			if other := ips[a]; other != "" && other != d.ID {
				t.Fatalf("%s has two owners", a)
			}
			ips[a] = d.ID
			if a.IsMulticast() || a.IsUnspecified() {
				t.Fatalf("%s is a device's address", a)
			}
		}
		for _, m := range d.MACs {
			if macs[m] != "" || !m.IsUnicast() {
				t.Fatalf("%s has two owners, or is no host's", m)
			}
			macs[m] = d.ID
		}
		if d.First > d.Last {
			t.Fatalf("%s was first seen at %s, after %s", d.ID, d.First, d.Last)
		}
	}
}
