package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron/internal/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "heron.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func noEnv(string) string { return "" }

func TestDefaultIsValid(t *testing.T) {
	t.Parallel()
	c := config.Default()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Web.Listen, "127.0.0.1:") {
		t.Errorf("listens on %s, want loopback until told otherwise", c.Web.Listen)
	}
}

func TestLoadLaysFileOverDefaultAndEnvironmentOverFile(t *testing.T) {
	t.Parallel()
	path := write(t, "site: plant-1\nweb: {listen: '127.0.0.1:9000'}\nretention: {flows: 7d}\n"+
		"receivers:\n- {name: soc, notifier: webhook, config: {url: 'https://soc.example/hook'}}\n")
	env := map[string]string{"HERON_LISTEN": "127.0.0.1:9001", "HERON_INTERFACES": "eth0,eth1"}
	c, err := config.Load(path, func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if c.Site != "plant-1" || c.Web.Listen != "127.0.0.1:9001" || len(c.Sensor.Interfaces) != 2 {
		t.Errorf("got site %q, listen %q, interfaces %v", c.Site, c.Web.Listen, c.Sensor.Interfaces)
	}
	if time.Duration(c.Keep.Flows) != 7*24*time.Hour {
		t.Errorf("flows kept for %v, want 7 days", time.Duration(c.Keep.Flows))
	}
	if got := string(c.Receive[0].Config); got != `{"url":"https://soc.example/hook"}` {
		t.Errorf("receiver config = %s", got)
	}
}

func TestLoadRefusesVariablesThatAreNoNumbers(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HERON_MAX_ENDPOINTS": "many", "HERON_SPOOL_BYTES": "4G", "HERON_BUS_CLEAR_TEXT": "perhaps"}
	_, err := config.Load("", func(k string) string { return env[k] })
	for _, want := range []string{
		`HERON_MAX_ENDPOINTS="many": want a whole number`, `HERON_SPOOL_BYTES="4G": want a whole number`,
		`HERON_BUS_CLEAR_TEXT="perhaps": want true or false`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want one that says %s", err, want)
		}
	}
}

func TestValidateBoundsWhatIsKeptInMemory(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		flows, endpoints int
		want             string
	}{
		{1023, 1024, "sensor.max_flows 1023"},
		{1_000_001, 1024, "sensor.max_flows 1000001"},
		{1024, 1023, "max_endpoints 1023"},
		{1_000_000, 1024, ""},
	} {
		c := config.Default()
		c.Sensor.MaxFlows, c.MaxEndpoints = x.flows, x.endpoints
		if err := c.Validate(); (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%d flows, %d endpoints: %v, want %q", x.flows, x.endpoints, err, x.want)
		}
	}
}

func TestLoadRefusesUnknownKeys(t *testing.T) {
	t.Parallel()
	_, err := config.Load(write(t, "sight: plant-1\n"), noEnv)
	if err == nil || !strings.Contains(err.Error(), "sight") || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("err = %v, want one that names the key and the line", err)
	}
}

func TestValidateTellsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Site, c.Role, c.Web.Listen, c.Local = "Plant 1", "boss", "8420", []string{"10.0.0.0"}
	c.Web.TLSCert = "/nonexistent/cert.pem"
	c.Bus.URL = "nats://user:hunter2@host"
	err := c.Validate()
	if err == nil {
		t.Fatal("want faults")
	}
	for _, want := range []string{"site", "role", "web.listen", "local", "tls_key", "cert.pem", "bus.url"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the error repeats a secret")
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"30d": 720 * time.Hour, "90m": 90 * time.Minute} {
		if got, err := config.ParseDuration(in); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "d", "30", "3d4"} {
		if _, err := config.ParseDuration(in); err == nil {
			t.Errorf("ParseDuration(%q) passes", in)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("site: a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := config.Load(path, noEnv); err == nil {
			_ = c.Validate()
		}
	})
}

func TestBusBeyondThisHostNeedsTLS(t *testing.T) {
	t.Parallel()
	file := write(t, "a secret of the bus")
	for name, tt := range map[string]struct {
		set func(*config.Bus)
		ok  bool
	}{
		"loopback":                 {func(b *config.Bus) { b.URL = "nats://127.0.0.1:4222" }, true},
		"loopback by name":         {func(b *config.Bus) { b.URL = "nats://localhost:4222" }, true},
		"loopback of IPv6":         {func(b *config.Bus) { b.URL = "nats://[::1]:4222" }, true},
		"elsewhere":                {func(b *config.Bus) { b.URL = "nats://core.example:4222" }, false},
		"one of two elsewhere":     {func(b *config.Bus) { b.URL = "nats://127.0.0.1:4222, nats://192.0.2.1" }, false},
		"elsewhere with TLS":       {func(b *config.Bus) { b.URL = "tls://core.example:4222" }, true},
		"elsewhere, CA named":      {func(b *config.Bus) { b.URL, b.CAFile = "nats://core.example:4222", file }, true},
		"elsewhere, allowed":       {func(b *config.Bus) { b.URL, b.ClearText = "nats://core.example:4222", true }, true},
		"listens for all":          {func(b *config.Bus) { b.Listen, b.TokenFile = "0.0.0.0:4222", file }, false},
		"listens on every address": {func(b *config.Bus) { b.Listen, b.TokenFile = ":4222", file }, false},
		"listens with TLS": {func(b *config.Bus) {
			b.Listen, b.TokenFile, b.CertFile, b.KeyFile = "0.0.0.0:4222", file, file, file
		}, true},
		"half a certificate": {func(b *config.Bus) { b.CertFile = file }, false},
	} {
		c := config.Default()
		tt.set(&c.Bus)
		if err := c.Validate(); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want it to pass: %v", name, err, tt.ok)
		}
	}
}

func TestSwitchesAreChecked(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Discovery.SwitchesEvery = config.Duration(time.Second)
	c.Discovery.Switches = []config.DiscoverySwitch{{Address: "core", Credential: "a"}, {Address: "192.0.2.2:1161"}}
	err := c.Validate()
	if err == nil {
		t.Fatal("all of it is taken")
	}
	for _, want := range []string{
		`address "core": want an address`, "discovery.switches[1]: want the name of a credential", "switches_every 1s: want 1m0s or more",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told: %v", want, err)
		}
	}
	if at, err := c.Discovery.Switches[1].AddrPort(); err != nil || at.String() != "192.0.2.2:1161" {
		t.Errorf("got %v, %v", at, err)
	}
}

// What the core may have a sensor ask is checked: it is nothing until it is switched on.
func TestScansOfSensorsAreChecked(t *testing.T) {
	t.Parallel()
	c := config.Default()
	if s := c.Sensor.Scan; s.Enabled {
		t.Errorf("it may scan: %+v", s)
	}
	c.Sensor.Scan = config.SensorScan{Enabled: true, Strongest: "rough", Packets: -1, SNMPPublic: "always"}
	err := c.Validate()
	if err == nil {
		t.Fatal("all of it is taken")
	}
	for _, want := range []string{
		"sensor.scan.enabled: is for the role sensor", `sensor.scan.strongest_profile "rough"`,
		"sensor.scan.packets_per_second -1", `sensor.scan.snmp_public "always"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told: %v", want, err)
		}
	}
}
