package compliance_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/compliance"
)

const now = heron.Time(1_790_000_000_000_000)

func status(t *testing.T, in compliance.Input, id string) heron.ControlResult {
	t.Helper()
	for _, r := range compliance.Check(in) {
		if r.ControlID == id {
			return r
		}
	}
	t.Fatalf("no result for %s", id)
	return heron.ControlResult{}
}

func device(services ...heron.Service) *heron.Device {
	return &heron.Device{ID: "d1", Services: services, Identity: heron.Identity{Type: heron.Claim{Value: "camera"}}}
}

func obs(key, value string) heron.Observation { return heron.Observation{Key: key, Value: value} }

func TestControlsAreWellFormed(t *testing.T) {
	t.Parallel()
	list := compliance.Controls()
	if len(list) < 10 {
		t.Fatalf("%d controls, want at least 10", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b heron.Control) int { return compare(a.ID, b.ID) }) {
		t.Error("controls are not sorted by id")
	}
	for _, c := range list {
		if c.Title == "" || c.Rule == "" || c.Weight <= 0 {
			t.Errorf("%s lacks a title, a rule or a weight", c.ID)
		}
		for _, f := range []string{"IEC 62443-3-3", "NIST CSF 2.0"} {
			if len(c.References[f]) == 0 {
				t.Errorf("%s has no reference to %s", c.ID, f)
			}
		}
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestChecks(t *testing.T) {
	t.Parallel()
	http := heron.Service{Transport: heron.TCP, Port: 80, Protocol: "http"}
	telnet := heron.Service{Transport: heron.TCP, Port: 23}
	ssh23 := heron.Service{Transport: heron.TCP, Port: 23, Protocol: "ssh"}
	mqtt := heron.Service{Transport: heron.TCP, Port: 1883, Protocol: "mqtt"}
	plc := device()
	plc.Identity.Type.Value = "plc"
	firmware := device()
	firmware.Identity.Firmware = &heron.Claim{Value: "1.2", Confidence: 0.9}
	tests := []struct {
		name string
		id   string
		in   compliance.Input
		want heron.ControlStatus
	}{
		{"telnet by port", "A05", compliance.Input{Device: device(telnet)}, heron.ControlFail},
		{"another protocol on port 23", "A05", compliance.Input{Device: device(ssh23)}, heron.ControlPass},
		{"nothing seen is not a pass", "A05", compliance.Input{Device: device()}, heron.ControlUnknown},
		{"login over http", "A07", compliance.Input{Device: device(http), Observations: []heron.Observation{obs("http.www_authenticate", "Basic realm=x")}}, heron.ControlFail},
		{"http without a login", "A07", compliance.Input{Device: device(http)}, heron.ControlUnknown},
		{"password in clear", "A08", compliance.Input{Device: device(), Observations: []heron.Observation{obs("auth.cleartext", "http")}}, heron.ControlFail},
		{"no login seen", "A08", compliance.Input{Device: device()}, heron.ControlUnknown},
		{"snmp 2c", "A12", compliance.Input{Device: device(), Observations: []heron.Observation{obs("snmp.version", "2c")}}, heron.ControlFail},
		{"snmp 3", "A12", compliance.Input{Device: device(), Observations: []heron.Observation{obs("snmp.version", "3")}}, heron.ControlPass},
		{"no broker", "A19", compliance.Input{Device: device()}, heron.ControlNotApplicable},
		{"open broker", "A19", compliance.Input{Device: device(mqtt), Observations: []heron.Observation{obs("mqtt.anonymous", "accepted")}}, heron.ControlFail},
		{"old tls beside new", "C01", compliance.Input{Device: device(), Observations: []heron.Observation{obs("tls.version", "1.3"), obs("tls.version", "1.0")}}, heron.ControlFail},
		{"new tls", "C01", compliance.Input{Device: device(), Observations: []heron.Observation{obs("tls.version", "1.3")}}, heron.ControlPass},
		{"expired", "C02", compliance.Input{Device: device(), Observations: []heron.Observation{obs("tls.cert.not_after", "2020-01-01T00:00:00Z")}}, heron.ControlFail},
		{"renewed", "C02", compliance.Input{Device: device(), Observations: []heron.Observation{obs("tls.cert.not_after", "2020-01-01T00:00:00Z"), obs("tls.cert.not_after", "2036-01-01T00:00:00Z")}}, heron.ControlPass},
		{"ntp", "L02", compliance.Input{Device: device(), Observations: []heron.Observation{obs(heron.KeyClientProtocol, "ntp")}}, heron.ControlPass},
		{"firmware known", "N04", compliance.Input{Device: firmware}, heron.ControlPass},
		{"firmware unknown", "N04", compliance.Input{Device: device()}, heron.ControlFail},
		{"kev in range", "N07", compliance.Input{Device: firmware, Vulnerabilities: []heron.Vulnerability{{CVE: "CVE-1", KEV: true, State: heron.VulnOpen, Grade: heron.GradeRange}}}, heron.ControlFail},
		{"kev by model only", "N07", compliance.Input{Device: device(), Vulnerabilities: []heron.Vulnerability{{CVE: "CVE-1", KEV: true, State: heron.VulnOpen, Grade: heron.GradeModel}}}, heron.ControlUnknown},
		{"plc to the internet", "S03", compliance.Input{Device: plc, Observations: []heron.Observation{obs(heron.KeyOutbound, "tcp/443")}}, heron.ControlFail},
		{"camera to the internet", "S03", compliance.Input{Device: device(), Observations: []heron.Observation{obs(heron.KeyOutbound, "tcp/443")}}, heron.ControlNotApplicable},
		{"reached from the internet", "S04", compliance.Input{Device: device(), Observations: []heron.Observation{obs(heron.KeyInbound, "tcp/80")}}, heron.ControlFail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.in.Now = now
			r := status(t, tt.in, tt.id)
			if r.Status != tt.want {
				t.Errorf("%s = %s (%s), want %s", tt.id, r.Status, r.Reason, tt.want)
			}
			if r.Reason == "" {
				t.Error("a result without a reason")
			}
			if r.Status == heron.ControlFail && len(r.Evidence) == 0 {
				t.Error("a failure without evidence")
			}
		})
	}
}
