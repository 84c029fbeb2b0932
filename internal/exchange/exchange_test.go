package exchange_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/exchange"
)

const now = heron.Time(1_760_000_000) * heron.Second // 2025-10-09T08:53:20Z

// told is what an import says, a line an observation.
func told(in *heron.Import, observations []heron.Observation) string {
	var b strings.Builder
	for i := range observations {
		o := &observations[i]
		ip := ""
		if o.IP.IsValid() {
			ip = o.IP.String()
		}
		fmt.Fprintf(&b, "%s %s %s=%s %s %d..%d\n", o.MAC, ip, o.Key, o.Value, o.Source, o.First/heron.Second, o.Last/heron.Second)
	}
	for _, p := range in.Problems {
		fmt.Fprintf(&b, "line %d: %s\n", p.Line, p.Why)
	}
	return b.String()
}

var imports = map[string]struct{ format, file, want string }{
	"dnsmasq": {"dnsmasq", `1759999000 00:17:88:01:02:03 192.168.1.20 Philips-hue 01:00:17:88:01:02:03
1760900000 06-00:17:88:01:02:04 192.168.1.21 * *
1759999000 nonsense 192.168.1.22 x *
1759999000 00:17:88:01:02:05
duid 00:01:00:01:2b:3c:4d:5e:00:17:88:00:00:01
1759999100 7348997 fd00::20 laptop 00:01:00:01:29:11:22:33:54:e1:ad:00:00:09
`, `00:17:88:01:02:03 192.168.1.20 host.name=Philips-hue import.dnsmasq 1759999000..1759999000
00:17:88:01:02:03 192.168.1.20 dhcp.address=192.168.1.20 import.dnsmasq 1759999000..1759999000
00:17:88:01:02:04 192.168.1.21 dhcp.address=192.168.1.21 import.dnsmasq 1760000000..1760000000
 fd00::20 dhcpv6.duid=000100012911223354e1ad000009 import.dnsmasq 1759999100..1759999100
 fd00::20 host.name=laptop import.dnsmasq 1759999100..1759999100
line 3: "nonsense" is no MAC address
line 4: want five fields: end, MAC, address, name, client id
`},
	"kea": {"kea", `address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
10.0.0.7,00:1d:9c:c0:00:01,ff:00:00:00:01:00:01:00:01:2a:00,3600,1759999999,1,0,0,plc-line&#x2c3.,0,,0
10.0.0.8,00:1d:9c:c0:00:02,,3600,1759999999,1,0,0,,1,,0
somewhere,00:1d:9c:c0:00:02,,3600,1759999999,1,0,0,,0,,0
`, `00:1d:9c:c0:00:01 10.0.0.7 host.name=plc-line,3 import.kea 1759996399..1759999999
00:1d:9c:c0:00:01 10.0.0.7 dhcp.client_id=ff00000001000100012a00 import.kea 1759996399..1759999999
00:1d:9c:c0:00:01 10.0.0.7 dhcp.address=10.0.0.7 import.kea 1759996399..1759999999
line 3: the host declined the address
line 4: "somewhere" is no IP address
`},
	"isc": {"isc", `# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

lease 10.1.2.3 {
  starts 4 2025/10/09 08:00:00;
  ends 4 2025/10/09 08:10:00;
  binding state free;
  hardware ethernet 00:80:f4:0a:0b:0c;
  set vendor-class-identifier = "Schneider";
  client-hostname "m340";
}
lease 10.1.2.3 {
  starts epoch 1759999500; # Thu
  ends never;
  hardware ethernet 00:80:f4:0a:0b:0d;
}
lease nowhere {
}
`, `00:80:f4:0a:0b:0c 10.1.2.3 dhcp.vendor_class=Schneider import.isc 1759996800..1759997400
00:80:f4:0a:0b:0c 10.1.2.3 host.name=m340 import.isc 1759996800..1759997400
00:80:f4:0a:0b:0c 10.1.2.3 dhcp.address=10.1.2.3 import.isc 1759996800..1759997400
00:80:f4:0a:0b:0d 10.1.2.3 dhcp.address=10.1.2.3 import.isc 1759999500..1760000000
line 17: "nowhere {" is no IP address
`},
	"csv": {"csv", "\xef\xbb\xbfMAC Address;IP-Address;Name;Vendor;Model;Type;Serial Number;Room;Colour\n" +
		"00-1D-9C-C0-00-01;10.0.0.7/24;'=cmd;Rockwell;1769-L33ER;PLC;6006A1;Hall 3;red\n" +
		"001d.9cc0.0002;;;;;Robot vacuum;;;\n" +
		";10.0.0.300;x;;;;;;\n" +
		";;x;;;;;;\n" +
		"001d9cc00003;10.0.0.9;;;;;;;\n", `00:1d:9c:c0:00:01 10.0.0.7 import.name==cmd import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.vendor=Rockwell import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.model=1769-L33ER import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.type=plc import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.serial_number=6006A1 import.csv 1760000000..1760000000
00:1d:9c:c0:00:01 10.0.0.7 import.location=Hall 3 import.csv 1760000000..1760000000
00:1d:9c:c0:00:02  import.type=vacuum_robot import.csv 1760000000..1760000000
line 4: "10.0.0.300" is no IP address
line 5: has neither a MAC nor an IP address
line 6: says nothing of the device
`},
	"netbox": {
		"netbox", `{"count":2,"results":[
 {"id":7,"name":"press-1","device_type":{"id":1,"model":"S7-1500","manufacturer":{"name":"Siemens"}},"role":{"slug":"plc"},"serial":"S C-X1",
  "platform":{"name":"TIA"},"site":{"name":"Plant 2"},"location":{"name":"Hall 1"},"tenant":null,"primary_ip4":{"address":"10.2.0.5/24"},"primary_ip6":null},
 {"id":8,"name":"nowhere","device_type":{"model":"x"},"device_role":{"slug":"access-switch"}}]}
[{"id":1,"device":{"id":7,"name":"press-1"},"mac_address":"28:63:36:00:00:01"},{"id":2,"device":{"id":7},"mac_address":"28:63:36:00:00:02"},{"id":3,"device":{"id":8},"mac_address":null}]`,
		`28:63:36:00:00:01 10.2.0.5 import.name=press-1 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.model=S7-1500 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.vendor=Siemens import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.type=plc import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.os=TIA import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.serial_number=S C-X1 import.netbox 1760000000..1760000000
28:63:36:00:00:01 10.2.0.5 import.location=Plant 2, Hall 1 import.netbox 1760000000..1760000000
28:63:36:00:00:02  import.name=press-1 import.netbox 1760000000..1760000000
28:63:36:00:00:02  import.serial_number=S C-X1 import.netbox 1760000000..1760000000
line 2: has neither a MAC nor an IP address
`,
	},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range imports {
		for _, format := range []string{c.format, "auto"} {
			in, observations, err := exchange.Read(format, strings.NewReader(c.file), now)
			if err != nil {
				t.Errorf("%s as %s: %v", name, format, err)
				continue
			}
			if in.Format != c.format {
				t.Errorf("%s as %s was read as %s", name, format, in.Format)
			}
			if diff := cmp.Diff(c.want, told(in, observations)); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%s", name, format, diff)
			}
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, file, want string }{
		{"", "", "the file is empty"},
		{"", " \n\t\n", "the file is empty"},
		{"xls", "mac\n", `format "xls": there are csv, dnsmasq, isc, kea, netbox`},
		{"auto", "colour,size\nred,3\n", "needs a column mac or ip in its first row; it has"},
		{"csv", "mac,name\n", "has no hosts; it was read as csv"},
		{"csv", "mac,name\nx,y\n", `line 2: "x" is no MAC address`},
		{"netbox", `{"results":[{"id":7}`, "is no JSON from byte"},
		{"netbox", `{"results":7}`, "not what NetBox's REST API answers"},
		{"isc", "server-duid;\n", "no hosts"},
		{"csv", "mac,name\n" + strings.Repeat("x", 100<<10), "nothing could be taken"},
	} {
		if _, _, err := exchange.Read(c.format, strings.NewReader(c.file), now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q as %q: %v, want %q", c.file, c.format, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range imports {
		f.Add(c.format, []byte(c.file))
	}
	f.Fuzz(func(t *testing.T, format string, file []byte) {
		_, observations, err := exchange.Read(format, bytes.NewReader(file), now)
		if err != nil {
			return
		}
		for _, o := range observations {
			if o.First > o.Last || o.Last > now || o.First <= 0 || o.Value == "" || len(o.Value) > heron.MaxObservationValue {
				t.Errorf("%+v", o)
			}
		}
	})
}

var devices = []heron.Device{
	{
		ID: "0199c0de-0000-7000-8000-000000000001", MACs: []heron.MAC{{0x28, 0x63, 0x36, 0, 0, 1}}, IPs: []netip.Addr{netip.MustParseAddr("10.2.0.5")},
		Hostnames: []string{"=HYPERLINK(x)"}, First: now - heron.Hour, Last: now, Zone: "cell",
		Identity: heron.Identity{
			Type: heron.Claim{Value: "plc", Confidence: 0.97}, Vendor: &heron.Claim{Value: "Siemens", Confidence: 0.99},
			Model: &heron.Claim{Value: "S7-1500", Confidence: 0.9}, Firmware: &heron.Claim{Value: "2.9.2", Confidence: 0.8},
		},
		Evidence: []heron.Evidence{{Key: "tls.cert.serial", Value: "no"}, {Key: "snmp.serial_number", Value: "S C-X1"}},
		Services: []heron.Service{{Transport: heron.TCP, Port: 102, Protocol: "s7comm"}, {Transport: heron.TCP, Port: 80}},
		Risk:     &heron.RiskSummary{Score: 71.6},
		Standing: heron.Standing{Criticality: heron.Held{Value: "high", By: heron.ByType}, Purdue: heron.Held{Value: "1", By: heron.ByUser}, ZoneKind: heron.Held{Value: "ot", By: heron.ByZone}},
	},
	{ID: "0199c0de-0000-7000-8000-000000000002", IPs: []netip.Addr{netip.MustParseAddr("fd00::9")}, Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}},
}

