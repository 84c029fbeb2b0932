package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/lab"
)

// Where the core is, and the way between it and the sensor.
const (
	hqAddress   = "198.51.100.1"
	gateAddress = "198.51.100.2"
)

// TestSensorScansItsNetwork has a core that reaches no device, and a sensor on the bridge
// of the devices that scans for it: what the sensor excludes is left alone, no device
// breaks, what is sent raises no alert, and neither a core that is killed in the midst nor
// a sensor loses count of what was sent.
func TestSensorScansItsNetwork(t *testing.T) {
	s := startScannet(t)
	left := s.guards[0].device
	hq, coreArgs, sensorArgs := s.apart(t, "enabled: true, new_devices: false, profile: standard", left)
	core := start(t, hq, coreArgs...)
	c := s.loginAt(t, core.password)
	inPlant := []string{"ip", "netns", "exec", s.core}
	sensor := startSensor(t, inPlant, sensorArgs...)
	sensorTells(t, c)

	// The core is killed as soon as it knows that the scan runs, and begins again.
	x, err := c.StartScan(t.Context(), heron.ScanRequest{Targets: s.targets(), Profile: "standard", Sensor: "dock"})
	if err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "the scan to find hosts", func() error { return foundBy(t, c, x.ID, 3) })
	core.kill(t)
	core = start(t, hq, coreArgs...)
	if core.password != "" {
		t.Error("the second start made another admin")
	}
	within(t, 3*time.Minute, "the scan to end", func() error { return allEnded(t, c) })
	s.checkScan(t, c, x.ID, left)
	time.Sleep(5 * time.Second) // what was sent last is seen as unanswered
	noAlarm(t, c, "live")

	// The sensor is killed, and begins again.
	x, err = c.StartScan(t.Context(), heron.ScanRequest{Targets: s.targets(), Profile: "standard", Sensor: "dock", Rate: 20})
	if err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "the scan to run", func() error {
		now, err := c.Scan(t.Context(), x.ID)
		if err == nil && now.Packets < 20 {
			err = fmt.Errorf("%+v", now)
		}
		return err
	})
	sensor.kill(t)
	startSensor(t, inPlant, sensorArgs...)
	within(t, 2*time.Minute, "the sensor to tell that it was killed", func() error {
		now, err := c.Scan(t.Context(), x.ID)
		if err == nil && (now.State != heron.ScanInterrupted || now.Packets < 20 || !strings.Contains(now.Error, "sensor ended")) {
			err = fmt.Errorf("%+v", now)
		}
		return err
	})
}

