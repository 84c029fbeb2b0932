package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
)

// scanned is what heron scan prints.
type scanned struct {
	Devices []heron.Device `json:"devices"`
	Hosts   []struct {
		Host netip.Addr `json:"host"`
	} `json:"hosts"`
}

// TestScanOfFragileNetwork scans a network whose control devices break at what old ones
// break at, and in which some hosts answer nothing: everybody is found, with all ports
// that are looked at, and nobody breaks.
func TestScanOfFragileNetwork(t *testing.T) {
	s := startScannet(t)
	prefix := []string{"ip", "netns", "exec", s.core}
	args := []string{"scan", "--profile", "standard", "--json"}
	planned := plan(t, prefix, append(args, s.addresses()...))
	var r scanned
	out, err := command(t, prefix, append(args, s.targets()...)...).Output()
	if err != nil {
		t.Fatalf("scan: %v: %s", err, out)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	ports := 0
	for _, d := range s.Devices() {
		there := slices.ContainsFunc(r.Hosts, func(h struct {
			Host netip.Addr `json:"host"`
		},
		) bool {
			return h.Host == d.IP
		})
		if there == (d.Model == lateModel) {
			t.Errorf("%s at %s: found is %v", d.Name, d.IP, there)
		}
		if !there {
			continue
		}
		found := servicesAt(r.Devices, d.IP)
		for _, port := range openPorts(d, "tcp") {
			if planned[d.IP][port] == 0 {
				continue
			}
			if ports++; !slices.Contains(found, port) {
				t.Errorf("%s: port %d is open and was not found; found are %v", d.Name, port, found)
			}
		}
	}
	if ports < 15 {
		t.Errorf("%d open ports were to be found; the network is not what it was", ports)
	}
	for _, g := range s.guards {
		g.check(t, planned[g.device.IP])
		t.Log(g)
	}
	breakOne(t, s)
}

// addresses are those of the devices.
func (s *scannet) addresses() []string {
	var out []string
	for _, d := range s.Devices() {
		out = append(out, d.IP.String())
	}
	return out
}

// plan is how often which ports of whom are asked at most.
func plan(t *testing.T, prefix, args []string) map[netip.Addr]map[uint16]int {
	t.Helper()
	out, err := command(t, prefix, append(args, "--dry-run")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	planned := map[netip.Addr]map[uint16]int{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var x heron.ScanStep
		if err := d.Decode(&x); err != nil {
			t.Fatal(err)
		}
		host := netip.MustParseAddr(x.Host)
		if planned[host] == nil {
			planned[host] = map[uint16]int{}
		}
		planned[host][uint16(x.Port)] += x.Times
	}
	return planned
}

// servicesAt are the TCP ports of the device that has an address.
func servicesAt(devices []heron.Device, addr netip.Addr) []uint16 {
	var out []uint16
	for i := range devices {
		if !slices.Contains(devices[i].IPs, addr) {
			continue
		}
		for _, s := range devices[i].Services {
			if s.Transport == heron.TCP {
				out = append(out, s.Port)
			}
		}
	}
	return out
}

// breakOne shows that the devices do break: two connections bring one down.
func breakOne(t *testing.T, s *scannet) {
	t.Helper()
	g := s.guards[slices.IndexFunc(s.guards, func(g *guard) bool { return g.device.Model == "schneider-m340" })]
	at := netip.AddrPortFrom(g.device.IP, 502).String()
	err := s.InsideCore(func() error {
		first, err := net.DialTimeout("tcp", at, time.Second)
		if err != nil {
			return err
		}
		defer first.Close()
		second, err := net.DialTimeout("tcp", at, time.Second)
		if err == nil {
			_ = second.Close()
		}
		return err
	})
	if err != nil {
		t.Fatalf("%s did not survive: %v", g.device.Name, err)
	}
	within(t, 10*time.Second, "the device to break at a second connection", func() error {
		if !g.isBroken() {
			return errors.New("it lives")
		}
		return nil
	})
}

// sniffer notes when the scanner sent something new: a question for a host, a datagram,
// the beginning of a connection.
type sniffer struct {
	mu   sync.Mutex
	last heron.Time
	n    int
}

// TestScanIsStoppedAtOnce has a scan that would take a minute, and the file that stops it.
func TestScanIsStoppedAtOnce(t *testing.T) {
	s := startScannet(t)
	watch := &sniffer{}
	s.sniff(t, func(p *heron.Packet) {
		watch.mu.Lock()
		defer watch.mu.Unlock()
		if isNews(p.Data) {
			watch.n++
			watch.last = p.Time
		}
	})
	stop := filepath.Join(t.TempDir(), "stop")
	cmd := command(t, []string{"ip", "netns", "exec", s.core},
		append([]string{"scan", "--profile", "deep", "--rate", "50", "--stop-file", stop, "--json"}, s.targets()...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "the scan to begin", func() error {
		watch.mu.Lock()
		defer watch.mu.Unlock()
		if watch.n < 100 {
			return fmt.Errorf("%d packets", watch.n)
		}
		return nil
	})
	at := heron.TimeOf(time.Now())
	if err := os.WriteFile(stop, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("a scan that was stopped reports success")
	}
	time.Sleep(200 * time.Millisecond) // what was sent is captured
	watch.mu.Lock()
	defer watch.mu.Unlock()
	if after := watch.last - at; after > heron.Second {
		t.Errorf("something new was sent %v after the stop", after)
	}
	if !bytes.Contains(out.Bytes(), []byte(`"stopped"`)) {
		t.Errorf("it ended by itself: %s", out.Bytes())
	}
}

// sniff captures on the bridge.
func (s *scannet) sniff(t *testing.T, fn func(*heron.Packet)) {
	t.Helper()
	err := s.InsideCore(func() error {
		src, err := listen(s.BridgeName())
		if err == nil {
			follow(t, src, fn, func() bool { return false })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isNews tells of a frame of the scanner that is no part of a connection: its SYNs,
// ARP questions, echoes and datagrams.
func isNews(b []byte) bool {
	const arp = 14 // where it begins
	core := lab.CoreAddress().As4()
	if len(b) >= arp+28 && b[12] == 8 && b[13] == 6 {
		return bytes.Equal(b[arp+14:arp+18], core[:])
	}
	x, ok := readSegment(b)
	return ok && x.src == lab.CoreAddress() && (x.protocol != unix.IPPROTO_TCP || x.flags&flagSYN != 0)
}