func each(list []heron.Device, err error) iter.Seq2[heron.Device, error] {
	return func(yield func(heron.Device, error) bool) {
		for _, d := range list {
			if !yield(d, nil) {
				return
			}
		}
		if err != nil {
			yield(heron.Device{}, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, w := range exchange.Writers() {
		var b bytes.Buffer
		e := exchange.Export{Site: "Plant 2", Version: "1.0", Time: now, ID: "0199c0de-0000-7000-8000-00000000000e"}
		if err := w.Write(&b, e, each(devices, nil)); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		golden := "testdata/" + w.Name + ".golden"
		if os.Getenv("GOLDEN") == "update" {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.Name, diff)
		}
		if w.Name == "cyclonedx" && !json.Valid(b.Bytes()) {
			t.Errorf("%s is no JSON", w.Name)
		}
		broken := fmt.Errorf("the store went away")
		if err := w.Write(&b, e, each(devices, broken)); err == nil || !strings.Contains(err.Error(), broken.Error()) {
			t.Errorf("%s: a fault of the store gave %v", w.Name, err)
		}
	}
	if _, err := exchange.WriterOf("pdf"); err == nil || !strings.Contains(err.Error(), "there are csv, cyclonedx, netbox") {
		t.Error(err)
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	w, err := exchange.WriterOf("csv")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b, exchange.Export{}, each(devices, nil)); err != nil {
		t.Fatal(err)
	}
	in, observations, err := exchange.Read("auto", &b, now)
	if err != nil {
		t.Fatal(err)
	}
	got := told(in, observations)
	for _, want := range []string{"28:63:36:00:00:01 10.2.0.5 import.type=plc", "import.vendor=Siemens", "import.serial_number=S C-X1", "import.name==HYPERLINK(x)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, heron.Unknown) {
		t.Errorf("what Heron did not know is told as known:\n%s", got)
	}
}