// TestSensorAsksNewDevices has a core that reaches no device: what the sensor hears first is
// asked by the sensor, within its own configuration, without anybody's order.
func TestSensorAsksNewDevices(t *testing.T) {
	s := startScannet(t)
	left := s.guards[0].device
	hq, coreArgs, sensorArgs := s.apart(t, "enabled: true, profile: standard", left)
	core := start(t, hq, coreArgs...)
	c := s.loginAt(t, core.password)
	startSensor(t, []string{"ip", "netns", "exec", s.core}, sensorArgs...)
	sensorTells(t, c)
	s.appear(t)
	within(t, time.Minute, "the host that appeared to be asked", func() error { return askedAbout(t, c, s.late) })
	within(t, 2*time.Minute, "all scans to end", func() error { return allEnded(t, c) })
	list, err := c.Scans(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, x := range list {
		if x.Sensor != "dock" || x.Reason != "new_device" || x.By != "system" || !slices.Contains(x.Exclude, left.IP.String()) {
			t.Errorf("ran %+v", x)
		}
		if !slices.Contains(x.Targets, s.late.IP.String()) {
			continue
		}
		for _, d := range known(t, c) {
			if wait := x.Started - d.First; slices.Contains(d.IPs, s.late.IP) && wait > 10*heron.Second {
				t.Errorf("the scan began %.1f s after the device was heard", float64(wait)/float64(heron.Second))
			}
		}
	}
	for _, g := range s.guards {
		if g.isBroken() {
			t.Errorf("%s broke", g)
		}
	}
	if askedAbout(t, c, left) == nil {
		t.Errorf("%s was asked, which the sensor excludes", left.Name)
	}
	time.Sleep(5 * time.Second) // what was sent last is seen as unanswered
	noAlarm(t, c, "live")
}

// apart is what runs a program where the core is, and the arguments of a core and of a
// sensor that leaves a device alone.
func (s *scannet) apart(t *testing.T, discovery string, left lab.Device) (hq, core, sensor []string) {
	t.Helper()
	hq = s.headquarters(t)
	token := writeFile(t, t.TempDir(), "bus.token", "a-token-of-the-bus-0123456789abcdef")
	cert, key := certificateFor(t, hqAddress)
	coreData, sensorData := t.TempDir(), t.TempDir()
	core = []string{
		"serve", "--config", writeFile(t, coreData, "heron.yaml", "site: plant\ndiscovery: {"+discovery+"}\n"),
		"--role", "core", "--data", coreData, "--listen", hqAddress + ":8420",
		"--bus-listen", hqAddress + ":4222", "--bus-cert-file", cert, "--bus-key-file", key, "--bus-token-file", token,
	}
	conf := writeFile(t, sensorData, "heron.yaml", fmt.Sprintf(
		"site: plant\nsensor: {name: dock, interfaces: [%s], scan: {enabled: true, exclude: [%s]}}\n", s.BridgeName(), left.IP))
	sensor = []string{
		"serve", "--config", conf, "--role", "sensor", "--data", sensorData,
		"--bus", "tls://" + hqAddress + ":4222", "--bus-ca-file", cert, "--bus-token-file", token,
	}
	return hq, core, sensor
}

// headquarters makes a namespace that reaches the sensor and nothing else, and returns
// what runs a program there.
func (s *scannet) headquarters(t *testing.T) []string {
	t.Helper()
	name := strings.TrimSuffix(s.core, "-core") + "-hq"
	ip(t, "netns", "add", name)
	t.Cleanup(func() { ip(t, "netns", "del", name) })
	ip(t, "-n", name, "link", "add", "gate", "type", "veth", "peer", "name", "hq", "netns", s.core)
	for _, x := range [][2]string{{name, "gate"}, {s.core, "hq"}} {
		address := map[string]string{"gate": hqAddress, "hq": gateAddress}[x[1]]
		ip(t, "-n", x[0], "address", "add", address+"/30", "dev", x[1])
		ip(t, "-n", x[0], "link", "set", x[1], "up")
	}
	ip(t, "-n", name, "link", "set", "lo", "up")
	return []string{"ip", "netns", "exec", name}
}

// loginAt is a client of the core at its headquarters.
func (s *scannet) loginAt(t *testing.T, password string) *client.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	hc := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dialCore(s.Network)}}
	c, err := client.New("http://"+hqAddress+":8420", client.WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Login(t.Context(), "admin", password); err != nil {
		t.Fatal(err)
	}
	return c
}

// checkScan holds a scan against the network that it was of.
func (s *scannet) checkScan(t *testing.T, c *client.Client, id string, left lab.Device) {
	t.Helper()
	x, err := c.Scan(t.Context(), id)
	if err != nil || x.State != heron.ScanDone || x.Packets == 0 || !slices.Contains(x.From, lab.CoreAddress().String()) {
		t.Errorf("the scan is %+v, %v", x, err)
	}
	for _, g := range s.guards {
		g.mu.Lock()
		broke, most, questions := g.broke, g.most, len(g.questions) // what is for all is no question
		g.mu.Unlock()
		if broke != "" || most > 1 || (questions == 0) != (g.device.IP == left.IP) {
			t.Errorf("%s was asked at %d ports, over %d connections at once, and broke: %q", g.device.Name, questions, most, broke)
		}
	}
	asked := map[string]bool{}
	for e, err := range c.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action == "scan.probe" && e.Detail["scan"] == id {
			if asked[e.Object] {
				t.Errorf("%s is in the audit log twice", e.Object)
			}
			asked[e.Object] = true
		}
	}
	macs := 0
	for _, d := range known(t, c) {
		macs += len(d.MACs)
	}
	for _, d := range s.Devices() {
		if there := d.IP != left.IP && d.Model != lateModel; asked[d.IP.String()] != there {
			t.Errorf("%s: that it was asked is %v in the audit log", d.Name, asked[d.IP.String()])
		}
	}
	if macs < len(asked) {
		t.Errorf("%d hardware addresses are known, of %d hosts", macs, len(asked))
	}
}

// sensorTells waits until the core has heard of the sensor.
func sensorTells(t *testing.T, c *client.Client) {
	t.Helper()
	within(t, time.Minute, "the sensor", func() error {
		_, err := healthOf(t, c)
		return err
	})
}
